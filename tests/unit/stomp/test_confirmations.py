"""Sends over STOMP whose receipts do not come."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import pytest

from jmslike.destinations import Queue
from jmslike.errors import ConnectionLostError, JMSError
from jmslike_transports.shared.loss import LosableConnection
from jmslike_transports.stomp.confirmations import Confirmations
from tests.unit.core.fake import PATIENCE


class Silent(LosableConnection):
    """A connection whose broker answers nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.confirmations = Confirmations(self, lambda octets: None, 0.01)

    def _abandon(self, reason: JMSError) -> None:
        self.confirmations.lose(reason)


def test_a_timer_for_which_there_was_no_thread_is_started_by_the_next_send(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Silent()
    answers: SimpleQueue[JMSError | None] = SimpleQueue()

    def refuse(timer: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Timer, "start", refuse)
        connection.confirmations.send(Queue("q"), "", b"", answers.put)
    connection.confirmations.send(Queue("q"), "", b"", answers.put)
    for _ in range(2):
        assert isinstance(answers.get(timeout=PATIENCE), ConnectionLostError)
