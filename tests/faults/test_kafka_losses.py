"""Kafka's clients reconnect by themselves: the absence of a broker delays a program, unless it lasts too long."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest

from jmslike import (
    Connection,
    ConnectionFactory,
    ConnectionLostError,
    JMSError,
    ResourceAllocationError,
    Session,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from tests.brokers import Broker
from tests.brokers.kafka import Kafka
from tests.faults.kafka_broker import cut_links, frozen, killed, own
from tests.faults.kafka_load import (
    Flow,
    browsing,
    program,
    reading_committed,
    receiving,
    sending,
    sending_asynchronously,
    transforming,
)
from tests.faults.steps import PATIENCE, Connect, Losses, loss_of, put, take, within_bounds

ENOUGH = 50
"""Messages of each kind after which they flow."""
CUTS = 3
SHORT_WHILE = 2.0
LONG_ENOUGH = 90.0
"""Seconds within which a broker is there again."""
SHORTER = 1.0
"""Seconds after which it aborts a transaction: fewer than it is away."""


def cut_again_and_again(kafka: Kafka, flow: Flow) -> None:
    for _ in range(CUTS):
        cut_links(kafka)
        flow.wait_for(ENOUGH)


def freeze_for_a_while(kafka: Kafka, _flow: Flow) -> None:
    with frozen(kafka):
        threading.Event().wait(SHORT_WHILE)


def kill_and_restart(kafka: Kafka, _flow: Flow) -> None:
    with killed(kafka):
        pass


@pytest.mark.parametrize("trouble", [cut_again_and_again, freeze_for_a_while, kill_and_restart])
def test_all_continues(kafka: Broker, connect: Connect, name: str, trouble: Callable[[Kafka, Flow], None]) -> None:
    it = own(kafka)
    connection = connect(it.url("kafka"), client_id=name, request_timeout=LONG_ENOUGH, transaction_timeout=SHORTER)
    losses = Losses()
    connection.exception_listener = losses
    with connection.create_session() as session:
        automatic, acknowledged, source, target = (
            session.create_queue(f"{name}-{part}") for part in ("automatic", "acknowledged", "source", "target")
        )
        topic = session.create_topic(f"{name}-topic")
        session.create_durable_subscriber(topic, "subscription").close()
        session.create_producer(target).close()
    rollbacks: Counter[str] = Counter()
    looks: list[int] = []
    with program() as working:
        flows = automatic_flow, acknowledged_flow, topic_flow, results = [working.flow() for _ in range(4)]
        working.start(
            receiving(connection, lambda session: session.create_consumer(automatic), automatic_flow),
            receiving(
                connection,
                lambda session: session.create_consumer(acknowledged),
                acknowledged_flow,
                Session.CLIENT_ACKNOWLEDGE,
            ),
            receiving(connection, lambda session: session.create_durable_subscriber(topic, "subscription"), topic_flow),
            transforming(connection, source, target, rollbacks),
            browsing(connection, automatic, looks),
        )
        end_sending = working.start(
            sending(connection, automatic, automatic_flow),
            sending_asynchronously(connection, acknowledged, acknowledged_flow),
            sending(connection, topic, topic_flow),
            sending_asynchronously(connection, source, results),
        )
        for flow in flows[:3]:
            flow.wait_for(ENOUGH)
        trouble(it, automatic_flow)
        working.start(reading_committed(it.url("kafka"), target.queue_name, results))
        for flow in flows:
            flow.wait_for(ENOUGH)
        end_sending()
        for flow in flows:
            flow.wait_for_all()
    assert not losses.errors
    assert looks
    assert [flow.duplicates for flow in flows] == [0] * len(flows), "all that was handed out was still held"


Step = tuple[Callable[[], object], tuple[type[JMSError], ...]]
"""What is called, and what it may raise while it is not known whether the broker comes back."""

LOST = (ConnectionLostError,)


def steps_of(connection: Connection, name: str) -> Iterator[Step]:
    """Yield calls that wait for the broker."""
    idle = connection.create_session()
    yield idle.create_consumer(idle.create_queue(f"{name}-idle")).receive, LOST
    sender = connection.create_session()
    producer = sender.create_producer(sender.create_queue(f"{name}-sent"))
    yield lambda: producer.send(sender.create_message()), (*LOST, ResourceAllocationError)
    for number in range(2):
        yield committing(connection, f"{name}-{number}", is_used=number > 0), COMMIT
    subscriber = connection.create_session()
    yield lambda: subscriber.create_consumer(subscriber.create_queue(f"{name}-new")), LOST
    looker = connection.create_session()
    yield lambda: list(looker.create_browser(looker.create_queue(f"{name}-idle"))), LOST


def acknowledging(connection: Connection, name: str) -> Callable[[], None]:
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    put(session, name, ["held"])
    message = session.create_consumer(session.create_queue(name)).receive(PATIENCE)
    assert message is not None
    return message.acknowledge


COMMIT = (*LOST, TransactionInDoubtError, TransactionRolledBackError)


def committing(connection: Connection, name: str, *, is_used: bool) -> Callable[[], object]:
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["used"])
    session.commit()
    assert take(consumer) == "used"
    if is_used:
        put(session, name, ["again"])

    def commit() -> None:
        put(session, f"{name}-out", ["sent"])
        session.commit()

    return commit


@pytest.mark.parametrize("absence", [killed, frozen])
def test_an_absence_is_too_long(
    kafka: Broker, connect: Connect, name: str, absence: Callable[[Kafka], AbstractContextManager[None]]
) -> None:
    it = own(kafka)
    before = set(threading.enumerate())
    connection = connect(it.url("kafka"), request_timeout=3, session_timeout=6)
    steps = list(steps_of(connection, name))
    now, later = (acknowledging(connection, f"{name}-{when}") for when in ("now", "later"))
    with absence(it), ThreadPoolExecutor(len(steps) + 1) as pool:
        with loss_of(connection) as losses:
            acknowledged = pool.submit(now)
            waiting = [pool.submit(call) for call, _ in steps]
            assert losses.reported.wait(PATIENCE)
            for part, (_, errors) in zip(waiting, steps, strict=True):
                with pytest.raises(errors):
                    part.result(PATIENCE)
            with pytest.raises(JMSError, match=r"connection is lost|no broker (has answered|confirmed)"):
                acknowledged.result(PATIENCE)
            for call in [later, *(call for call, _ in steps)]:
                with pytest.raises(ConnectionLostError):
                    within_bounds(call)
        for thread in set(threading.enumerate()) - before:
            if "kafka" in thread.name:
                thread.join(PATIENCE)
                assert not thread.is_alive(), thread.name


def test_no_acknowledgement_is_said_to_be_done_after_a_loss(kafka: Broker, connect: Connect, name: str) -> None:
    it = own(kafka)
    put(connect(it.url("kafka")).create_session(), name, ["held"])
    factory = ConnectionFactory(it.url("kafka"), request_timeout=3, session_timeout=6)
    with factory.create_context(session_mode=Session.CLIENT_ACKNOWLEDGE) as context:
        message = context.create_consumer(context.create_queue(name)).receive(PATIENCE)
        assert message is not None
        with frozen(it), loss_of(context) as losses:
            assert losses.reported.wait(PATIENCE)
            for acknowledge in (context.acknowledge, message.acknowledge) * 2:
                with pytest.raises(ConnectionLostError):
                    acknowledge()


def test_closing_does_not_wait_for_it(kafka: Broker, connect: Connect, name: str) -> None:
    it = own(kafka)
    connection = connect(it.url("kafka"), request_timeout=3, session_timeout=6)
    acknowledging(connection, name)
    committing(connection, f"{name}-used", is_used=True)
    with frozen(it):
        within_bounds(connection.close)
