"""The receiver in a process of its own, on an engine of that process; on brokers tests/comparison kills it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from jmslike import JMSError, Queue, Topic
from jmslike.compare.measure import Journal
from jmslike.compare.processes.receiver_process import PROGRAM, ReceiverProcess


@pytest.mark.parametrize(
    ("destination", "subscription"), [(Queue("q"), None), (Topic("t"), None), (Topic("t"), "receiver-1")]
)
def test_process_answers_and_is_killed(destination: Queue | Topic, subscription: str | None) -> None:
    process = ReceiverProcess("native://", destination, subscription, 0.01)
    journal = Journal("receiver 1")
    process.answer_probe()
    process.take(3, journal)
    process.acknowledge()
    assert len(journal) == 0
    process.kill()
    process.kill()
    with pytest.raises(ValueError, match="closed file"):
        process.answer_probe()


def test_error_of_the_process_is_that_of_the_caller() -> None:
    with pytest.raises(JMSError, match="the process of a receiver failed: no transport for nowhere://; known are"):
        ReceiverProcess("nowhere://", Queue("q"), None, 1)


def test_process_that_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jmslike.compare.processes.receiver_process.PROGRAM", "keyword")
    with pytest.raises(JMSError, match="the process of a receiver ended by itself, with code 0"):
        ReceiverProcess("native://", Queue("q"), None, 1)


def test_process_ends_with_its_input_and_its_command_names_no_url() -> None:
    command = [sys.executable, "-W", "error", "-m", PROGRAM]
    place = {"url": "native://", "name": "q", "is_queue": True, "subscription": None, "patience": 0.01}
    requests = [place, {"do": "take", "count": 1}]
    typed = "".join(f"{json.dumps(request)}\n" for request in requests)
    result = subprocess.run(command, input=typed, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [{"result": None}, {"result": []}]
