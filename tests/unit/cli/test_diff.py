"""`jmslike diff` on the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]

GOLDEN = Path(__file__).parents[1] / "compare" / "golden" / "comparison-2.json"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Callable[[Any], None]], str]:
    """Write a run that differs from the golden one."""

    def write(change: Callable[[Any], None]) -> str:
        document = json.loads(GOLDEN.read_text(encoding="utf-8"))
        change(document)
        path = tmp_path / "after.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write


def test_a_run_and_itself(run: Run) -> None:
    result = run("diff", str(GOLDEN), str(GOLDEN))
    assert result.exit_code == 0, result.output
    assert f"Before  {GOLDEN}, of 2026-11-29T08:00:00+00:00" in result.stdout
    assert "measured values and ratios compared, 0 changed beyond noise." in result.stdout
    assert result.stdout.endswith("Nothing is shown to have become worse.\n")


def test_what_became_worse(run: Run, changed: Callable[[Callable[[Any], None]], str]) -> None:
    """A wait that is 30 times as long, a message that is lost, and another version."""

    def change(document: Any) -> None:
        document["versions"]["python"] = "3.14.0"
        native, _, _ = document["reports"]
        native["scenarios"][0]["columns"][0]["checks"][5].update(value=1, ok=False)
        wait = native["scenarios"][1]["columns"][0]["measures"][0]
        wait["values"] = [value * 30 for value in wait["values"]]

    result = run("diff", str(GOLDEN), changed(change))
    assert result.exit_code == 1, result.output
    for words in ("python", "3.14.0", "delivery: queue on native://, lost", "1, expected 0", "30.0 (", "worse"):
        assert words in result.stdout
    assert result.stdout.endswith("Something became worse.\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{}", "this is no comparison with a format and a version"),
        (b"\xff", "this is not UTF-8"),
        (b'{"format": "jmslike.comparison", "version": 9}', "its version is 9"),
    ],
)
def test_what_is_no_comparison_is_named(run: Run, tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(content)
    result = run("diff", str(GOLDEN), str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"jmslike: {path}: {reason}")
    result = run("diff", str(tmp_path / "nothing.json"), str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nothing.json" in result.stderr


def test_without_numpy_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("difference", "verdicts", "bootstrap"):
        monkeypatch.delitem(sys.modules, f"jmslike.compare.judgement.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "numpy", None)
    result = run("diff", str(GOLDEN), str(GOLDEN))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "diff needs numpy, which is not installed; install the extra report" in result.stderr
