"""Kafka's topics behind destinations: their names, their creation, and what they accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.codec import has_zstd

from jmslike import (
    Connection,
    DeliveryMode,
    Destination,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    Queue,
    ResourceAllocationError,
    Session,
    Topic,
    TransactionRolledBackError,
)
from tests.brokers import Broker
from tests.faults.steps import PATIENCE, Answer, Connect, put, take, text_of

MANY = 8
LIMIT = 20_000
TOO_LARGE = "x" * LIMIT
SIZES = r"raise max\.message\.bytes of the topic, or message\.max\.bytes of the broker"
"""What of the broker's settings an error names."""


@pytest.fixture
def url(kafka: Broker) -> str:
    """Return the URL of Kafka."""
    return kafka.url("kafka")


@pytest.fixture
def administrator(url: str) -> Iterator[Any]:
    """Return an administrator of topics."""
    with KafkaAdminClient(bootstrap_servers=url.removeprefix("kafka://")) as it:
        yield it


# ---- names -----------------------------------------------------------------------------------------------------------


def sending(session: Session, destination: Destination) -> None:
    session.create_producer(destination).send(session.create_message())


def consuming(session: Session, destination: Destination) -> None:
    session.create_consumer(destination)


def browsing(session: Session, destination: Destination) -> None:
    list(session.create_browser(Queue(destination.name)))


def subscribing(session: Session, destination: Destination) -> None:
    session.create_shared_durable_consumer(Topic(destination.name), "mine")


USES: list[Callable[[Session, Destination], None]] = [sending, consuming, browsing, subscribing]


@pytest.mark.parametrize("illegal", ["x" * 250, "..", "a b", "orders/eu", "größe"])
def test_what_no_topic_can_be_called_is_refused_before_anything_happens(
    url: str, connect: Connect, illegal: str
) -> None:
    session = connect(url, client_id="me").create_session()
    for use in USES:
        with pytest.raises(InvalidDestinationError, match="at most 249 of the letters"):
            use(session, Queue(illegal))


def test_the_longest_name(url: str, connect: Connect, name: str) -> None:
    longest = name + "x" * (249 - len(name))
    session = connect(url, dead_letter="").create_session()
    consumer = session.create_consumer(session.create_queue(longest))
    put(session, longest, ["sent"])
    assert take(consumer) == "sent"


@pytest.mark.parametrize("client", ["x" * 40_000, "\ud800"])
def test_a_client_id_that_cannot_be_sent_is_refused(url: str, connect: Connect, client: str) -> None:
    with pytest.raises(InvalidClientIDError):
        connect(url, client_id=client)


def test_a_consumer_whose_dead_letters_could_have_no_topic_is_refused(url: str, connect: Connect, name: str) -> None:
    longest = name + "x" * (249 - len(name))
    session = connect(url, max_redeliveries=0).create_session()
    with pytest.raises(InvalidDestinationError, match="its dead letters could not be moved"):
        session.create_consumer(session.create_queue(longest))


# ---- making them -----------------------------------------------------------------------------------------------------


def test_without_auto_create_only_topics_that_are_there_are_used(
    url: str, connect: Connect, name: str, administrator: Any
) -> None:
    session = connect(url, auto_create=False, client_id="me").create_session()
    for use in USES:
        with pytest.raises(InvalidDestinationError, match="auto_create=false"):
            use(session, Queue(name))
    assert name not in administrator.list_topics()
    administrator.create_topics({name: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["sent"])
    assert take(consumer) == "sent"


def test_without_auto_create_a_transaction_to_nowhere_is_rolled_back(url: str, connect: Connect, name: str) -> None:
    transacted = connect(url, auto_create=False).create_session(Session.SESSION_TRANSACTED)
    put(transacted, name, ["nowhere"])
    with pytest.raises(TransactionRolledBackError, match="auto_create=false"):
        transacted.commit()


def test_temporary_destinations_are_made_without_auto_create(url: str, connect: Connect) -> None:
    session = connect(url, auto_create=False).create_session()
    queue = session.create_temporary_queue()
    session.create_producer(queue).send(session.create_text_message("reply"))
    assert take(session.create_consumer(queue)) == "reply"


def test_many_may_make_the_same_topic_at_once(url: str, connect: Connect, name: str) -> None:
    sessions = [connect(url).create_session() for _ in range(MANY)]
    beginning = Barrier(MANY)

    def send(session: Session) -> None:
        beginning.wait(PATIENCE)
        put(session, name, ["sent"])

    with ThreadPoolExecutor(MANY) as pool:
        for sent in [pool.submit(send, session) for session in sessions]:
            sent.result(PATIENCE)
    assert [text_of(message) for message in sessions[0].create_browser(Queue(name))] == ["sent"] * MANY


@pytest.mark.parametrize(
    ("destination", "options", "retention"),
    [
        (Queue, {}, "-1"),
        (Topic, {}, None),
        (Queue, {"retention": 3600.5}, "3600500"),
        (Topic, {"retention": 3600}, "3600000"),
        (Topic, {"retention": "forever"}, "-1"),
    ],
)
def test_how_long_a_topic_keeps_its_records(
    url: str,
    connect: Connect,
    name: str,
    administrator: Any,
    destination: type[Destination],
    options: dict[str, object],
    retention: str | None,
) -> None:
    session = connect(url, **options).create_session()
    session.create_producer(destination(name)).send(session.create_message())
    assert config(administrator, name).get("retention.ms") == retention


def config(administrator: Any, topic: str) -> dict[str, str]:
    """Return the settings of a topic."""
    found = administrator.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])["topic"][topic]
    return {key: entry["value"] for key, entry in found.items()}


