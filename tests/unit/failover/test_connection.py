"""A connection of the application over a link that is lost: what the core adds."""

from __future__ import annotations

import threading

import pytest

from jmslike.context import JMSContext
from jmslike.errors import ConnectionLostError, IllegalStateError, TransactionRolledBackError
from jmslike.session import Session
from tests.unit.core.fake import QUEUE, Task, text
from tests.unit.failover.world import World


def test_states_and_listener(world: World) -> None:
    connection = world.connect()
    states = [connection.link_state]
    world.lose_both()
    states += [connection.link_state, connection.statistics().link_state]
    world.hosts[0].come_up()
    world.advance_until(lambda: world.events.names == ["interrupted", "resumed"])
    states += [connection.link_state, connection.statistics().link_state]
    assert states == ["connected", "interrupted", "interrupted", "connected", "connected"]


def test_the_exception_listener_hears_of_the_final_loss_only(world: World) -> None:
    """EXL-06: the link is tried again before the client is told."""
    connection = world.connect(max_reconnects=2)
    world.lose_both()
    world.advance_until(lambda: world.events.names == ["interrupted", "failed"])
    assert isinstance(world.events.all[1][1], ConnectionLostError)
    assert connection.link_state == "lost"
    with pytest.raises(ConnectionLostError):
        connection.create_session()


@pytest.mark.parametrize("what", ["connection", "session"])
def test_close_ends_a_listener_that_waits_in_a_send(world: World, what: str) -> None:
    connection = world.connect()
    session = connection.create_session()
    producer = session.create_producer(QUEUE)
    entered, outcomes = threading.Event(), list[BaseException]()

    def forward(_: object) -> None:
        world.lose_both()
        entered.set()
        try:
            producer.send(session.create_message())
        except IllegalStateError as error:
            outcomes.append(error)
            raise

    session.create_consumer(session.create_queue("in")).message_listener = forward
    world.hosts[0].broker.put(text("a", session.create_queue("in")))
    assert entered.wait(10)
    Task(connection.close if what == "connection" else session.close).end()
    assert [str(error) for error in outcomes] in (["the connection is closed"], ["the session is closed"])


def test_a_transaction_goes_on_after_its_rollback(world: World) -> None:
    session = world.connect().create_session(True)
    consumer, producer = session.create_consumer(QUEUE), session.create_producer(session.create_queue("out"))
    world.hosts[0].broker.put(text("a"))
    assert consumer.receive() is not None
    producer.send(session.create_message())
    world.move_to_two()
    with pytest.raises(TransactionRolledBackError):
        session.commit()
    world.hosts[1].broker.put(text("a"), attempts=1)
    again = consumer.receive()
    assert again is not None
    producer.send(session.create_message())
    session.commit()
    assert len(world.hosts[1].broker.bodies(session.create_queue("out"))) == 1


def test_a_recovered_message_of_a_lost_host_is_dropped_here(world: World) -> None:
    session = world.connect().create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    world.hosts[0].broker.put(text("a"))
    consumer.receive()
    session.recover()
    world.move_to_two()
    assert consumer.receive(0) is None


def test_a_session_that_was_stopped_while_the_link_was_away_stays_so(world: World) -> None:
    connection = world.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    world.lose_both()
    connection.stop()
    world.hosts[1].broker.put(text("a"))
    world.hosts[1].come_up()
    world.advance_until(lambda: "resumed" in world.events.names)
    receiving = Task(consumer.receive)
    assert receiving.goes_on()
    connection.start()
    received = receiving.end()
    assert received is not None
    assert received.message_id == "ID:a"


def test_a_context_works_again(world: World) -> None:
    with JMSContext(world.connect(), Session.AUTO_ACKNOWLEDGE) as context:
        consumer = context.create_consumer(QUEUE)
        world.move_to_two()
        context.create_producer().send(QUEUE, "hello")
        assert consumer.receive_body(str, 0) == "hello"
