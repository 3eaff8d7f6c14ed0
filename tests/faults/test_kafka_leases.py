"""Temporary destinations are topics of Kafka, which stay until they are deleted: those of a lost connection are
deleted by the next connection that has some, and no live connection uses what is deleted.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator

import pytest

from jmslike import ConnectionFactory, InvalidDestinationError, Queue, Session
from jmslike.spi import Destination, TemporaryQueue
from jmslike_transports.kafka.address import parse_address
from jmslike_transports.kafka.groups import Groups
from jmslike_transports.kafka.leases import Leases
from jmslike_transports.kafka.library.clients import Clients
from jmslike_transports.kafka.library.retries import Retries
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin
from jmslike_transports.kafka.names import TEMPORARY, lease_group
from jmslike_transports.kafka.topics import Topics
from tests.brokers import Broker
from tests.brokers.software import ROOT
from tests.faults.kafka_broker import own
from tests.faults.steps import PATIENCE, Connect, put, take

HOUR = 3600.0
MINUTE = 60.0
KILLED = 9
DYING = f"""
import os, sys
from jmslike import ConnectionFactory
session = ConnectionFactory(sys.argv[1]).create_connection().create_session()
session.create_consumer(session.create_temporary_queue())
print(session.create_temporary_topic().name, flush=True)
os._exit({KILLED})
"""


class Later:
    """A clock that is ahead."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return time.time() + self.seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds

    def wait(self, condition: threading.Condition, timeout: float | None) -> None:
        raise AssertionError("no wait is expected")


class Kept:
    """Temporary topics in Kafka, and the leases of connections at a later time, which share one clock."""

    def __init__(self, url: str) -> None:
        address = parse_address(url, {}, None, None)
        retries = Retries(PATIENCE, lambda: None)
        self._admin = Clients(address, retries).admin()
        admin = RetryingAdmin(self._admin, retries)
        self.topics, self.groups, self.clock = Topics(admin, address), Groups(admin), Later()

    def connection(self) -> tuple[Leases, Destination]:
        """Return the leases of another connection, and its temporary queue."""
        mark = str(uuid.uuid4())
        queue = TemporaryQueue(f"{TEMPORARY}{mark}.{int(time.time())}.1")
        self.topics.create(queue.name, partitions=1)
        return Leases(self.topics, self.groups, mark, lambda: [queue], self.clock), queue

    def has_lease(self, topic: str) -> bool:
        return bool(self.groups.offsets(lease_group(topic.split(".")[2])))

    def close(self) -> None:
        self._admin.close()


@pytest.fixture
def url(kafka: Broker) -> str:
    """Return the URL of a Kafka on which no other program has temporary destinations."""
    return own(kafka).url("kafka")


@pytest.fixture
def kept(url: str) -> Iterator[Kept]:
    """Return the temporary topics and leases on that Kafka."""
    it = Kept(url)
    yield it
    it.topics.delete(it.topics.temporaries())
    it.close()


def test_they_are_deleted_with_their_connection(url: str, connect: Connect, kept: Kept) -> None:
    with ConnectionFactory(url).create_connection() as connection:
        session = connection.create_session()
        names = {session.create_temporary_queue().name, session.create_temporary_topic().name}
        assert set(kept.topics.temporaries()) == names
    deadline = time.monotonic() + PATIENCE
    while kept.topics.temporaries():  # the controller has deleted them, and tells the broker
        assert time.monotonic() < deadline


def test_those_of_a_killed_process_are_deleted_by_the_next_connection_when_their_time_is_over(
    url: str, kept: Kept
) -> None:
    dying = subprocess.run([sys.executable, "-c", DYING, url], cwd=ROOT, timeout=PATIENCE, check=False, stdout=-1)
    assert dying.returncode == KILLED
    left = kept.topics.temporaries()
    assert len(left) == 2
    assert dying.stdout.decode().strip() in left
    soon, _ = kept.connection()
    soon.renew()
    assert set(left) < set(kept.topics.temporaries())
    kept.clock.seconds = HOUR + MINUTE
    later, queue = kept.connection()
    later.renew()
    assert not set(left) & set(kept.topics.temporaries())
    assert queue.name in kept.topics.temporaries()


def test_those_of_a_live_connection_stay(kept: Kept) -> None:
    living, its = kept.connection()
    dead, others = kept.connection()
    living.renew()
    dead.renew()
    kept.clock.seconds = HOUR + MINUTE
    living.renew()
    later, _ = kept.connection()
    later.renew()
    assert its.name in kept.topics.temporaries()
    assert others.name not in kept.topics.temporaries()
    assert kept.has_lease(its.name)
    assert not kept.has_lease(others.name)


def test_a_lease_ends_with_its_connection(kept: Kept) -> None:
    leases, queue = kept.connection()
    leases.close()
    leases.renew()
    assert kept.has_lease(queue.name)
    leases.close()
    assert not kept.has_lease(queue.name)


def test_others_have_topics_that_are_called_alike(kept: Kept) -> None:
    others = f"jmslike.temporary.{uuid.uuid4()}"
    kept.topics.create(others, partitions=1)
    kept.clock.seconds = 2 * HOUR
    leases, _ = kept.connection()
    leases.renew()
    assert others in kept.topics.temporaries()


@pytest.mark.parametrize("is_transacted", [False, True])
def test_a_deleted_temporary_queue_is_refused_to_others_and_not_made_again(
    url: str, connect: Connect, kept: Kept, is_transacted: bool
) -> None:
    owner = connect(url).create_session()
    queue = owner.create_temporary_queue()
    consumer = owner.create_consumer(queue)
    session = connect(url).create_session(Session.SESSION_TRANSACTED if is_transacted else Session.AUTO_ACKNOWLEDGE)
    producer = session.create_producer(queue)

    def reply() -> None:
        producer.send(session.create_text_message("reply"))
        if is_transacted:
            session.commit()

    reply()
    assert take(consumer) == "reply"
    consumer.close()
    queue.delete()
    with pytest.raises(Exception, match="was deleted, or its connection has ended"):
        reply()
    with pytest.raises(InvalidDestinationError):
        session.create_consumer(queue)
    assert kept.topics.temporaries() == []


def test_a_reply_to_a_connection_that_has_ended_is_refused(url: str, connect: Connect, kept: Kept, name: str) -> None:
    with ConnectionFactory(url).create_connection() as asking:
        session = asking.create_session()
        question = session.create_text_message("?")
        question.reply_to = session.create_temporary_queue()
        session.create_producer(Queue(name)).send(question)
    session = connect(url).create_session()
    received = session.create_consumer(Queue(name)).receive(PATIENCE)
    assert received is not None
    with pytest.raises(InvalidDestinationError, match="its connection has ended"):
        session.create_producer(received.reply_to).send(session.create_text_message("!"))
    put(session, name, ["next"])
    assert kept.topics.temporaries() == []
