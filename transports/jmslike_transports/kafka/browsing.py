"""Looking at a queue: what lies between where its group stands and where the topic ends now."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.progress import read_metadata
from jmslike_transports.kafka.records import read_record

if TYPE_CHECKING:
    from jmslike_transports.kafka.transport import KafkaTransport

_AT_ONCE_MS = 200


def browse(transport: KafkaTransport, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
    """Give what waits, oldest first in each partition. Nobody notices: the reader is no member of the group."""
    if transport.is_deleted(queue):
        raise InvalidDestinationError(f"{queue} was deleted")
    topic = transport.topics.ensure(queue)
    committed = transport.groups.offsets(transport.group_of(queue))
    ends = transport.topics.ends(transport.topics.partitions(topic))
    consumer = transport.clients.consumer(topic)
    try:
        with border():
            consumer.assign(list(ends))
            for partition in ends:
                if partition in committed:
                    consumer.seek(partition, committed[partition].offset)
        done = {partition: read_metadata(offset).settled for partition, offset in committed.items()}
        for partition, record in _records(consumer, ends, transport):
            if record.offset < ends[partition] and record.offset not in done.get(partition, ()):
                envelope = read_record(record, queue)
                has_expired = 0 < envelope.expiration <= time.time() * 1000
                if not has_expired and (selector is None or selector.matches(envelope)):
                    yield envelope
    finally:
        consumer.close(autocommit=False)


def _records(consumer: Any, ends: dict[Any, int], transport: KafkaTransport) -> Iterator[tuple[Any, Any]]:
    """Read up to the ends; what ends a transaction has an offset, too, and may be the last before it."""
    patience = transport.address.request_timeout
    deadline = time.monotonic() + patience
    left = set(ends)
    while True:
        if transport.is_lost:
            raise transport.loss()
        with border():
            positions = {partition: consumer.position(partition, timeout_ms=_AT_ONCE_MS) or 0 for partition in left}
            left = {partition for partition in left if positions[partition] < ends[partition]}
            if not left:
                return
            batches = consumer.poll(timeout_ms=_AT_ONCE_MS)
        for partition, batch in batches.items():
            for record in batch:
                yield partition, record
            deadline = time.monotonic() + patience
        if time.monotonic() > deadline:
            raise JMSError(f"the broker has not told within {patience:g} seconds what the queue holds")
