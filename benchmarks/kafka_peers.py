"""The peers of `kafka_broker`: kafka-python, and confluent-kafka where it is installed, do the work of jmslike."""

from __future__ import annotations

import importlib
import itertools
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from benchmarks.brokers import IN_FLIGHT, median_latency, message, per_second, session_to
from benchmarks.kafka_queues import BATCH, CONFIRMED, MESSAGES, filled_queue, new_queue, servers, url
from jmslike import DeliveryMode

LARGE = 2**18
"""Bytes of the batches that jmslike writes."""

# ---- kafka-python --------------------------------------------------------------------------------------------------

INT, LONG = struct.Struct(">i"), struct.Struct(">q")
DECODERS: dict[str, Callable[[bytes], object]] = {
    "string": bytes.decode,
    "int": lambda octets: INT.unpack(octets)[0],
    "long": lambda octets: LONG.unpack(octets)[0],
}


def raw_producer(**further: Any) -> Any:
    """Connect a producer that promises what jmslike's does."""
    return KafkaProducer(bootstrap_servers=servers(), acks="all", metrics_enabled=False, **further)


@contextmanager
def raw_consumer(queue: str) -> Iterator[Any]:
    """Yield a consumer in the queue's group."""
    consumer = KafkaConsumer(
        queue,
        bootstrap_servers=servers(),
        group_id=queue,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        metrics_enabled=False,
    )
    yield consumer
    consumer.close(autocommit=False)


@cache
def sample(mode: DeliveryMode) -> tuple[dict[str, bytes], bytes]:
    """Return the headers and the value that jmslike sends."""
    with new_queue() as name, session_to(url()) as session:
        producer = session.create_producer(session.create_queue(name))
        producer.delivery_mode = mode
        producer.send(message(session, 0))
        session.close()
        with raw_consumer(name) as consumer:
            record = next(consumer)
    return dict(record.headers), record.value


def headers(number: int, like: dict[str, bytes], timestamp: int) -> list[tuple[str, bytes]]:
    """Return the headers that jmslike sends."""
    differing = {
        "jms.int.number": INT.pack(number),
        "jms.string.JMSMessageID": f"ID:0f0e0d0c-0b0a-0908-0706-050403020100:1:1:1:{number}".encode(),
        "jms.long.JMSTimestamp": LONG.pack(timestamp),
    }
    return list({**like, **differing}.items())


def raw_sending(queue: str, mode: DeliveryMode, producer: Any) -> Callable[[int], Any]:
    """Return a function that begins to send the message of that number."""
    like, value = sample(mode)

    def begin(number: int) -> Any:
        now = int(time.time() * 1000)
        return producer.send(queue, value, headers=headers(number, like, now), timestamp_ms=now)

    return begin


def read(record: Any) -> dict[str, object]:
    """Decode the body and all headers."""
    found: dict[str, object] = {}
    for header, octets in record.headers:
        if header.startswith("jms."):
            _, kind, name = header.split(".", 2)
            found[name] = DECODERS[kind](octets)
        else:
            found[header] = octets.decode()
    found["text"] = record.value.decode()
    return found


class Committing:
    """Commits in the background, one commit at a time."""

    def __init__(self, consumer: Any) -> None:
        self.consumer = consumer
        self.under_way: Any = None

    def commit(self) -> None:
        if self.under_way is None or self.under_way.is_done:
            self.under_way = self.consumer.commit_async()


def batches(consumer: Any, most: int | None = None) -> Iterator[list[Any]]:
    """Yield what arrives."""
    while True:
        yield from consumer.poll(timeout_ms=100, max_records=most).values()


def raw_send(mode: DeliveryMode, messages: int, work: Callable[[Callable[[int], Any]], None], **settings: Any) -> float:
    with new_queue() as name, closing(raw_producer(**settings)) as producer:
        begin = raw_sending(name, mode, producer)
        begin(-1).get(10)

        def all_of_it() -> None:
            work(begin)
            producer.flush()

        return per_second(all_of_it, messages)


def raw_send_confirmed() -> float:
    def work(begin: Callable[[int], Any]) -> None:
        for number in range(CONFIRMED):
            begin(number).get(10)

    return raw_send(DeliveryMode.PERSISTENT, CONFIRMED, work)


def raw_send_pipelined(**settings: Any) -> float:
    room = threading.Semaphore(IN_FLIGHT)

    def completed(_: object) -> None:
        room.release()

    def work(begin: Callable[[int], Any]) -> None:
        for number in range(MESSAGES):
            room.acquire()
            begin(number).add_callback(completed)

    return raw_send(DeliveryMode.PERSISTENT, MESSAGES, work, **settings)


