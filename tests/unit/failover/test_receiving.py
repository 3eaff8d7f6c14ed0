"""Receives, listeners and receipts across the loss of a host."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Any

import pytest

from jmslike.destinations import TemporaryQueue
from jmslike.errors import ConnectionLostError, InvalidDestinationError, TransactionRolledBackError
from jmslike.session import Session
from jmslike.spi import ACCEPT, Envelope, SubscriptionSpec
from tests.unit.core.fake import PATIENCE, QUEUE, TOPIC, Task, text
from tests.unit.failover.world import World


def subscribed(world: World, **spec: Any) -> Any:
    transport = world.open(request_timeout=30)
    return world.session(transport).subscribe(SubscriptionSpec(QUEUE, **spec))


def test_a_take_waits_through_the_outage(world: World) -> None:
    subscription = subscribed(world)
    taking = Task(subscription.take, None)
    world.clock.until_waiting()
    world.lose_both()
    assert taking.goes_on()
    world.hosts[1].come_up()
    world.advance_until(lambda: "resumed" in world.events.names)
    world.hosts[1].broker.put(text("later"))
    assert taking.end()[0].body == "later"


def test_a_take_without_a_wait_finds_nothing_while_the_link_is_away(world: World) -> None:
    subscription = subscribed(world)
    world.lose_both()
    assert subscription.take(0) is None


def test_the_time_of_a_take_counts_the_outage(world: World) -> None:
    subscription = subscribed(world)
    world.lose_both()
    taking = Task(subscription.take, 5)
    world.advance_until(taking.done)
    assert taking.end() is None


@pytest.mark.parametrize("wake", ["interrupt", "close"])
def test_a_take_is_woken_while_the_link_is_away(world: World, wake: str) -> None:
    subscription = subscribed(world)
    world.lose_both()
    taking = Task(subscription.take, None)
    assert taking.goes_on()
    getattr(subscription, wake)()
    assert taking.end() is None


def test_an_interrupt_at_the_lost_host_is_not_forgotten(world: World) -> None:
    subscription = subscribed(world)
    subscription.interrupt()
    world.move_to_two()
    world.hosts[1].broker.put(text("a"))
    assert subscription.take(None) is None
    assert subscription.take(None)[0].body == "a"


def test_a_message_without_an_id_does_not_mark_another(world: World) -> None:
    subscription = subscribed(world)
    world.hosts[0].broker.put(Envelope.make(id="", destination=QUEUE, kind="text", body="a"))
    assert subscription.take(0)[2] == 0
    world.move_to_two()
    world.hosts[1].broker.put(Envelope.make(id="", destination=QUEUE, kind="text", body="b"))
    assert subscription.take(0)[2] == 0


def test_what_a_lost_host_had_delivered_comes_again_marked(world: World) -> None:
    subscription = subscribed(world)
    held, settled, new = text("held"), text("settled"), text("new")
    for envelope in (held, settled):
        world.hosts[0].broker.put(envelope)
    _, receipt, _ = subscription.take(0)
    assert receipt is not None
    subscription.settle([subscription.take(0)[1]], ACCEPT)
    world.move_to_two()
    for envelope in (held, settled, new):
        world.hosts[1].broker.put(envelope)
    again = [subscription.take(0, settle=True) for _ in range(3)]
    assert [(envelope.body, attempts) for envelope, _, attempts in again] == [("held", 1), ("settled", 0), ("new", 0)]
    assert again[0][1] is not None


@pytest.mark.parametrize("told", [0, 1, 5])
def test_redeliveries_within_the_session_count_after_a_loss(world: World, told: int) -> None:
    """Where the next broker gives no number, only the mark, which counts as one, or one that is higher (RED-02)."""
    session = world.connect().create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    world.hosts[0].broker.put(text("a"))
    consumer.receive()
    for _ in range(2):
        session.recover()
        assert consumer.receive_no_wait() is not None
    world.move_to_two()
    world.hosts[1].broker.put(text("a"), attempts=told)
    again = consumer.receive_no_wait()
    assert again is not None
    assert again.get_int_property("JMSXDeliveryCount") == max(told, 3) + 1


def test_receipts_are_stale_after_a_loss(world: World, caplog: pytest.LogCaptureFixture) -> None:
    subscription = subscribed(world)
    world.hosts[0].broker.put(text("a"))
    _, receipt, _ = subscription.take(0)
    assert subscription.holds(receipt)
    world.move_to_two()
    assert not subscription.holds(receipt)
    subscription.settle([receipt], ACCEPT)
    assert world.hosts[1].broker.named("settle") == []
    subscription.settle([receipt], 1)
    logged = [record.message for record in caplog.records if record.name == "jmslike.failover"]
    assert logged == [
        "one:// had delivered messages that are not acknowledged, and redelivered: 1",
        "queue://q: not acknowledged, and so redelivered: the link was lost after they were received: 1",
    ]


@pytest.mark.parametrize("ends", ["subscription", "link"])
def test_what_a_closed_consumer_had_received_comes_again_marked(world: World, ends: str) -> None:
    transport = world.open()
    link = world.session(transport)
    closed = link.subscribe(SubscriptionSpec(QUEUE))
    world.hosts[0].broker.put(text("a"))
    _, receipt, _ = closed.take(0)
    closed.close()
    assert closed.holds(receipt)
    if ends == "link":  # the link to the host is lost meanwhile
        world.hosts[0].broker.at("close link", world.hosts[0].go_down)
        link.close()
    else:
        world.hosts[0].go_down()
    world.advance_until(lambda: "resumed" in world.events.names)
    assert not closed.holds(receipt)
    closed.settle([receipt], ACCEPT)
    world.hosts[1].broker.put(text("a"))
    assert world.session(transport).subscribe(SubscriptionSpec(QUEUE)).take(0)[2] == 1


def test_a_commit_of_what_a_closed_consumer_had_received_is_rolled_back_after_a_loss(world: World) -> None:
    """Also when a call found the loss out, and the transport knows nothing of it yet."""
    link = world.session(world.open(), transacted=True)
    closed = link.subscribe(SubscriptionSpec(QUEUE))
    broker = world.hosts[0].broker
    broker.put(text("a"))
    receipt = closed.take(0)[1]
    closed.close()
    broker.at("sender", ConnectionLostError("no answer"))
    link.sender(QUEUE)
    assert not closed.holds(receipt)
    with pytest.raises(TransactionRolledBackError):
        link.commit([], [(closed, [receipt], ACCEPT)])


def test_what_a_closed_consumer_has_received_can_still_be_settled(world: World) -> None:
    link = world.session(world.open())
    closed = link.subscribe(SubscriptionSpec(QUEUE))
    world.hosts[0].broker.put(text("a"))
    receipt = closed.take(0)[1]
    closed.close()
    closed.settle([receipt], ACCEPT)
    assert world.hosts[0].broker.named("settle") == [("settle", ["ID:a"], None)]
    assert link._subscriptions == []


def test_the_good_receipts_among_stale_ones_are_settled(world: World) -> None:
    subscription = subscribed(world)
    world.hosts[0].broker.put(text("old"))
    stale = subscription.take(0)[1]
    world.move_to_two()
    world.hosts[1].broker.put(text("new"))
    good = subscription.take(0)[1]
    subscription.settle([stale, good], ACCEPT)
    assert world.hosts[1].broker.named("settle") == [("settle", ["ID:new"], None)]


def test_an_acknowledgement_whose_answer_is_lost_is_logged_only(world: World, caplog: pytest.LogCaptureFixture) -> None:
    subscription = subscribed(world)
    world.hosts[0].broker.put(text("a"))
    receipt = subscription.take(0)[1]
    world.hosts[0].broker.at("settle", ConnectionLostError("the answer was lost"))
    subscription.settle([receipt], ACCEPT)
    assert "not acknowledged, and so redelivered" in caplog.text
    world.advance_until(lambda: world.events.names == ["interrupted", "resumed"])


def test_it_subscribes_again_as_before(world: World) -> None:
    transport = world.open()
    transport.identify("me")
    spec = SubscriptionSpec(TOPIC, name="n", durable=True, shared=True, window=7, excluded_origin="me")
    world.session(transport, awaits_settlement=True).subscribe(spec)
    world.move_to_two()
    broker = world.hosts[1].broker
    assert [call[0] for call in broker.calls] == ["open", "identify", "session", "subscribe"]
    assert broker.calls[1:] == [
        ("identify", "me"),
        ("session", *world.hosts[0].broker.named("session")[0][1:]),
        ("subscribe", spec),
    ]


def test_what_was_closed_is_not_opened_again(world: World) -> None:
    transport = world.open()
    link, closed = world.session(transport), world.session(transport)
    link.subscribe(SubscriptionSpec(QUEUE)).close()
    closed.subscribe(SubscriptionSpec(QUEUE))
    closed.close()
    world.move_to_two()
    assert [call[0] for call in world.hosts[1].broker.calls] == ["open", "session"]


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_subscription_begins_at_the_next_host_as_it_is(world: World, is_stopped: bool) -> None:
    subscription = subscribed(world, stopped=not is_stopped)
    (subscription.stop if is_stopped else subscription.start)()
    world.move_to_two()
    assert [call[1].stopped for call in world.hosts[1].broker.named("subscribe")] == [is_stopped]


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_start_or_stop_while_the_link_is_away_follows(world: World, is_stopped: bool) -> None:
    subscription = subscribed(world, stopped=not is_stopped)
    broker = world.hosts[1].broker
    broker.at("subscribe", subscription.stop if is_stopped else subscription.start)
    world.move_to_two()
    assert len(broker.named("stop subscription" if is_stopped else "start subscription")) == 1


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_start_or_stop_that_the_new_host_was_told_is_not_told_again(
    world: World, monkeypatch: pytest.MonkeyPatch, is_stopped: bool
) -> None:
    subscription = subscribed(world, stopped=not is_stopped)
    move = type(subscription).move

    def move_and_follow(moved: Any) -> None:
        move(moved)
        (moved.stop if is_stopped else moved.start)()

    monkeypatch.setattr(type(subscription), "move", move_and_follow)
    world.move_to_two()
    assert len(world.hosts[1].broker.named("stop subscription" if is_stopped else "start subscription")) == 1


def test_a_subscription_that_closes_while_it_is_restored_is_closed_there(world: World) -> None:
    subscription = subscribed(world)
    broker = world.hosts[1].broker
    broker.at("subscribe", subscription.close)
    world.move_to_two()
    assert len(broker.named("close subscription")) == 1
    assert broker.subscriptions == []


def test_a_listener_is_armed_again(world: World) -> None:
    connection = world.connect()
    session = connection.create_session()
    got: SimpleQueue[str] = SimpleQueue()
    session.create_consumer(QUEUE).message_listener = lambda message: got.put(message.text)  # type: ignore[attr-defined]
    world.hosts[0].broker.put(text("before"))
    assert got.get(timeout=PATIENCE) == "before"
    world.hosts[1].broker.put(text("waits"))
    world.move_to_two()
    assert got.get(timeout=PATIENCE) == "waits"
    world.hosts[1].broker.put(text("later"))
    assert got.get(timeout=PATIENCE) == "later"


def test_a_loop_of_receive_and_acknowledge_goes_on(world: World) -> None:
    session = world.connect().create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    world.hosts[0].broker.put(text("a"))
    message = consumer.receive()
    assert message is not None
    world.move_to_two()
    message.acknowledge()
    world.hosts[1].broker.put(text("a"), attempts=1)
    again = consumer.receive()
    assert again is not None
    assert again.redelivered
    again.acknowledge()
    assert world.hosts[1].broker.bodies(QUEUE) == []


def test_a_consumer_of_a_temporary_queue_ends_with_its_host(world: World) -> None:
    transport = world.open()
    queue = TemporaryQueue(transport.create_temporary(TemporaryQueue))
    link = world.session(transport)
    subscription = link.subscribe(SubscriptionSpec(queue))
    world.move_to_two()
    for call in (
        lambda: subscription.take(None),
        lambda: link.subscribe(SubscriptionSpec(queue)),
        lambda: link.sender(queue),
        lambda: transport.delete_temporary(queue),
        lambda: next(link.browse(queue, None)),
    ):
        with pytest.raises(InvalidDestinationError, match="ended when the link to its host was lost"):
            call()
    assert world.hosts[1].broker.named("subscribe") == []


def test_the_use_of_a_temporary_queue_that_ended_does_not_wait_for_the_link(world: World) -> None:
    transport = world.open()
    queue = TemporaryQueue(transport.create_temporary(TemporaryQueue))
    link = world.session(transport)
    sender = link.sender(queue)
    world.lose_both()
    for call in (
        lambda: sender.send(Envelope.make(id="", destination=queue, kind="text", body="a")),
        lambda: link.subscribe(SubscriptionSpec(queue)),
        lambda: link.statistics(queue),
        lambda: transport.delete_temporary(queue),
        lambda: transport.delete(queue),
    ):
        with pytest.raises(InvalidDestinationError, match="ended when the link to its host was lost"):
            Task(call).end()


def test_a_listener_on_a_temporary_queue_is_reported_and_others_go_on(world: World) -> None:
    connection = world.connect()
    session = connection.create_session()
    got: SimpleQueue[str] = SimpleQueue()
    session.create_consumer(session.create_temporary_queue()).message_listener = print
    session.create_consumer(QUEUE).message_listener = lambda message: got.put(message.text)  # type: ignore[attr-defined]
    world.move_to_two()
    world.hosts[1].broker.put(text("a"))
    assert got.get(timeout=PATIENCE) == "a"
    world.events.until("interrupted", "failed", "resumed")
    assert isinstance(world.events.all[1][1], InvalidDestinationError)
