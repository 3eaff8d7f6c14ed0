"""Timed receivers in processes of their own, as far as that shows without a broker; tests/comparison has the rest."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jmslike import JMSError, SessionMode, UnsupportedFeatureError
from jmslike.compare.load import Load
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.processes.counters import NOTED, NUMBERS, PROBES, Counters
from jmslike.compare.processes.timed_processes import PROGRAM, prove_one_clock
from jmslike.compare.processes.timed_program import CountedLog
from jmslike.compare.stage import Stage


@pytest.mark.parametrize("place", ["native://", "folder"])
def test_where_one_process_reaches_the_provider_the_reason_is_told(place: str, tmp_path: Path) -> None:
    url = f"native://{tmp_path / 'store'}" if place == "folder" else place
    with (
        Stage(url, Setting(Orders(5), Plan(processes=True))) as stage,
        pytest.raises(UnsupportedFeatureError, match="native engine has no connections from several processes: it"),
    ):
        Load(stage, stage.at_queue(), 2, ["text"])


def test_the_process_answers_and_its_command_names_no_url() -> None:
    """It begins a run, tells its clock and its log, and ends with its input."""
    counters = Counters.of(NUMBERS)
    counters.numbers[NOTED] = 5
    place = {
        "url": "native://",
        "name": "q",
        "is_queue": True,
        "subscription": None,
        "counters": counters.path,
        "first": 0,
        "hold": 0,
        "mode": SessionMode.AUTO_ACKNOWLEDGE,
        "every": 0,
    }
    requests = [place, {"do": "clock"}, {"do": "begin", "base": 7}, {"do": "release"}, {"do": "log"}]
    typed = "".join(f"{json.dumps(request)}\n" for request in requests)
    command = [sys.executable, "-W", "error", "-m", PROGRAM]
    result = subprocess.run(command, input=typed, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    started, clock, begun, released, log = (json.loads(line)["result"] for line in result.stdout.splitlines())
    assert (started, begun, released, log) == (None, None, None, ["", "", ""])
    assert clock > 0
    assert [counters.numbers[NOTED], counters.numbers[PROBES]] == [0, 0]
    counters.delete()


def test_a_log_shows_its_length_to_other_processes() -> None:
    counters = Counters.of(2)
    log = CountedLog(counters.numbers, 1)
    log.note(1, 100, False)
    log.note(2, 200, True)
    assert list(counters.numbers) == [0, 2]
    assert [list(log.keys), list(log.times), list(log.again)] == [[1, 2], [100, 200], [0, 1]]
    counters.delete()


@pytest.mark.parametrize("there", [99, 201])
def test_clocks_that_differ_end_the_run(there: int) -> None:
    readings = iter([100, 200])
    with pytest.raises(JMSError, match="the clocks of two processes differ on this machine: measure without"):
        prove_one_clock(lambda: there, lambda: next(readings))


@pytest.mark.parametrize("there", [100, 150, 200])
def test_one_clock_is_proven_by_its_order(there: int) -> None:
    readings: Callable[[], int] = iter([100, 200]).__next__
    prove_one_clock(lambda: there, readings)


def test_two_processes_of_this_machine_have_one_clock() -> None:
    script = "import time; print(time.perf_counter_ns())"

    def there() -> int:
        return int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60).stdout)

    prove_one_clock(there)
