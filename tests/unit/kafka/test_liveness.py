"""A connection is lost when no broker answers, and not for what else is due from time to time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kafka import errors

from jmslike.errors import JMSError, JMSSecurityError
from jmslike_transports.kafka.liveness import LivenessCheck

PATIENCE = 20.0
LONGEST = 0.05
"""Seconds without an answer that are too long for these."""


class Broker:
    """Answers after so many failures, and keeps what is reported."""

    def __init__(self, *, failures: float = 0) -> None:
        self._failures = failures
        self.losses: list[JMSError] = []
        self.reports: list[str] = []
        self.lost, self.heard = threading.Event(), threading.Event()

    def describe_cluster(self) -> None:
        if self._failures:
            self._failures -= 1
            raise errors.NodeNotReadyError("nobody")
        self.reports.append("answered")

    def interrupted(self, error: JMSError) -> None:
        self.reports.append("interrupted")

    def resumed(self) -> None:
        self.reports.append("resumed")
        self.heard.set()

    def lose(self, error: JMSError) -> None:
        self.losses.append(error)
        self.lost.set()


@contextmanager
def checking(broker: Broker, then: Callable[[], None], timeout: float = LONGEST) -> Iterator[LivenessCheck]:
    it = LivenessCheck(broker, timeout, broker, then)
    yield it
    it.close()
    it.join()


def test_what_is_due_may_fail_for_long_while_the_broker_answers() -> None:
    broker = Broker()
    begun = time.monotonic()
    failed_long_enough = threading.Event()

    def fail() -> None:
        if time.monotonic() - begun > 4 * LONGEST:
            failed_long_enough.set()
        raise JMSSecurityError("not allowed to renew anything")

    with checking(broker, fail):
        assert failed_long_enough.wait(PATIENCE)
    assert broker.losses == []


def test_silence_is_a_loss_that_is_told_once() -> None:
    broker = Broker(failures=math.inf)
    with checking(broker, lambda: None):
        assert broker.lost.wait(PATIENCE)
    assert len(broker.losses) == 1


def test_silence_of_every_broker_is_reported_before_it_is_a_loss() -> None:
    broker = Broker(failures=3)
    with checking(broker, lambda: None, timeout=PATIENCE) as it:
        it.ask()
        assert broker.heard.wait(PATIENCE)
    assert broker.reports[:3] == ["interrupted", "answered", "resumed"]


def test_one_request_without_an_answer_is_none() -> None:
    broker = Broker(failures=1)
    with checking(broker, lambda: None, timeout=PATIENCE) as it:
        assert it.ask()(PATIENCE)
    assert broker.reports[0] == "answered"


def test_who_asks_waits_for_an_answer_that_is_soon_there() -> None:
    with checking(Broker(), lambda: None, timeout=1000 * PATIENCE) as it:
        assert it.ask()(PATIENCE)


def test_who_asks_before_or_after_the_loss_does_not_wait_on() -> None:
    broker = Broker(failures=math.inf)
    with checking(broker, lambda: None) as it:
        answer = it.ask()
        assert broker.lost.wait(PATIENCE)
        assert answer(PATIENCE)
        assert it.ask()(PATIENCE)