def test_how_many_partitions_and_replicas_a_topic_has(
    url: str, connect: Connect, name: str, administrator: Any
) -> None:
    session = connect(url, partitions=3, replication=1).create_session()
    put(session, name, ["sent"])
    [topic] = administrator.describe_topics([name])
    assert [len(partition["replica_nodes"]) for partition in topic["partitions"]] == [1, 1, 1]


def test_more_replicas_than_there_are_brokers_are_refused(url: str, connect: Connect, name: str) -> None:
    session = connect(url, replication=7).create_session()
    with pytest.raises(JMSError, match=r"replication factor of 7 cannot be reached .* registered\. \(Rep"):
        put(session, name, ["nowhere"])


def test_a_topic_that_was_deleted_is_made_again(url: str, connect: Connect, name: str, administrator: Any) -> None:
    """By the send after the one that fails: Kafka does not announce the deletion."""
    session = connect(url, request_timeout=2).create_session()
    put(session, name, ["gone"])
    administrator.delete_topics([name])
    with pytest.raises(JMSError):
        put(session, name, ["refused"])
    put(session, name, ["sent"])
    assert [text_of(message) for message in session.create_browser(session.create_queue(name))] == ["sent"]


# ---- what they take --------------------------------------------------------------------------------------------------


@pytest.fixture
def narrow(administrator: Any, name: str) -> str:
    """Return the name of a topic that refuses large messages."""
    limit = {"max.message.bytes": str(LIMIT)}
    administrator.create_topics(
        {name: {"num_partitions": 1, "replication_factor": 1, "configs": limit}}, wait_for_metadata=True
    )
    return name


def test_a_message_that_is_too_large_is_refused_and_nothing_else_is_harmed(
    url: str, connect: Connect, narrow: str
) -> None:
    connection = connect(url)
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(narrow))
    put(session, narrow, ["before"])
    for number in range(2):
        with pytest.raises(ResourceAllocationError, match=SIZES):
            put(session, narrow, [TOO_LARGE])
        put(transacted, narrow, ["undone", TOO_LARGE])
        with pytest.raises(TransactionRolledBackError, match=SIZES):
            transacted.commit()
        put(transacted, narrow, [f"committed {number}"])
        transacted.commit()
    put(session, narrow, ["after"])
    assert [take(consumer) for _ in range(4)] == ["before", "committed 0", "committed 1", "after"]


def test_what_is_sent_along_with_what_is_too_large_arrives(url: str, connect: Connect, narrow: str) -> None:
    session = connect(url).create_session()
    consumer = session.create_consumer(session.create_queue(narrow))
    producer = session.create_producer(session.create_queue(narrow))
    texts = [str(number) * 1000 for number in range(10)]
    answers = {text: Answer() for text in (*texts[:5], TOO_LARGE, *texts[5:])}
    for text, answer in answers.items():
        producer.send(session.create_text_message(text), completion_listener=answer)
    large = answers.pop(TOO_LARGE)
    for answer in answers.values():
        answer.wait()
    with pytest.raises(ResourceAllocationError, match=SIZES):
        large.wait()
    assert sorted(take(consumer) for _ in texts) == texts


def test_messages_that_are_too_large_harm_no_other_session(url: str, connect: Connect, narrow: str) -> None:
    connection = connect(url)
    texts = [str(number) for number in range(500)]
    ended = Event()

    def send_too_large() -> int:
        session, refused = connection.create_session(), 0
        while not ended.is_set() or not refused:
            with pytest.raises(ResourceAllocationError, match=SIZES):
                put(session, narrow, [TOO_LARGE])
            refused += 1
        return refused

    with ThreadPoolExecutor(1) as pool:
        refused = pool.submit(send_too_large)
        session = connection.create_session()
        answers = [Answer() for _ in texts]
        try:
            with session.create_producer(Queue(narrow)) as producer:
                for text, answer in zip(texts, answers, strict=True):
                    producer.send(session.create_text_message(text), completion_listener=answer)
                for answer in answers:
                    answer.wait()
        finally:
            ended.set()
        assert refused.result(PATIENCE)
    consumer = session.create_consumer(Queue(narrow))
    assert [take(consumer) for _ in texts] == texts


def test_a_too_large_message_is_reported_where_no_call_waits(url: str, connect: Connect, narrow: str) -> None:
    connection = connect(url)
    told: list[JMSError] = []
    connection.exception_listener = told.append
    session = connection.create_session()
    producer = session.create_producer(session.create_queue(narrow))
    producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    producer.send(session.create_text_message(TOO_LARGE))
    producer.send(session.create_text_message("next"))
    assert take(session.create_consumer(session.create_queue(narrow))) == "next"
    session.close()
    [error] = told
    assert isinstance(error, ResourceAllocationError)


