"""Which calls type checkers refuse: exactly those of which `calls.txt` says so."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT, pyright

CALLS = Path(__file__).with_name("calls.txt").read_text(encoding="utf-8")
REFUSED = {number for number, line in enumerate(CALLS.splitlines(), 1) if line.endswith("  # refused")}


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.py"
    path.write_text(CALLS, encoding="utf-8")
    return path


def test_mypy_refuses_them(calls: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(calls.parent), str(calls)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert {int(line) for line in re.findall(r"calls\.py:(\d+): error", result.stdout)} == REFUSED, result.stdout


def test_pyright_refuses_them(calls: Path, python: Path) -> None:
    found = pyright(python, calls.parent, str(calls))["generalDiagnostics"]
    errors = [each for each in found if each["severity"] == "error"]
    assert {each["range"]["start"]["line"] + 1 for each in errors} == REFUSED, errors
