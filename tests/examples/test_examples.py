"""Every example runs in a process of its own, as it is, and ends by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.brokers import Broker
from tests.harnesses import jvm_url

EXAMPLES = Path(__file__).parents[2] / "examples"
LAST_LINES = {
    "fastapi_orders.py": "shop: closed",
    "jms11_tutorial.py": "shop: closed",
    "jms20_tutorial.py": "shop: closed",
    "worker.py": "worker: closed",
}


def test_every_example_is_known() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(LAST_LINES)


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", sorted(LAST_LINES))
def test_example_runs(name: str) -> None:
    check(name)


@pytest.mark.parametrize("name", sorted(LAST_LINES))
def test_example_runs_through_a_java_client(name: str, artemis: Broker) -> None:
    check(name, jvm_url(artemis, "artemis"))


def check(name: str, *arguments: str) -> None:
    result = run(name, *arguments)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == LAST_LINES[name]


@pytest.mark.parametrize("name", sorted(LAST_LINES))
def test_example_says_what_is_wrong_in_one_line(name: str) -> None:
    result = run(name, "nowhere://")
    assert result.returncode == 1
    assert re.match("the (tutorial|worker|shop) failed: no transport for nowhere://", result.stderr)
    assert result.stderr.count("\n") == 1