def test_messages_are_compressed(url: str, connect: Connect, narrow: str) -> None:
    """They then fit where they would not otherwise."""
    connection = connect(url, compression="gzip")
    session, transacted = connection.create_session(), connection.create_session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(session.create_queue(narrow))
    put(session, narrow, [TOO_LARGE])
    put(transacted, narrow, [TOO_LARGE])
    transacted.commit()
    assert [take(consumer), take(consumer)] == [TOO_LARGE, TOO_LARGE]


# ---- more partitions -------------------------------------------------------------------------------------------------


@pytest.fixture
def noticing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice new partitions soon, instead of within a minute."""
    monkeypatch.setattr("jmslike_transports.kafka.library.clients._METADATA_AGE", 300)


def write_to(url: str, topic: str, partition: int, value: bytes) -> None:
    """Write to that partition, whatever the key."""
    with KafkaProducer(bootstrap_servers=url.removeprefix("kafka://")) as producer:
        producer.send(topic, value, headers=[("content-type", b"text/plain")], partition=partition).get(PATIENCE)


def queue(connection: Connection, name: str) -> Any:
    session = connection.create_session()
    return session.create_consumer(session.create_queue(name))


def topic(connection: Connection, name: str) -> Any:
    session = connection.create_session()
    return session.create_consumer(session.create_topic(name))


def durable(connection: Connection, name: str) -> Any:
    session = connection.create_session()
    return session.create_durable_consumer(session.create_topic(name), "mine")


@pytest.mark.usefixtures("noticing")
@pytest.mark.parametrize("reading", [queue, topic, durable])
def test_partitions_that_an_administrator_adds_are_read_from_their_beginning(
    url: str, connect: Connect, name: str, administrator: Any, reading: Callable[[Connection, str], Any]
) -> None:
    consumer = reading(connect(url, client_id=name), name)
    write_to(url, name, 0, b"before")
    assert take(consumer) == "before"
    administrator.create_partitions({name: 3})
    for partition in range(3):
        write_to(url, name, partition, str(partition).encode())
    assert sorted(take(consumer) for _ in range(3)) == ["0", "1", "2"]
    for partition in range(3):
        write_to(url, name, partition, str(partition).encode())
    assert sorted(take(consumer) for _ in range(3)) == ["0", "1", "2"]


def test_partitions_that_were_added_without_a_reader_are_read_from_their_beginning(
    url: str, connect: Connect, name: str, administrator: Any
) -> None:
    connection = connect(url, client_id=name)
    durable(connection, name).close()
    administrator.create_partitions({name: 2})
    for partition in range(2):
        write_to(url, name, partition, str(partition).encode())
    consumer = durable(connection, name)
    assert sorted([take(consumer), take(consumer)]) == ["0", "1"]


@pytest.mark.usefixtures("noticing")
def test_what_is_sent_after_partitions_were_added_arrives(
    url: str, connect: Connect, name: str, administrator: Any
) -> None:
    session = connect(url).create_session()
    consumer = session.create_consumer(session.create_queue(name))
    put(session, name, ["first"])
    administrator.create_partitions({name: 5})
    texts = [str(number) for number in range(100)]
    put(session, name, texts)
    assert take(consumer) == "first"
    assert sorted((take(consumer) for _ in texts), key=int) == texts


def test_a_plain_consumer_reads_what_is_compressed(url: str, connect: Connect, name: str) -> None:
    put(connect(url, compression="gzip").create_session(), name, ["sent"])
    with KafkaConsumer(
        name, bootstrap_servers=url.removeprefix("kafka://"), auto_offset_reset="earliest", consumer_timeout_ms=20_000
    ) as consumer:
        assert next(consumer).value == b"sent"


@pytest.mark.skipif(has_zstd(), reason="the codec is installed")
@pytest.mark.parametrize("arrives_later", [True, False])
def test_a_record_in_a_codec_that_is_not_installed_ends_its_consumer_only(
    url: str, connect: Connect, name: str, administrator: Any, arrives_later: bool
) -> None:
    """The error names the package. Other consumers go on, and the exception listener is not called."""
    connection = connect(url)
    told = list[JMSError]()
    connection.exception_listener = told.append
    session = connection.create_session()
    queue, other = session.create_queue(name), session.create_queue(f"{name}-other")
    session.create_consumer(queue).close()
    setting = ConfigResource(ConfigResourceType.TOPIC, name, {"compression.type": "zstd"})
    administrator.alter_configs([setting])
    if not arrives_later:
        put(session, name, ["zipped" * 100])
    reading = connection.create_session()

    def read() -> None:
        consumer = reading.create_consumer(queue)
        if arrives_later:
            put(session, name, ["zipped" * 100])
        consumer.receive(PATIENCE)

    with pytest.raises(JMSError, match=r"compressed with zstd, .*\(pip install zstandard\)"):
        read()
    consumer = connection.create_session().create_consumer(other)
    put(session, other.queue_name, ["other"])
    assert take(consumer) == "other"
    assert told == []
