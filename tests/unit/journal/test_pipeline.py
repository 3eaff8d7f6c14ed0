"""Sends whose callers do not wait are finished in order, each once, also when the disk fails and at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import Any

import pytest

from native_engine.journal.pipeline import Pipeline
from tests.unit.journal.interruption import interrupted

PATIENCE = 10.0


class Line:
    """A pipeline with its disk, and what was entered and completed, in order."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.waits: SimpleQueue[int] = SimpleQueue()
        self.is_safe = threading.Event()
        self.is_safe.set()
        self.error: Exception | None = None
        self.pipeline = Pipeline(self.wait, lambda: RuntimeError("closed"))
        self.pipeline.start()

    def wait(self, position: int) -> None:
        self.waits.put(position)
        assert self.is_safe.wait(PATIENCE)
        if self.error is not None:
            raise self.error

    def add(self, number: int, completion: Callable[[Exception | None], None] | None = None) -> None:
        def complete(error: Exception | None) -> None:
            self.events.append((number, error))

        self.pipeline.add(number, partial(self.events.append, number), completion or complete)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.is_safe.set()
    line.pipeline.close()


def test_sends_are_entered_and_completed_in_order(line: Line) -> None:
    line.is_safe.clear()
    for number in range(5):
        line.add(number)
    assert line.pipeline.is_busy
    line.is_safe.set()
    line.pipeline.close()
    assert line.events == [event for number in range(5) for event in (number, (number, None))]
    assert not line.pipeline.is_busy


def test_those_that_are_added_during_a_wait_share_the_next(line: Line) -> None:
    line.is_safe.clear()
    line.add(1)
    assert line.waits.get(timeout=PATIENCE) == 1
    for number in range(2, 6):
        line.add(number)
    line.is_safe.set()
    assert line.waits.get(timeout=PATIENCE) == 5
    line.pipeline.close()
    assert line.waits.empty()


def test_each_gets_the_error_of_the_disk_and_is_not_entered(line: Line) -> None:
    line.error = OSError("planted")
    line.is_safe.clear()
    for number in range(3):
        line.add(number)
    line.is_safe.set()
    line.pipeline.close()
    assert line.events == [(number, line.error) for number in range(3)]


def test_a_queue_that_refuses_one_costs_the_others_nothing(line: Line) -> None:
    refusal = ValueError("deleted")

    def refuse() -> None:
        raise refusal

    completed: SimpleQueue[Exception | None] = SimpleQueue()
    line.pipeline.add(1, refuse, completed.put)
    line.add(2, completed.put)
    assert completed.get(timeout=PATIENCE) is refusal
    assert completed.get(timeout=PATIENCE) is None
    assert line.events == [2]


def test_one_may_wait_for_what_was_added_before(line: Line, background: Callable[..., Future[Any]]) -> None:
    line.pipeline.pass_by()
    line.is_safe.clear()
    line.add(1)
    waiting = background(line.pipeline.pass_by)
    while len(line.pipeline._open) < 2:
        assert not waiting.done()
    line.is_safe.set()
    waiting.result(PATIENCE)
    assert line.events == [1, (1, None)]


def test_one_may_wait_although_the_disk_fails(line: Line, background: Callable[..., Future[Any]]) -> None:
    line.error = OSError("planted")
    line.add(1)
    line.pipeline.pass_by()
    assert line.events == [(1, line.error)]


def test_a_completion_waits_for_no_other(line: Line) -> None:
    """It sends, and would wait for itself."""
    passed: SimpleQueue[int] = SimpleQueue()

    def complete(error: Exception | None) -> None:
        line.pipeline.pass_by()
        passed.put(1)

    line.is_safe.clear()
    line.add(1, complete)
    line.add(2)
    line.is_safe.set()
    assert passed.get(timeout=PATIENCE) == 1


def test_close_finishes_what_was_added_and_refuses_what_comes_later(line: Line) -> None:
    for number in range(20):
        line.add(number)
    line.pipeline.close()
    line.pipeline.close()
    assert len(line.events) == 40
    with pytest.raises(RuntimeError, match="closed"):
        line.add(99)
    line.pipeline.pass_by()


def test_a_completion_may_close_it(line: Line) -> None:
    closed = threading.Event()

    def close(error: Exception | None) -> None:
        line.pipeline.close()
        closed.set()

    line.add(1, close)
    assert closed.wait(PATIENCE)


def test_a_completion_that_fails_costs_the_others_nothing(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    def fail(error: Exception | None) -> None:
        raise ValueError("planted")

    line.add(1, fail)
    line.add(2)
    line.pipeline.close()
    assert line.events == [1, 2, (2, None)]
    assert "the completion of a send failed" in caplog.text


def test_an_interrupted_caller_leaves_it_at_work() -> None:
    """What was added by halves is either finished or was never there, and the next is finished in any case."""
    for instant in count(1):
        line = Line()
        was_interrupted = interrupted(partial(line.add, 1), instant)
        line.add(2)
        line.pipeline.close()
        assert line.events in ([2, (2, None)], [1, (1, None), 2, (2, None)])
        if not was_interrupted:
            break
    assert instant > 3


def test_one_that_waits_and_is_interrupted_leaves_it_at_work() -> None:
    for instant in count(1):
        line = Line()
        line.is_safe.clear()
        line.add(1)
        threading.Timer(0.001, line.is_safe.set).start()
        was_interrupted = interrupted(line.pipeline.pass_by, instant)
        line.is_safe.set()
        line.add(2)
        line.pipeline.close()
        assert line.events == [1, (1, None), 2, (2, None)]
        if not was_interrupted:
            break
    assert instant > 5
