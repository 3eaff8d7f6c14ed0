"""Browses a queue: reads what lies between the offsets of its group and the ends of its topic's partitions."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any, Final

from kafka import TopicPartition

from jmslike.errors import JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope
from jmslike_transports.kafka.connection import KafkaConnection
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.library.consumer import Consumer
from jmslike_transports.kafka.progress import read_metadata
from jmslike_transports.kafka.records import read_record
from jmslike_transports.shared.loss import LosableConnection

_POLL_MS: Final = 200


def browse(
    connection: KafkaConnection, queue: Destination, selector: Selector | None
) -> Generator[Envelope, None, None]:
    """Yield what waits, oldest first in each partition. Consumers do not notice: the reader joins no group."""
    connection.inventory.require_present(queue)
    topic = connection.topics.ensure(queue)
    committed = connection.groups.offsets(connection.names.queue_group(queue))
    ends = connection.topics.ends(connection.topics.partitions(topic))
    consumer = connection.clients.consumer(topic)
    try:
        with border():
            consumer.assign(list(ends))
            for partition in ends:
                if partition in committed:
                    consumer.seek(partition, committed[partition].offset)
        settled = {partition: read_metadata(offset).settled for partition, offset in committed.items()}
        for partition, record in _records(consumer, ends, connection, connection.address.request_timeout):
            if record.offset < ends[partition] and record.offset not in settled.get(partition, ()):
                envelope = read_record(record, queue)
                has_expired = 0 < envelope.expiration <= time.time() * 1000
                if not has_expired and (selector is None or selector.selects(envelope)):
                    yield envelope
    finally:
        consumer.close(autocommit=False)


def _records(
    consumer: Consumer, ends: Mapping[TopicPartition, int], connection: LosableConnection, timeout: float
) -> Iterator[tuple[TopicPartition, Any]]:
    """Yield records up to the ends. The mark that ends a transaction has an offset, too, and may be the last one."""
    deadline = time.monotonic() + timeout
    left = set(ends)
    while True:
        connection.check()
        with border():
            positions = {partition: consumer.position(partition, timeout_ms=_POLL_MS) or 0 for partition in left}
            left = {partition for partition in left if positions[partition] < ends[partition]}
            if not left:
                return
            batches = consumer.poll(timeout_ms=_POLL_MS)
        for partition, batch in batches.items():
            for record in batch:
                yield partition, record
            deadline = time.monotonic() + timeout
        if time.monotonic() > deadline:
            raise JMSError(f"browsing timed out after {timeout:g} s; browse again when the brokers answer")
