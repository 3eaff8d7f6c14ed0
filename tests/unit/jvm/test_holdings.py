"""What a Java session holds: it acknowledges all that it has received, or gives back all of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jmslike.spi import ACCEPT
from jmslike_transports.jvm.holdings import Holdings, Receipt, State


class Recorded:
    """Holdings whose Java session notes what it was told."""

    def __init__(self, *, individually: bool = False) -> None:
        self.said: list[object] = []
        self.ends: list[bool] = []
        self.holdings = Holdings(
            self._acknowledge,
            lambda: self.said.append("back"),
            individually=individually,
            ended=lambda: self.ends.append(self.holdings.of(self)),
        )

    def _acknowledge(self, receipts: Sequence[Receipt]) -> None:
        self.said.append([receipt.number for receipt in receipts])

    def hold(self, count: int) -> list[Receipt]:
        receipts = [Receipt(self, self, number, f"ID:{number}") for number in range(1, count + 1)]
        for receipt in receipts:
            self.holdings.add(receipt)
        return receipts


def test_all_that_is_accepted_is_acknowledged_at_once() -> None:
    """ACK-04: one acknowledgement of Java stands for all messages of its session."""
    java = Recorded()
    java.holdings.settle(java.hold(3), ACCEPT)
    assert java.said == [[1, 2, 3]]
    assert not java.holdings.of(java)


def test_what_is_accepted_waits_for_what_is_open() -> None:
    """C13: nothing is acknowledged that was not settled."""
    java = Recorded()
    first, second, third = java.hold(3)
    java.holdings.settle([second], ACCEPT)
    java.holdings.settle([first], ACCEPT)
    assert (java.said, java.ends) == ([], [])
    java.holdings.settle([third], ACCEPT)
    assert (java.said, java.ends) == ([[1, 2, 3]], [False])


@pytest.mark.parametrize("released", [0, 1, 2])
def test_one_release_gives_back_all(released: int) -> None:
    """C7: what was accepted and is given back with the others is stale."""
    java = Recorded()
    receipts = java.hold(3)
    for number, receipt in enumerate(receipts):
        java.holdings.settle([receipt], 1 if number == released else ACCEPT)
    assert (java.said, java.ends) == (["back"], [False])
    assert {receipt.state for receipt in receipts} == {State.ENDED}


def test_a_receipt_is_settled_once() -> None:
    """C7: a stale receipt does nothing."""
    java = Recorded()
    (receipt,) = java.hold(1)
    assert java.holdings.settle([receipt], ACCEPT) == [receipt]
    assert java.holdings.settle([receipt], 1) == []
    assert java.said == [[1]]


def test_an_individual_session_acknowledges_each_and_gives_back_the_rest() -> None:
    """C13: a message that is acknowledged leaves earlier ones as they are."""
    java = Recorded(individually=True)
    first, second, third = java.hold(3)
    java.holdings.settle([second], ACCEPT)
    assert java.said == [[2]]
    assert first.state is State.OPEN
    java.holdings.settle([first], 1)
    assert java.said == [[2]]
    java.holdings.settle([third], ACCEPT)
    assert java.said == [[2], [3], "back"]


def test_an_individual_session_gives_nothing_back_where_nothing_is_left() -> None:
    """C13"""
    java = Recorded(individually=True)
    for receipt in java.hold(2):
        java.holdings.settle([receipt], ACCEPT)
    assert java.said == [[1], [2]]


def test_what_is_marked_is_acknowledged_by_the_caller() -> None:
    """C6: a commit needs all that the session has received."""
    java = Recorded()
    first, second = java.hold(2)
    java.holdings.mark([first], ACCEPT)
    assert not java.holdings.are_accepted
    java.holdings.mark([second], ACCEPT)
    assert java.holdings.are_accepted
    assert java.said == []
    java.holdings.clear()
    assert java.holdings.are_accepted
    assert second.state is State.ENDED


def test_a_message_is_held_until_it_is_acknowledged() -> None:
    """CONN-08: a stop that comes meanwhile must not close its consumer."""
    held: list[bool] = []
    holdings = Holdings(lambda _: held.append(holdings.of(source)), lambda: None, individually=True)
    source = object()
    receipt = Receipt(source, None, 1, "ID:1")
    holdings.add(receipt)
    holdings.settle([receipt], ACCEPT)
    assert held == [True]
    assert not holdings.of(source)