def raw_send_pipelined_large() -> float:
    return raw_send_pipelined(batch_size=LARGE)


def raw_send_non_persistent(**settings: Any) -> float:
    def work(begin: Callable[[int], Any]) -> None:
        for number in range(MESSAGES):
            begin(number)

    return raw_send(DeliveryMode.NON_PERSISTENT, MESSAGES, work, **settings)


def raw_send_non_persistent_large() -> float:
    return raw_send_non_persistent(batch_size=LARGE)


def raw_receive() -> float:
    with filled_queue(1 + MESSAGES) as name, raw_consumer(name) as consumer:
        committing = Committing(consumer)

        def work(count: int) -> None:
            left = count
            for batch in batches(consumer, None if count > 1 else 1):
                for record in batch:
                    assert read(record)["text"]
                committing.commit()
                left -= len(batch)
                if left <= 0:
                    return

        work(1)
        return per_second(lambda: work(MESSAGES), MESSAGES)


def raw_receive_client() -> float:
    with filled_queue(1 + CONFIRMED) as name, raw_consumer(name) as consumer:
        records = itertools.chain.from_iterable(batches(consumer))
        there = TopicPartition(name, 0)

        def work(count: int) -> None:
            for record in itertools.islice(records, count):
                assert read(record)["text"]
                consumer.commit({there: OffsetAndMetadata(record.offset + 1, "", -1)})

        work(1)
        return per_second(lambda: work(CONFIRMED), CONFIRMED)


def raw_forward() -> float:
    with (
        filled_queue(BATCH + MESSAGES) as source,
        new_queue() as target,
        raw_consumer(source) as consumer,
        closing(raw_producer(transactional_id=target)) as producer,
    ):
        producer.init_transactions()
        begin = raw_sending(target, DeliveryMode.PERSISTENT, producer)
        records = itertools.chain.from_iterable(batches(consumer))
        there = TopicPartition(source, 0)

        def work(count: int) -> None:
            for _ in range(count):
                producer.begin_transaction()
                for number, record in enumerate(itertools.islice(records, BATCH)):
                    assert read(record)["text"]
                    begin(number)
                offsets = {there: OffsetAndMetadata(record.offset + 1, "", -1)}
                producer.send_offsets_to_transaction(offsets, consumer.group_metadata())
                producer.commit_transaction()

        work(1)
        return per_second(lambda: work(MESSAGES // BATCH), MESSAGES)


def raw_latency() -> float:
    with new_queue() as name, raw_consumer(name) as consumer, closing(raw_producer()) as producer:
        begin = raw_sending(name, DeliveryMode.NON_PERSISTENT, producer)
        records = batches(consumer)
        committing = Committing(consumer)

        def ping(number: int) -> None:
            begin(number)
            assert read(next(records)[0])["text"]
            committing.commit()

        ping(-1)
        return median_latency(ping)


# ---- confluent-kafka -----------------------------------------------------------------------------------------------


def limit_send() -> float:
    confluent = importlib.import_module("confluent_kafka")
    like, value = sample(DeliveryMode.PERSISTENT)
    room = threading.Semaphore(IN_FLIGHT)

    def completed(error: object, _: object) -> None:
        assert error is None
        room.release()

    with new_queue() as name:
        producer = confluent.Producer({"bootstrap.servers": servers(), "enable.idempotence": True})

        def work() -> None:
            for number in range(MESSAGES):
                while not room.acquire(blocking=False):
                    producer.poll(0.01)
                now = int(time.time() * 1000)
                written = headers(number, like, now)
                producer.produce(name, value, headers=written, timestamp=now, on_delivery=completed)
                producer.poll(0)
            producer.flush()

        return per_second(work, MESSAGES)


def limit_receive() -> float:
    confluent = importlib.import_module("confluent_kafka")
    with filled_queue(1 + MESSAGES) as name:
        settings = {"bootstrap.servers": servers(), "group.id": name, "auto.offset.reset": "earliest"}
        consumer = confluent.Consumer({**settings, "enable.auto.commit": False})
        consumer.subscribe([name])

        def work(count: int) -> None:
            left = count
            while left > 0:
                records = consumer.consume(min(left, 500), 1)
                for record in records:
                    assert dict(record.headers())
                    assert record.value().decode()
                if records:
                    consumer.commit(asynchronous=True)
                left -= len(records)

        work(1)
        result = per_second(lambda: work(MESSAGES), MESSAGES)
        consumer.close()
        return result
