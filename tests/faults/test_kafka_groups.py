"""Kafka's consumer groups behind queues: how consumers share the work, also with programs that know no JMS, and what
becomes of messages that cannot be read.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from jmslike import Connection, Message, Queue, Session
from tests.brokers import Broker
from tests.brokers.software import ROOT
from tests.faults.steps import PATIENCE, Connect, put, take, text_of

SESSIONS = 4
GROUPS = 40
MESSAGES = 400
KILLED = 9


@pytest.fixture
def url(kafka: Broker) -> str:
    """Return the URL of Kafka."""
    return kafka.url("kafka")


def server(url: str) -> str:
    """Return the address in kafka-python's form."""
    return url.removeprefix("kafka://")


# ---- sharing ---------------------------------------------------------------------------------------------------------


class Shared:
    """What the consumers of one queue have received, all together."""

    def __init__(self) -> None:
        self.by: dict[int, list[tuple[str | None, int]]] = defaultdict(list)
        self._changed = threading.Condition()

    def take(self, consumer: int, message: Message) -> None:
        with self._changed:
            self.by[consumer].append((message.get_string_property("JMSXGroupID"), int(text_of(message))))
            self._changed.notify_all()

    def wait_for(self, reached: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(reached, PATIENCE), dict(self.by)

    @property
    def count(self) -> int:
        return sum(map(len, self.by.values()))


def test_four_sessions_share_a_queue_of_four_partitions(url: str, connect: Connect, name: str) -> None:
    """Each message group keeps its order, whichever consumer gets it."""
    connection = connect(url, partitions=SESSIONS)
    shared = Shared()
    for number in range(SESSIONS):
        session = connection.create_session()
        session.create_consumer(session.create_queue(name)).message_listener = partial(shared.take, number)
    wait_until_each_has_one(url, f"jmslike.queue.{name}")
    session = connection.create_session()
    with session.create_producer(session.create_queue(name)) as producer:
        for number in range(MESSAGES):
            message = session.create_text_message(str(number))
            message.set_string_property("JMSXGroupID", f"group {number % GROUPS}")
            producer.send(message)
    shared.wait_for(lambda: shared.count >= MESSAGES)
    assert set(shared.by) == set(range(SESSIONS)), "each has some"
    everything = [number for taken in shared.by.values() for _, number in taken]
    assert Counter(everything) == Counter(range(MESSAGES))
    for group in (f"group {number}" for number in range(GROUPS)):
        owners = [[number for its, number in taken if its == group] for taken in shared.by.values()]
        assert [each for each in owners if each] == [sorted(chain(*owners))]


def wait_until_each_has_one(url: str, group: str) -> None:
    """Wait for the end of the rebalances that give each member of the group a partition."""
    deadline = time.monotonic() + PATIENCE
    with KafkaAdminClient(bootstrap_servers=server(url)) as administrator:
        while (found := partitions_of_members(administrator, group)) != [1] * SESSIONS:
            assert time.monotonic() < deadline, found


def partitions_of_members(administrator: Any, group: str) -> list[int]:
    described = administrator.describe_groups([group])[group]
    assignments = [member["member_assignment"] for member in described["members"]]
    return [sum(len(topic["partitions"]) for topic in each["assigned_partitions"]) for each in assignments if each]


def test_a_queue_is_shared_with_a_program_that_knows_no_jms(url: str, connect: Connect, name: str) -> None:
    connection = connect(url, partitions=2, group="workers-{name}")
    session = connection.create_session()
    put(session, name, ["to be acknowledged"])
    consumer = session.create_consumer(session.create_queue(name))
    assert take(consumer) == "to be acknowledged"
    consumer.close()
    texts = [str(number) for number in range(20)]
    put(session, name, texts)
    with KafkaConsumer(
        name, group_id=f"workers-{name}", bootstrap_servers=server(url), auto_offset_reset="earliest"
    ) as plain:
        found: list[str] = []
        while len(found) < len(texts):
            batches = plain.poll(int(PATIENCE * 1000))
            assert batches, f"only {found} came"
            found += [record.value.decode() for records in batches.values() for record in records]
        plain.commit()
    assert sorted(found) == sorted(texts)
    put(session, name, ["next"])
    assert take(session.create_consumer(session.create_queue(name))) == "next"


def test_queues_of_one_group_name_each_have_their_own(url: str, connect: Connect, name: str) -> None:
    """The name of the queue is part of the group's."""
    first = connect(url, group="first-{name}").create_session()
    second = connect(url, group="second-{name}").create_session()
    put(first, name, ["for both"])
    assert take(first.create_consumer(first.create_queue(name))) == "for both"
    assert take(second.create_consumer(second.create_queue(name))) == "for both"


# ---- dead letters ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
@pytest.mark.parametrize("dead_letter", ["DLQ.{name}", "{name}.DLT"])
def test_a_dead_letter_is_moved_once(url: str, connect: Connect, name: str, mode: int, dead_letter: str) -> None:
    """RED-06: together with the offset of its queue."""
    connection = connect(url, max_redeliveries=0, dead_letter=dead_letter)
    session = connection.create_session(mode)
    consumer = session.create_consumer(Queue(name))
    put(connection.create_session(), name, ["poison", "next"])
    assert take(consumer) == "poison"
    if mode == Session.SESSION_TRANSACTED:
        session.rollback()
        assert take(consumer) == "next"
        session.commit()
    else:
        session.recover()
        following = consumer.receive(PATIENCE)
        assert text_of(following) == "next"
        assert following is not None
        following.acknowledge()
    assert texts_in(connection, dead_letter.replace("{name}", name)) == ["poison"]
    assert texts_in(connection, name) == []
    with KafkaAdminClient(bootstrap_servers=server(url)) as administrator:
        [group] = administrator.list_group_offsets(f"jmslike.queue.{name}").values()
        assert group[TopicPartition(name, 0)].offset >= 2


def texts_in(connection: Connection, name: str) -> list[str]:
    """Return the texts that wait in a queue."""
    session = connection.create_session()
    with session.create_browser(session.create_queue(name)) as browser:
        return [text_of(message) for message in browser]


DYING = f"""
import os, sys
from kafka.producer.transaction_manager import TransactionManager
from jmslike import ConnectionFactory, Session
url, name = sys.argv[1:]
connection = ConnectionFactory(url, max_redeliveries=0, client_id=name).create_connection()
connection.start()
session = connection.create_session(Session.SESSION_TRANSACTED)
consumer = session.create_consumer(session.create_queue(name))
assert consumer.receive(20).text == "poison"
TransactionManager.begin_commit = lambda _: os._exit({KILLED})
session.rollback()
"""
"""A program that ends when its dead letter is written, and the end of the transaction is not."""


def test_a_dead_letter_is_moved_once_though_its_process_is_killed_meanwhile(
    url: str, connect: Connect, name: str
) -> None:
    connection = connect(url, max_redeliveries=0, client_id=name)
    put(connection.create_session(), name, ["poison", "next"])
    dying = subprocess.run([sys.executable, "-c", DYING, url, name], cwd=ROOT, timeout=3 * PATIENCE, check=False)
    assert dying.returncode == KILLED
    session = connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(name))
    assert take(consumer) == "poison"
    session.rollback()
    assert take(consumer) == "next"
    session.commit()
    assert texts_in(connection, f"DLQ.{name}") == ["poison"]
    assert texts_in(connection, name) == []


def test_dead_letters_without_auto_create_wait_until_there_is_a_queue_for_them(
    url: str, connect: Connect, name: str
) -> None:
    put(connect(url).create_session(), name, ["poison", "next"])
    connection = connect(url, auto_create=False, max_redeliveries=0)
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(Queue(name))
    assert take(consumer) == "poison"
    session.recover()
    assert take(consumer) == "next"
    with KafkaAdminClient(bootstrap_servers=server(url)) as administrator:
        administrator.create_topics({f"DLQ.{name}": {"num_partitions": 1, "replication_factor": 1}})
    deadline = time.monotonic() + PATIENCE
    while texts_in(connection, f"DLQ.{name}") != ["poison"]:
        assert consumer.receive(0.1) is None  # which tries again when it is time
        assert time.monotonic() < deadline
