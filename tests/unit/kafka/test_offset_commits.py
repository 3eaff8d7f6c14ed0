"""Commits go out one at a time, take along what was settled meanwhile, and are tried again where that helps."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from kafka import errors
from kafka.future import Future

from jmslike.errors import JMSError, JMSSecurityError
from jmslike_transports.kafka import offset_commits
from jmslike_transports.kafka.offset_commits import OffsetCommits, may_be_repeated

PATIENCE = 20.0
REPEATED = [
    errors.RebalanceInProgressError(),
    errors.CommitFailedError(errors.RebalanceInProgressError()),
    errors.NotCoordinatorError(),
    errors.CoordinatorLoadInProgressError(),
    errors.KafkaConnectionError(),
    errors.KafkaTimeoutError(),
]
OVER = [
    errors.CommitFailedError(),
    errors.CommitFailedError(errors.IllegalGenerationError()),
    errors.IllegalGenerationError(),
    errors.UnknownMemberIdError(),
]


class Group:
    """Takes the commits of a consumer, and answers when it is told to."""

    def __init__(self) -> None:
        self.offset = 0
        self.asked: list[int] = []
        self.unanswered: list[Future] = []
        self.raised: Exception | None = None
        self.failures: list[JMSError] = []
        self.wakes = 0
        self.commits = OffsetCommits(lambda: self.commit(), self.failures.append, self.wake)

    def wake(self) -> None:
        self.wakes += 1

    def commit(self) -> Future:
        self.asked.append(self.offset)
        if self.raised is not None:
            raise self.raised
        self.unanswered.append(Future())
        return self.unanswered[-1]

    def settle(self) -> None:
        self.offset += 1
        self.commits.soon()

    def answer(self, error: BaseException | None = None) -> None:
        future = self.unanswered.pop(0)
        if error is None:
            future.success(None)
        else:
            future.failure(error)


@pytest.fixture
def group() -> Group:
    return Group()


def test_what_is_settled_is_committed_at_once(group: Group) -> None:
    assert group.commits.flush(0)
    group.settle()
    assert group.asked == [1]
    assert not group.commits.flush(0)
    group.answer()
    assert group.commits.flush(0)
    group.settle()
    assert group.asked == [1, 2]


def test_one_commit_at_a_time_takes_along_all_that_was_settled_meanwhile(group: Group) -> None:
    for _ in range(5):
        group.settle()
    assert group.asked == [1]
    group.answer()
    assert group.asked == [1], "it waits until somebody waits for it, or for its turn"
    assert not group.commits.flush(0)
    assert group.asked == [1, 5]
    group.answer()
    assert group.asked == [1, 5]
    assert group.commits.flush(0)


def test_nobody_waits_beyond_the_end(group: Group) -> None:
    group.settle()
    begun, flush = threading.Event(), group.commits.flush
    changed: Any = group.commits._changed
    changed.wait_for = telling(begun, changed.wait_for)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(flush, PATIENCE)
        assert begun.wait(PATIENCE)
        group.commits.close(is_done=False)
        assert not waiting.result(PATIENCE / 2)
    group.settle()
    group.commits.retry()
    assert group.asked == [1], "who has ended commits nothing"
    group.answer(GeneratorExit())
    assert group.failures == [], "what the end cuts off is no news"
    assert not group.commits.flush(PATIENCE)


def test_what_was_committed_otherwise_at_the_end_is_committed(group: Group) -> None:
    group.settle()
    group.commits.close(is_done=True)
    assert group.commits.flush(PATIENCE)


@pytest.mark.parametrize("error", REPEATED, ids=repr)
@pytest.mark.parametrize("is_raised", [True, False])
def test_it_is_repeated_from_time_to_time_where_that_helps(group: Group, error: Exception, is_raised: bool) -> None:
    if is_raised:
        group.raised = error
        group.settle()
        group.raised = None
    else:
        group.settle()
        group.answer(error)
    assert group.asked == [1]
    group.settle()
    assert group.asked == [1], "it waits"
    assert not group.commits.flush(0)
    group.commits.retry()
    assert group.asked == [1, 2]
    group.commits.retry()
    assert group.asked == [1, 2]
    group.answer()
    assert group.commits.flush(0)
    group.commits.retry()
    assert group.asked == [1, 2]
    assert group.failures == []


@pytest.mark.parametrize("error", OVER, ids=repr)
@pytest.mark.parametrize("is_raised", [True, False])
def test_it_is_over_where_the_group_goes_on_without_us(group: Group, error: Exception, is_raised: bool) -> None:
    group.raised = error if is_raised else None
    group.settle()
    if not is_raised:
        group.answer(error)
    assert group.commits.flush(0)
    group.commits.retry()
    assert group.asked == [1]
    assert group.failures == []


def test_what_no_repetition_mends_is_reported(group: Group) -> None:
    group.settle()
    group.settle()
    group.answer(errors.GroupAuthorizationFailedError("mine"))
    assert [type(error) for error in group.failures] == [JMSSecurityError]
    group.commits.retry()
    assert group.asked == [1, 2], "what was settled meanwhile is tried nevertheless"
    group.answer()
    assert group.commits.flush(0)


def test_waiting_ends_when_all_that_was_settled_before_is_committed(group: Group) -> None:
    group.settle()
    group.settle()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(group.commits.flush, PATIENCE)
        group.answer()
        group.settle()  # after the call: it may or may not wait for this one
        group.answer()
        if group.unanswered:
            group.answer()
        assert waiting.result(PATIENCE)


def test_nobody_waits_for_what_is_settled_after_the_call(group: Group) -> None:
    group.settle()
    begun, flush = threading.Event(), group.commits.flush
    changed: Any = group.commits._changed
    changed.wait_for = telling(begun, changed.wait_for)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(flush, PATIENCE)
        assert begun.wait(PATIENCE)
        group.settle()
        group.answer()
        assert waiting.result(PATIENCE)
    assert group.asked == [1]
    group.commits.retry()
    assert group.asked == [1, 2]


def telling(event: threading.Event, call: Callable[..., bool]) -> Callable[..., bool]:
    def told(*arguments: Any) -> bool:
        event.set()
        return call(*arguments)

    return told


def test_all_that_many_threads_settle_is_committed() -> None:
    group = Group()
    committed: list[int] = []

    def commit() -> Future:
        committed.append(group.offset)
        return Future().success(None)

    group.commit = commit  # type: ignore[method-assign]
    counting = threading.Lock()

    def settle_some() -> None:
        for _ in range(200):
            with counting:
                group.offset += 1
            group.commits.soon()

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(settle_some) for _ in range(8)]:
            done.result(PATIENCE)
    assert group.commits.flush(PATIENCE)
    assert committed[-1] == 1600
    assert committed == sorted(committed)


def test_what_may_be_repeated() -> None:
    assert all(may_be_repeated(error) for error in REPEATED)
    assert not any(may_be_repeated(error) for error in [*OVER, ValueError("1"), errors.KafkaError()])


def test_the_thread_that_polls_is_told_that_something_waits(group: Group) -> None:
    assert group.commits.due_in == math.inf
    group.settle()
    group.settle()
    assert (group.wakes, group.commits.due_in) == (0, math.inf)
    group.answer()
    assert group.wakes == 1
    assert group.commits.due_in < 0.1
    group.commits.retry()
    assert group.commits.due_in == math.inf


def test_the_pauses_after_failures_grow(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offset_commits, "time", SimpleNamespace(monotonic=lambda: 100.0))
    group.settle()
    pauses = []
    for _ in range(20):
        group.answer(errors.NotCoordinatorError())
        pauses.append(group.commits.due_in)
        group.commits.retry()
    assert group.wakes == len(pauses)
    assert pauses[0] < pauses[2] < pauses[4] == pauses[-1] == 0.5
