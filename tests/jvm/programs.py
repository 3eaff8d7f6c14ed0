"""Python programs of their own: each has its JVM, as a process starts only one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds that a program may take: a bound for one that hangs."""

_PATH = os.pathsep.join((str(ROOT), str(ROOT / "transports")))


def environment(**variables: str | None) -> dict[str, str]:
    """Return that of a program, with these variables or without those that are None."""
    given = {**os.environ, "PYTHONPATH": _PATH, **variables}
    return {name: value for name, value in given.items() if value is not None}


def result_of(program: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-c", dedent(program)],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def output_of(program: str, **variables: str | None) -> str:
    """Return what the program prints; it has to end well, and to write nothing on standard error."""
    result = result_of(program, **variables)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.strip()


def started(program: str) -> subprocess.Popen[str]:
    """Start the program."""
    return subprocess.Popen(
        [sys.executable, "-c", dedent(program)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
