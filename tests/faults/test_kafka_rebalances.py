"""A group is rebalanced while messages are in flight, and members lose what they hold: no message is lost."""

from __future__ import annotations

import threading

from jmslike import Message, Session
from tests.brokers import Broker
from tests.faults.kafka_load import number_of, numbered
from tests.faults.kafka_rebalances import consumers, transactions
from tests.faults.kafka_worker import worker
from tests.faults.steps import PATIENCE, Connect, put, take, text_of
from tests.faults.suspension import suspended

A_WHILE = 8
POLL_INTERVAL = 2


def test_consumers_come_and_are_killed(kafka: Broker) -> None:
    outcome = consumers(kafka.url("kafka"), A_WHILE)
    assert outcome.flow.duplicates <= outcome.most_duplicates


def test_transactions_are_done_once_while_others_come_and_are_killed(kafka: Broker) -> None:
    assert transactions(kafka.url("kafka"), A_WHILE).flow.duplicates == 0


def test_a_slow_listener_keeps_what_it_has(kafka: Broker, connect: Connect, name: str) -> None:
    connection = connect(kafka.url("kafka"), max_poll_interval=POLL_INTERVAL)
    texts = [str(number) for number in range(20)]
    heard: list[str] = []
    all_heard = threading.Event()

    def listen(message: Message) -> None:
        heard.append(text_of(message))
        if len(heard) == 1:
            threading.Event().wait(3 * POLL_INTERVAL)
        if len(heard) == len(texts):
            all_heard.set()

    session = connection.create_session()
    session.create_consumer(session.create_queue(name)).message_listener = listen
    idle = connect(kafka.url("kafka")).create_session()
    waiting = idle.create_consumer(idle.create_queue(name))
    put(connection.create_session(), name, texts)
    assert all_heard.wait(PATIENCE)
    session.close()
    assert heard == texts
    put(idle, name, ["last"])
    assert take(waiting) == "last"


def test_what_a_suspended_process_holds_goes_to_another(kafka: Broker, connect: Connect, name: str) -> None:
    url = f"{kafka.url('kafka')}?session_timeout=6"
    session = connect(url).create_session(Session.SESSION_TRANSACTED)
    queues = [session.create_queue(f"{name}-{number}") for number in (1, 2)]
    target = session.create_producer(session.create_queue(f"{name}-target"))
    for queue in queues:
        session.create_producer(queue).send(numbered(session, 1))
    session.commit()
    with worker("hold", url, name, f"{name}-target") as process:
        with suspended(process.pid):
            consumers = [session.create_consumer(queue) for queue in queues]
            for consumer in consumers:
                message = consumer.receive(PATIENCE)
                assert message is not None
                target.send(numbered(session, 10 + number_of(message)))
            session.commit()
        out, _ = process.communicate("go on\n", PATIENCE)
    assert out == "rolled back\n"
    for queue in queues:
        put(session, queue.queue_name, ["last"])
    put(session, f"{name}-target", ["last"])
    session.commit()
    assert [take(consumer) for consumer in consumers] == ["last", "last"]
    results = session.create_consumer(session.create_queue(f"{name}-target"))
    came = [results.receive(PATIENCE) for _ in range(3)]
    assert [message is not None and message.property_exists("number") for message in came] == [True, True, False]
