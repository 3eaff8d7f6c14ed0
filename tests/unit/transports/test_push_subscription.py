"""What is held is settled once, and given back by the close that is to give it back."""

from __future__ import annotations

import pytest

from jmslike.errors import ConnectionLostError
from jmslike.spi import ACCEPT, SubscriptionSpec
from tests.unit.transports.connections import TOPIC, Connection, Subscription

CUT = ConnectionLostError("the cable was cut")


def test_a_receipt_is_settled_once() -> None:
    """C7"""
    subscription = Subscription(Connection())
    subscription.hold(1, 2, 3)
    subscription.settle([1, 3, 4], ACCEPT)
    subscription.settle([1, 2], 5)
    subscription.settle([1, 2, 3], ACCEPT)
    assert subscription.settled == [([1, 3], ACCEPT), ([2], 5)]
    assert not any(subscription.holds(receipt) for receipt in (1, 2, 3))


def test_after_a_loss_what_is_held_cannot_be_settled() -> None:
    """C10, and C7 for what was settled before."""
    connection = Connection()
    subscription = Subscription(connection)
    subscription.hold(1)
    connection.lose(CUT)
    with pytest.raises(ConnectionLostError):
        subscription.settle([1], ACCEPT)
    subscription.settle([2], ACCEPT)
    assert subscription.settled == []
    assert not subscription.holds(1)


def test_close_gives_back_what_was_not_taken_and_release_the_rest() -> None:
    """C9"""
    subscription = Subscription(Connection())
    subscription.push(1, 2)
    subscription.hold(3)
    subscription.close()
    assert (subscription.given_back, subscription.is_in_use) == ([([1, 2], [])], True)
    subscription.close()
    subscription.release()
    assert subscription.given_back[1:] == [([], []), ([], [3])]
    assert not subscription.is_in_use
    assert not subscription.holds(3)


def test_after_a_loss_nothing_is_given_back() -> None:
    connection = Connection()
    subscription = Subscription(connection)
    subscription.push(1)
    subscription.hold(2)
    connection.lose(CUT)
    subscription.release()
    assert (subscription.given_back, subscription.is_in_use) == ([], False)


def test_a_durable_subscription_is_used_until_all_is_settled() -> None:
    subscription = Subscription(Connection(), SubscriptionSpec(TOPIC, name="n", durable=True))
    subscription.hold(1)
    subscription.close()
    assert (subscription.uses("n"), subscription.uses("m"), subscription.reads(TOPIC)) == (True, False, False)
    subscription.settle([1], ACCEPT)
    assert not subscription.uses("n")
