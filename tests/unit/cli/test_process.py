"""The command as a process: how it ends when its output is closed, without a terminal, or interrupted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import jmslike

COMMAND = [sys.executable, "-W", "error", "-m", "jmslike"]
PATIENCE = 60


def run(
    command: list[str], typed: str | None = None, **environment: str | os.PathLike[str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        input=typed,
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["doctor"], ["--help"], ["compare", "--scenario", "delivery"]])
def test_the_output_is_not_read(arguments: list[str]) -> None:
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 141


def test_closed_output_is_refused() -> None:
    result = run(["sh", "-c", 'exec "$0" "$@" >&-', *COMMAND, "doctor"])
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "jmslike: the standard output is closed; to see nothing of it write >/dev/null\n"


def test_interrupted_while_it_loads(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise KeyboardInterrupt", encoding="utf-8")
    result = run([*COMMAND, "doctor"], PYTHONPATH=tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "")


def test_terminal_that_lacks_a_character(tmp_path: Path) -> None:
    file = tmp_path / "5€.txt"
    file.write_text("a\nb\n", encoding="utf-8")
    result = run([*COMMAND, "compare", str(file), "--scenario", "delivery"], PYTHONIOENCODING="ascii")
    assert (result.returncode, result.stderr) == (0, "")
    assert r"5\u20ac.txt" in result.stdout


def test_messages_through_a_pipe() -> None:
    for name in ("-", "/dev/stdin"):
        result = run([*COMMAND, "compare", name, "--scenario", "delivery"], "id,item\n1,lamp\n2,backpack\n")
        assert (result.returncode, result.stderr) == (0, "")
        assert "(CSV, 2 messages below a header)" in result.stdout


def test_what_is_wrong_with_the_standard_input() -> None:
    result = run([*COMMAND, "compare", "-", "--format", "jsonl"], "id,item\n")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("jmslike: standard input: line 1 is not JSON")
    result = run(["sh", "-c", 'exec "$0" "$@" <&-', *COMMAND, "compare", "-"])
    assert (result.returncode, result.stderr) == (2, "jmslike: standard input: it is closed\n")
    result = run(["sh", "-c", 'exec "$0" "$@" <&-', *COMMAND, "send", "native://", "orders"])
    assert result.returncode == 2
    assert result.stderr.startswith("jmslike: the standard input is closed; give TEXT or --file; 0 messages sent")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written() -> None:
    result = run(["sh", "-c", 'exec "$0" "$@" >/dev/full', *COMMAND, "capabilities", "native://", "--json"])
    assert result.returncode == 2
    assert result.stderr == "jmslike: what the command prints cannot be written: No space left on device\n"


def test_an_export_that_is_not_read_to_its_end(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    with jmslike.connect(f"native://{folder}") as context:
        for _ in range(20):
            context.create_producer().send(context.create_queue("orders"), "x" * 100_000)
    command = [*COMMAND, "store", "export", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(10) == b'{"waits_in'
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 141
