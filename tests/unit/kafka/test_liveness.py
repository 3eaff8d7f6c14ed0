"""A connection is lost when no broker answers, and not for what else is due from time to time."""

from __future__ import annotations

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
    """Answers if it is told to, and keeps the losses that are reported."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self.losses: list[JMSError] = []
        self.lost = threading.Event()

    def describe_cluster(self) -> None:
        if not self._answers:
            raise errors.NodeNotReadyError("nobody")

    def lose(self, error: JMSError) -> None:
        self.losses.append(error)
        self.lost.set()


@contextmanager
def checking(broker: Broker, then: Callable[[], None], timeout: float = LONGEST) -> Iterator[LivenessCheck]:
    it = LivenessCheck(broker, timeout, broker.lose, then)
    yield it
    it.close()
    it.join()


def test_what_is_due_may_fail_for_long_while_the_broker_answers() -> None:
    broker = Broker(answers=True)
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
    broker = Broker(answers=False)
    with checking(broker, lambda: None):
        assert broker.lost.wait(PATIENCE)
    assert len(broker.losses) == 1


def test_who_asks_waits_for_an_answer_that_is_soon_there() -> None:
    with checking(Broker(answers=True), lambda: None, timeout=1000 * PATIENCE) as it:
        assert it.ask()(PATIENCE)


def test_who_asks_before_or_after_the_loss_does_not_wait_on() -> None:
    broker = Broker(answers=False)
    with checking(broker, lambda: None) as it:
        answer = it.ask()
        assert broker.lost.wait(PATIENCE)
        assert answer(PATIENCE)
        assert it.ask()(PATIENCE)
