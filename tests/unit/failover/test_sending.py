"""Sends, commits and other calls across the loss of a host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike.destinations import TemporaryQueue
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.spi import ACCEPT, SessionSpec, SubscriptionSpec
from tests.unit.core.fake import QUEUE, Task, text
from tests.unit.failover.world import World


def test_a_send_waits_for_the_link(world: World) -> None:
    sender = world.session(world.open()).sender(QUEUE)
    world.lose_both()
    sending = Task(sender.send, text("a"))
    assert sending.goes_on()
    world.hosts[1].come_up()
    world.advance_until(sending.done)
    sending.end()
    assert world.hosts[1].broker.bodies(QUEUE) == ["a"]


def test_a_send_whose_answer_was_lost_is_not_sent_again(world: World) -> None:
    sender = world.session(world.open()).sender(QUEUE)
    world.hosts[0].broker.at("send", ConnectionLostError("the answer was lost"))
    with pytest.raises(ConnectionLostError, match="the message may have been sent, and is not sent again"):
        sender.send(text("a"))
    world.advance_until(lambda: "resumed" in world.events.names)
    sender.send(text("b"))
    assert world.hosts[1].broker.bodies(QUEUE) == ["b"]


def test_a_completion_that_is_open_at_the_loss_is_the_hosts(world: World) -> None:
    sender = world.session(world.open()).sender(QUEUE)
    broker = world.hosts[0].broker
    broker.held_completions = []
    seen: list[JMSError | None] = []
    sender.send(text("a"), seen.append)
    world.move_to_two()
    (held,) = broker.held_completions
    held(ConnectionLostError("the link was lost"))
    sender.send(text("b"), seen.append)
    assert [type(error) for error in seen] == [ConnectionLostError, type(None)]
    assert world.hosts[1].broker.bodies(QUEUE) == ["b"]


Call = Callable[[World, Any, Any], object]

WAITING: dict[str, Call] = {
    "send": lambda world, transport, link: link.sender(QUEUE).send(text("a")),
    "asynchronous send": lambda world, transport, link: link.sender(QUEUE).send(text("a"), print),
    "subscribe": lambda world, transport, link: link.subscribe(SubscriptionSpec(QUEUE)),
    "session": lambda world, transport, link: transport.session(SessionSpec()),
    "temporary": lambda world, transport, link: transport.create_temporary(TemporaryQueue),
    "unsubscribe": lambda world, transport, link: transport.unsubscribe("n"),
    "statistics": lambda world, transport, link: link.statistics(QUEUE),
    "browse": lambda world, transport, link: list(link.browse(QUEUE, None)),
    "identify": lambda world, transport, link: transport.identify("me"),
}


@pytest.mark.parametrize("name", WAITING)
def test_a_call_waits_for_the_request_timeout_at_most(world: World, name: str) -> None:
    transport = world.open(request_timeout=30)
    link = world.session(transport)
    world.lose_both()
    begun = world.clock.monotonic()
    calling = Task(WAITING[name], world, transport, link)
    assert calling.goes_on()
    world.advance_until(calling.done)
    with pytest.raises(
        ConnectionLostError, match=r"no link to one://, two:// within 30 s.*the connection goes on trying"
    ):
        calling.end()
    assert world.clock.monotonic() - begun >= 30
    assert world.events.names == ["interrupted"]


@pytest.mark.parametrize("name", [name for name in WAITING if name != "unsubscribe"])
def test_a_call_succeeds_when_the_link_is_restored(world: World, name: str) -> None:
    transport = world.open(request_timeout=3000)
    link = world.session(transport)
    world.lose_both()
    calling = Task(WAITING[name], world, transport, link)
    assert calling.goes_on()
    world.hosts[0].come_up()
    world.advance_until(calling.done)
    calling.end()


@pytest.mark.parametrize("name", ["send", "subscribe"])
def test_a_call_that_waits_is_woken_by_close(world: World, name: str) -> None:
    transport = world.open(request_timeout=30)
    link = world.session(transport)
    world.lose_both()
    calling = Task(WAITING[name], world, transport, link)
    assert calling.goes_on()
    link.close()
    with pytest.raises(IllegalStateError, match="the session is closed"):
        calling.end()


def test_a_sender_that_closes_wakes_its_send(world: World) -> None:
    sender = world.session(world.open()).sender(QUEUE)
    world.lose_both()
    sending = Task(sender.send, text("a"))
    assert sending.goes_on()
    sender.close()
    with pytest.raises(IllegalStateError, match="the producer is closed"):
        sending.end()


def test_a_sender_to_an_ended_temporary_queue_raises(world: World) -> None:
    transport = world.open()
    sender = world.session(transport).sender(TemporaryQueue(transport.create_temporary(TemporaryQueue)))
    world.move_to_two()
    with pytest.raises(InvalidDestinationError, match="ended when the link to its host was lost"):
        sender.send(text("a"))


def test_a_subscribe_that_the_loss_interrupts_goes_on_at_the_next_host(world: World) -> None:
    link = world.session(world.open())
    world.hosts[0].broker.at("subscribe", ConnectionLostError("the link was lost"))
    subscribing = Task(link.subscribe, SubscriptionSpec(QUEUE))
    world.advance_until(subscribing.done)
    subscribing.end()
    assert len(world.hosts[1].broker.named("subscribe")) == 1


# ---- commit ---------------------------------------------------------------------------------------------------------


def test_a_commit_that_only_sends_begins_at_the_next_host(world: World) -> None:
    link = world.session(world.open(), transacted=True)
    sender = link.sender(QUEUE)
    world.move_to_two()
    link.commit([(sender, text("a"))], [])
    assert world.hosts[1].broker.bodies(QUEUE) == ["a"]


def test_a_commit_waits_and_is_then_rolled_back(world: World) -> None:
    link = world.session(world.open(request_timeout=30), transacted=True)
    sender = link.sender(QUEUE)
    world.lose_both()
    committing = Task(link.commit, [(sender, text("a"))], [])
    world.advance_until(committing.done)
    with pytest.raises(TransactionRolledBackError, match="nothing was sent: no link to"):
        committing.end()


@pytest.mark.parametrize("is_restored", [True, False])
def test_a_commit_with_a_stale_receipt_sends_nothing(world: World, is_restored: bool) -> None:
    link = world.session(world.open(), transacted=True)
    subscription, sender = link.subscribe(SubscriptionSpec(QUEUE)), link.sender(QUEUE)
    world.hosts[0].broker.put(text("a"))
    receipt = subscription.take(0)[1]
    if is_restored:
        world.move_to_two()
    else:
        world.lose_both()
    with pytest.raises(TransactionRolledBackError, match="which will be redelivered"):
        link.commit([(sender, text("b"))], [(subscription, [receipt], ACCEPT)])
    assert world.hosts[1].broker.named("commit") == []


@pytest.mark.parametrize(
    ("of_the_host", "expected"),
    [
        (TransactionRolledBackError("nothing was sent"), TransactionRolledBackError),
        (TransactionInDoubtError("no answer"), TransactionInDoubtError),
        (ConnectionLostError("gone"), TransactionInDoubtError),
    ],
)
def test_a_loss_during_commit_is_what_the_host_knows(
    world: World, of_the_host: JMSError, expected: type[JMSError]
) -> None:
    link = world.session(world.open(), transacted=True)
    subscription, sender = link.subscribe(SubscriptionSpec(QUEUE)), link.sender(QUEUE)
    world.hosts[0].broker.put(text("a"))
    receipt = subscription.take(0)[1]
    world.hosts[0].broker.at("commit", of_the_host)
    with pytest.raises(expected):
        link.commit([(sender, text("b"))], [(subscription, [receipt], ACCEPT)])


def test_a_commit_in_doubt_leaves_nothing_of_a_closed_subscription(world: World) -> None:
    """Its message comes again marked, perhaps while the link to the host is up."""
    link = world.session(world.open(), transacted=True)
    closed = link.subscribe(SubscriptionSpec(QUEUE))
    broker = world.hosts[0].broker
    broker.put(text("a"))
    receipt = closed.take(0)[1]
    closed.close()
    broker.at("commit", TransactionInDoubtError("no answer"))
    with pytest.raises(TransactionInDoubtError):
        link.commit([], [(closed, [receipt], ACCEPT)])
    assert link._subscriptions == []
    broker.put(text("a"))
    assert link.subscribe(SubscriptionSpec(QUEUE)).take(0)[2] == 1


def test_a_commit_during_which_the_link_is_lost_for_good_is_in_doubt(world: World) -> None:
    link = world.session(world.open(max_reconnects=0), transacted=True)
    sender = link.sender(QUEUE)
    world.hosts[0].broker.at("commit", ConnectionLostError("gone"))
    with pytest.raises(TransactionInDoubtError, match="lost during its commit"):
        link.commit([(sender, text("a"))], [])


def test_a_commit_settles_what_was_received_at_the_host(world: World) -> None:
    link = world.session(world.open(), transacted=True)
    subscription, sender = link.subscribe(SubscriptionSpec(QUEUE)), link.sender(QUEUE)
    world.move_to_two()
    broker = world.hosts[1].broker
    broker.put(text("a"))
    receipt = subscription.take(0)[1]
    subscription.close()
    sender.close()
    link.commit([(sender, text("b"))], [(subscription, [receipt], ACCEPT)])
    assert broker.bodies(QUEUE) == ["b"]
    assert broker.named("commit")[0][2] == [(broker.named("commit")[0][2][0][0], ["ID:a"], None)]


def test_a_commit_to_an_ended_temporary_queue_is_rolled_back(world: World) -> None:
    transport = world.open()
    link = world.session(transport, transacted=True)
    sender = link.sender(TemporaryQueue(transport.create_temporary(TemporaryQueue)))
    world.move_to_two()
    with pytest.raises(TransactionRolledBackError, match="ended when the link to its host was lost"):
        link.commit([(sender, text("a"))], [])
