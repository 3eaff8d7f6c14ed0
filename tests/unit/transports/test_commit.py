"""The steps of a commit (C6), and what each failure is."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.spi import ACCEPT
from jmslike_transports.shared.commit import Accepted, Commit, Sends
from jmslike_transports.shared.inventory import Subscriptions
from tests.unit.transports.connections import Connection, Subscription


class Session(Commit[str, Subscription]):
    """A session whose commits note their steps."""

    def __init__(self) -> None:
        self.connection = Connection()
        self.subscriptions: Subscriptions[Subscription] = Subscriptions(self.connection)
        super().__init__(self.connection, self.subscriptions)
        self.source = Subscription(self.connection)
        self.subscriptions.add(self.source)
        self.steps: list[str] = []
        self.failures: dict[str, JMSError] = {}

    def _send(self, sends: Sends[str], accepted: Accepted[Subscription]) -> None:
        self._step("send")

    def _settle(self, accepted: Accepted[Subscription]) -> None:
        self._step("settle")
        for source, receipts in accepted:
            source.let_go(receipts)

    def _step(self, name: str) -> None:
        self.steps.append(name)
        assert self.subscriptions.settling.locked()
        if name in self.failures:
            raise self.failures[name]


SENDS: Any = [("sender", None)]


def test_messages_are_sent_before_anything_is_settled() -> None:
    session = Session()
    session.source.hold(1, 2)
    session.run(SENDS, [(session.source, [1], ACCEPT), (session.source, [2], 3)])
    assert session.steps == ["send", "settle"]
    assert session.source.settled == [([2], 3)]
    assert not session.subscriptions.settling.locked()


def test_a_stale_receipt_rolls_the_transaction_back_before_anything_is_sent() -> None:
    """C7"""
    session = Session()
    session.source.hold(1)
    with pytest.raises(TransactionRolledBackError, match="another consumer"):
        session.run(SENDS, [(session.source, [1, 2], ACCEPT)])
    assert session.steps == []
    assert session.source.holds(1)


def test_an_error_of_the_sends_is_that_of_the_commit() -> None:
    session = Session()
    session.failures["send"] = TransactionRolledBackError("refused")
    with pytest.raises(TransactionRolledBackError, match="refused"):
        session.run(SENDS, [])
    assert session.steps == ["send"]


@pytest.mark.parametrize("error", [ConnectionLostError("cut"), JMSError("refused")])
def test_after_the_sends_every_error_leaves_the_transaction_in_doubt(error: JMSError) -> None:
    session = Session()
    session.failures["settle"] = error
    with pytest.raises(TransactionInDoubtError, match="messages were sent") as caught:
        session.run(SENDS, [])
    assert caught.value.__cause__ is error


def test_a_release_that_fails_leaves_the_transaction_in_doubt() -> None:
    session = Session()
    session.source.hold(1)
    session.source.refusal = ConnectionLostError("cut")
    with pytest.raises(TransactionInDoubtError):
        session.run(SENDS, [(session.source, [1], 2)])


def test_nothing_is_committed_after_a_loss_or_a_close() -> None:
    """C10"""
    session = Session()
    session.subscriptions.close()
    with pytest.raises(IllegalStateError):
        session.run(SENDS, [])
    session.connection.lose(JMSError("cut"))
    with pytest.raises(ConnectionLostError):
        session.run(SENDS, [])
    assert session.steps == []
