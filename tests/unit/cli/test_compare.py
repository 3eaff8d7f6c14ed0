from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from jmslike.cli import comparison
from jmslike.compare import Plan
from jmslike.compare import compare as play
from jmslike.compare.orders import Orders
from jmslike.compare.scenarios.known import BUILT_IN

Run = Callable[..., Result]

QUICKLY = ("--repeats", "1", "--run", "0.02", "--rate", "2000")
"""Options of timed scenarios, for a test that does not ask what they measure."""
EXAMPLE = Path(__file__).parents[3] / "examples" / "orders.csv"


@pytest.mark.slow
def test_own_file_in_a_table_and_as_json(run: Run, url: str, tmp_path: Path) -> None:
    file, numbers = tmp_path / "in.jsonl", tmp_path / "out.json"
    file.write_text("".join(f'{{"n": {number}}}\n' for number in range(20)), encoding="utf-8")
    result = run("compare", str(file), url, "--receivers", "2", "--json", str(numbers), *QUICKLY)
    assert result.exit_code == 0, result.output
    for title in ("Delivery", "Load sharing", "Offline receivers", "A receiver closes mid-work"):
        assert title in result.stdout
    assert f"{file} (JSON lines, 20 messages)" in result.stdout.replace("\n", "")
    assert "checked numbers are as expected" in result.stdout
    assert "expected " not in result.stdout.partition("Summary")[0].replace("as expected", "")
    found = json.loads(numbers.read_text(encoding="utf-8"))
    assert (found["messages"], found["receivers"], found["passed"]) == (20, 2, True)
    assert [scenario["name"] for scenario in found["reports"][0]["scenarios"]] == list(BUILT_IN)


def test_chosen_scenarios_on_several_urls(run: Run, url: str, tmp_path: Path) -> None:
    file = tmp_path / "in.txt"
    file.write_text("a\nb\nc\n", encoding="utf-8")
    result = run("compare", str(file), url, f"{url}-2", "--scenario", "offline", "--scenario", "delivery")
    assert result.exit_code == 0, result.output
    assert f"native (1)  {url} " in result.stdout
    assert f"native (2)  {url}-2 " in result.stdout
    assert result.stdout.count("Offline receivers") == result.stdout.count("Delivery") == 2, "with the summary"
    assert "Load sharing" not in result.stdout


def test_the_settings_of_a_run_are_in_its_file(run: Run, url: str, tmp_path: Path) -> None:
    numbers = tmp_path / "out.json"
    options = ("--seed", "7", "--window", "30", "--processes", *QUICKLY)
    result = run("compare", url, "--scenario", "throughput", "--json", str(numbers), *options)
    assert result.exit_code == 0, result.output
    assert "n/a on native: native engine has no connections from several processes" in " ".join(result.stdout.split())
    plan = json.loads(numbers.read_text(encoding="utf-8"))["run"]["plan"]
    expected = {"repeats": 1, "run": 0.02, "rate": 2000, "seed": 7, "window": 30, "processes": True, "receivers": 3}
    assert {name: plan[name] for name in expected} == expected


def test_generated_orders(run: Run, url: str) -> None:
    result = run("compare", url, "--scenario", "delivery")
    assert result.exit_code == 0, result.output
    assert "3,000 generated orders" in result.stdout


def test_failed_check_is_exit_code_1(run: Run, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shrinking(Orders):
        def __len__(self) -> int:
            return 11

    plan = Plan(patience=0.1)
    monkeypatch.setattr(comparison, "Orders", lambda: Shrinking(10))
    monkeypatch.setattr(comparison, "play", lambda *args, **options: play(*args, **{**options, "plan": plan}))
    result = run("compare", url, "--scenario", "delivery")
    assert result.exit_code == 1
    assert "10 ✗ expected 11" in result.stdout
    assert "checked numbers are not as expected" in result.stdout


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"id,item\n1,lamp\n2,b,c\n3,d\n", "line 3 has 3 columns, the header has 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary data"),
        (b"caf\xe9\n", "line 1 is not UTF-8"),
    ],
)
def test_bad_file_is_said_before_anything_is_sent(run: Run, tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "in.csv"
    file.write_bytes(content)
    result = run("compare", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_json_into_a_folder_that_is_not_there(run: Run, tmp_path: Path) -> None:
    result = run("compare", "--json", str(tmp_path / "no" / "out.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no folder" in result.stderr


def test_markdown_and_json_beside_the_tables(run: Run, url: str, tmp_path: Path) -> None:
    report, numbers = tmp_path / "out.md", tmp_path / "out.json"
    command = ("compare", url, "--scenario", "delivery")
    result = run(*command, "--markdown", str(report), "--json", str(numbers))
    assert result.exit_code == 0, result.output
    text = report.read_text(encoding="utf-8")
    assert text.startswith("# Comparison of queues and topics\n")
    found = json.loads(numbers.read_text(encoding="utf-8"))
    for part in (found["date"], found["host"], found["versions"]["python"]):
        assert part in text
        assert part in result.stdout
    result = run(*command, "--markdown", str(report), "--json", str(report))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--json and --markdown cannot both write {report}; name two files" in result.stderr


def test_json_into_a_folder(run: Run, tmp_path: Path) -> None:
    result = run("compare", "--json", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"cannot write {tmp_path}: it is a folder" in result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere")
def test_json_where_nothing_may_be_written(run: Run, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = run("compare", "--json", str(tmp_path / "out.json"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "permission denied" in result.stderr


@pytest.mark.parametrize("name", ["in.jsonl", "alias.jsonl"])
def test_json_never_replaces_the_messages(run: Run, tmp_path: Path, name: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"n": 1}\n', encoding="utf-8")
    (tmp_path / "alias.jsonl").hardlink_to(file)
    result = run("compare", str(file), "--json", str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is the file that is read; name another file for the report" in result.stderr
    assert file.read_text(encoding="utf-8") == '{"n": 1}\n'


@pytest.mark.slow
def test_the_demo_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-W", "error", "-m", "jmslike", "compare", str(EXAMPLE), *QUICKLY]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "CSV, 3,000 messages" in result.stdout
    assert "checked numbers are as expected" in result.stdout
