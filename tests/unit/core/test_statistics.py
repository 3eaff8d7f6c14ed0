"""The look at a connection: what it counts, and that it waits for nothing."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict

import pytest

from jmslike import ConsumerStatistics, IllegalStateError, Session, SessionStatistics, open_connections
from jmslike.capabilities import EMULATED, NATIVE, Support
from jmslike.errors import JMSError
from tests.unit.core.conftest import shut
from tests.unit.core.contexts import context_of
from tests.unit.core.fake import OTHER, QUEUE, TOPIC, FakeBroker, Task, connection_of, texts
from tests.unit.core.listeners import Seen, Told


def of(session: Session) -> SessionStatistics:
    """Return the numbers of a session."""
    [found] = connection_of(session).statistics().sessions
    return found


def test_a_connection_without_sessions(broker: FakeBroker) -> None:
    connection = broker.connect(start=False, client_id="till")
    seen = connection.statistics()
    assert (seen.provider, seen.version) == (connection.capabilities.product, connection.capabilities.version)
    assert (seen.client_id, seen.started, seen.link_state, seen.sessions) == ("till", False, "connected", ())
    assert seen.engine is None
    connection.start()
    assert connection.statistics().started


def test_it_turns_into_json(broker: FakeBroker) -> None:
    session = broker.session(client_id="till")
    session.create_durable_subscriber(TOPIC, "daily", "total > 100", no_local=True)
    session.create_producer(QUEUE)
    session.create_producer()
    session.create_temporary_queue()
    seen = connection_of(session).statistics()
    [found] = json.loads(json.dumps(asdict(seen)))["sessions"]
    assert found["mode"] == "AUTO_ACKNOWLEDGE"
    assert found["producers"] == [{"destination": "queue://q"}, {"destination": None}]
    assert found["consumers"] == [
        {
            "destination": "topic://t",
            "selector": "total > 100",
            "subscription": "daily",
            "durable": True,
            "shared": False,
            "no_local": True,
            "has_listener": False,
            "redeliveries": 0,
        }
    ]
    assert [name.partition("://")[0] for name in seen.temporary_destinations] == ["queue"]


def test_what_was_closed_is_gone(broker: FakeBroker) -> None:
    session = broker.session()
    for part in (session.create_producer(QUEUE), session.create_consumer(OTHER)):
        part.close()
    assert (of(session).producers, of(session).consumers) == ((), ())
    connection = connection_of(session)
    session.close()
    assert connection.statistics().sessions == ()
    connection.close()
    with pytest.raises(IllegalStateError):
        connection.statistics()


def test_what_a_transaction_holds(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    broker.put(*texts("abc"))
    consumer = session.create_consumer(QUEUE)
    producer = session.create_producer(OTHER)
    for _ in range(3):
        consumer.receive(1)
    for _ in range(2):
        producer.send(session.create_text_message("x"))
    assert (of(session).mode, of(session).unsettled, of(session).pending) == ("SESSION_TRANSACTED", 3, 2)
    session.rollback()
    assert (of(session).unsettled, of(session).pending) == (0, 0)
    assert of(session).consumers[0].redeliveries == 3


@pytest.mark.parametrize(("level", "here"), [(EMULATED, 1), (NATIVE, 0)])
def test_redeliveries_that_wait_for_their_delay(level: Support, here: int) -> None:
    """They count where they are: in this process, unless the provider keeps them."""
    broker = FakeBroker(REDELIVERY_DELAY=level)
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=60)
    broker.put(*texts("a"))
    session.create_consumer(QUEUE).receive(1)
    session.recover()
    assert [each.redeliveries for each in of(session).consumers] == [here]
    shut(broker)


def test_sends_without_an_answer(broker: FakeBroker) -> None:
    session = broker.session()
    broker.held_completions = []
    told = Told()
    producer = session.create_producer(QUEUE)
    for _ in range(3):
        producer.send(session.create_text_message("x"), completion_listener=told)
    assert of(session).unanswered == 3


def test_listeners_and_the_message_that_one_has(broker: FakeBroker) -> None:
    session = broker.session()
    during: list[SessionStatistics] = []
    seen = Seen(lambda: during.append(of(session)))
    consumer = session.create_consumer(QUEUE)
    session.create_consumer(OTHER).message_listener = Seen()
    consumer.message_listener = seen
    broker.put(*texts("a"))
    seen.next()
    assert (of(session).listeners, during[0].unsettled) == (2, 1)
    assert all(isinstance(each, ConsumerStatistics) and each.has_listener for each in of(session).consumers)


def test_a_lost_connection_can_be_looked_at(broker: FakeBroker) -> None:
    connection = broker.connect()
    broker.cut()
    assert connection.statistics().link_state == "lost"


def test_it_waits_for_no_call_of_the_broker(broker: FakeBroker) -> None:
    """Not while a consumer is being made, nor while another thread starts the connection."""
    connection = broker.connect(start=False)
    session = connection.create_session()
    going_on, inside = threading.Event(), threading.Event()

    def wait() -> None:
        inside.set()
        going_on.wait(10)

    broker.at("subscribe", wait)
    making = Task(session.create_consumer, QUEUE)
    try:
        assert inside.wait(10)
        assert Task(connection.statistics).end().sessions[0].consumers == ()
    finally:
        going_on.set()
    making.end()
    inside.clear()
    going_on.clear()
    broker.at("start subscription", wait)
    starting = Task(connection.start)
    try:
        assert inside.wait(10)
        assert Task(connection.statistics).end().started
    finally:
        going_on.set()
    starting.end()


def test_a_context_tells_of_its_connection_or_of_a_queue(broker: FakeBroker) -> None:
    context = context_of(broker)
    assert context.statistics().sessions == ()
    broker.put(*texts("a"))
    assert context.statistics(QUEUE).depth == 1
    context.create_consumer(OTHER)
    [session] = context.statistics().sessions
    assert [each.destination for each in session.consumers] == ["queue://other"]
    with pytest.raises(JMSError):
        context.statistics(None)  # type: ignore[call-overload]
    context.close()
    with pytest.raises(IllegalStateError):
        context.statistics()


def test_connections_that_are_open_are_known(broker: FakeBroker) -> None:
    before = open_connections()
    connection, lost = broker.connect(), broker.connect()
    context = context_of(broker)
    broker.transports[1].lose()
    names = {connection.statistics().name, lost.statistics().name, context.statistics().name}
    assert {each.statistics().name for each in open_connections() if each not in before} == names
    for each in (connection, lost, context):
        each.close()
    assert [each for each in open_connections() if each not in before] == []
