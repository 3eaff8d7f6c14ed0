"""What is open on a connection: who may subscribe to what, and what a close ends."""

from __future__ import annotations

import threading

import pytest

from jmslike.errors import ConnectionLostError, IllegalStateError, InvalidDestinationError, JMSError
from jmslike.spi import SubscriptionSpec, TemporaryTopic
from jmslike_transports.shared.inventory import Inventory, Subscriptions
from tests.unit.transports.connections import TOPIC, Connection, Link, Subscription

CUT = ConnectionLostError("the cable was cut")
OURS = TemporaryTopic("ours.1")


def inventory_of(connection: Connection) -> Inventory[Link]:
    inventory: Inventory[Link] = Inventory(lambda name: name.startswith("ours."))
    inventory.open(lambda: Link(connection, inventory))
    return inventory


def test_a_session_that_closes_releases_all_its_subscriptions() -> None:
    connection = Connection()
    subscriptions: Subscriptions[Subscription] = Subscriptions(connection)
    stubborn, held = Subscription(connection), Subscription(connection)
    stubborn.refusal = JMSError("refused")
    held.hold(1)
    for subscription in (stubborn, held):
        subscriptions.add(subscription)
    subscriptions.close()
    assert held.given_back == [([], [1])]
    late = Subscription(connection)
    with pytest.raises(IllegalStateError, match="session is closed"):
        subscriptions.add(late)
    assert not late.is_in_use


def test_a_close_waits_for_a_commit() -> None:
    connection = Connection()
    subscriptions: Subscriptions[Subscription] = Subscriptions(connection)
    held = Subscription(connection)
    held.hold(1)
    subscriptions.add(held)
    with subscriptions.settling:
        closing = threading.Thread(target=subscriptions.close)
        closing.start()
        closing.join(0.05)
        assert held.holds(1)
    closing.join(10)
    assert not held.holds(1)


def test_a_subscription_that_comes_after_the_loss_is_told() -> None:
    connection = Connection()
    subscriptions: Subscriptions[Subscription] = Subscriptions(connection)
    connection.lose(CUT)
    late = Subscription(connection)
    subscriptions.add(late)
    with pytest.raises(
        ConnectionLostError, match=r"^the connection is lost: the cable was cut; create another connection$"
    ):
        late._inbox.get(0)


def test_subscriptions_that_are_done_with_are_not_kept() -> None:
    connection = Connection()
    subscriptions: Subscriptions[Subscription] = Subscriptions(connection)
    for _ in range(3):
        subscriptions.add(Subscription(connection))
        subscriptions.all()[-1].close()
    assert len(subscriptions.all()) == 1
    assert not subscriptions.are_in_use


@pytest.mark.parametrize(
    ("first", "second", "is_free"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_a_durable_subscription_has_one_consumer_unless_all_share_it(first: bool, second: bool, is_free: bool) -> None:
    connection = Connection()
    inventory = inventory_of(connection)
    spec = SubscriptionSpec(TOPIC, name="n", durable=True, shared=first)
    inventory.links()[0].subscriptions.add(Subscription(connection, spec))
    wanted = SubscriptionSpec(TOPIC, name="n", durable=True, shared=second)
    if is_free:
        inventory.require_subscribable(wanted)
    else:
        with pytest.raises(JMSError, match="not shared and already has a consumer"):
            inventory.require_subscribable(wanted)
    with pytest.raises(JMSError, match="in use"):
        inventory.require_idle("n")


def test_a_temporary_destination_is_deleted_once_and_while_it_has_no_consumer() -> None:
    connection = Connection()
    inventory = inventory_of(connection)
    inventory.add(OURS)
    reader = Subscription(connection, SubscriptionSpec(OURS))
    inventory.links()[0].subscriptions.add(reader)
    with pytest.raises(JMSError, match="has a consumer"):
        inventory.take_out(OURS)
    reader.close()
    inventory.take_out(OURS)
    for call in (inventory.take_out, inventory.require_present):
        with pytest.raises(InvalidDestinationError):
            call(OURS)
    with pytest.raises(InvalidDestinationError):
        inventory.require_subscribable(SubscriptionSpec(OURS))
    inventory.require_present(TemporaryTopic("theirs.1"))


def test_a_connection_that_closes_closes_its_sessions() -> None:
    connection = Connection()
    inventory = inventory_of(connection)
    inventory.add(OURS)
    assert inventory.close() == {OURS}
    assert (inventory.links(), inventory.temporaries()) == ([], set())
    for call in (lambda: inventory.add(OURS), lambda: inventory.open(lambda: Link(connection, inventory))):
        with pytest.raises(IllegalStateError, match="connection is closed"):
            call()
