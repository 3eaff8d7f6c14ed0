"""Makes the clients of kafka-python that one connection uses: administrators, producers and consumers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from kafka import KafkaProducer, errors

from jmslike_transports.kafka.address import Address
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.library.administrator import Administrator
from jmslike_transports.kafka.library.consumer import Consumer
from jmslike_transports.kafka.library.group_member import Assignor
from jmslike_transports.kafka.library.network import Network
from jmslike_transports.kafka.library.producer_sequences import contain_failures
from jmslike_transports.kafka.library.retries import Retries

Client = TypeVar("Client")

_RETRY: Final = 20
"""Milliseconds before a retry, such as one that asks for the leader of a new topic."""
_METADATA_AGE: Final = 60_000
"""Milliseconds after which new partitions are noticed."""
_HEARTBEATS: Final = 30
"""Per session timeout: a member that learns of a rebalance soon shares the load soon."""
_BATCH: Final = 2**18
"""Bytes that are written at once if so many wait: the library's 16 KiB hold a dozen messages; batches are costly."""
CLOSING: Final = 5.0
"""Seconds that a producer may take to close when all is sent."""
_LARGEST_REQUEST: Final = 2**30
"""No limit here: the broker sets it."""


class Clients:
    """Makes clients with the settings of the URL. Every method connects, and raises JMSError.

    `admin` comes first and fails with its first attempt. Producers and consumers are made while the connection lives,
    and retried: a broker may just be restarting.
    """

    def __init__(self, address: Address, retries: Retries) -> None:
        self.address = address
        self._retries = retries
        self._common = address.clients()
        self._connect_ms = int(address.connect_timeout * 1000)
        self._request_ms = int(address.request_timeout * 1000)

    def admin(self) -> Administrator:
        """Connect a client that describes, creates and deletes topics and groups."""
        with border():
            return self._connect(Administrator, {"request_timeout_ms": self._request_ms})

    def producer(self, transactional_id: str | None = None) -> Any:
        """Connect a client that writes each message once."""
        further: dict[str, Any] = {
            "acks": "all",
            "allow_auto_create_topics": False,
            "batch_size": _BATCH,
            "compression_type": self.address.compression,
            "delivery_timeout_ms": self._request_ms,
            "max_block_ms": self._request_ms,
            "max_request_size": _LARGEST_REQUEST,
            "metrics_enabled": False,
            "request_timeout_ms": self._request_ms // 2,
        }
        if transactional_id is not None:
            further["transactional_id"] = transactional_id
            further["request_timeout_ms"] = self._request_ms  # a transaction fails with its first request
            further["delivery_timeout_ms"] = 2 * self._request_ms
            further["transaction_timeout_ms"] = int(self.address.transaction_timeout * 1000)
        producer = self._make(KafkaProducer, further)
        producer._unregister_cleanup()  # at the end of the interpreter it would close before all is confirmed
        if transactional_id is None:
            contain_failures(producer)
        return producer

    def consumer(self, topic: str, group: str | None = None, **further: Any) -> Consumer:
        """Connect a client that reads what is committed of one topic; it is not subscribed yet."""
        session_ms = int(self.address.session_timeout * 1000)
        return self._make(
            Consumer,
            {
                "allow_auto_create_topics": False,
                "auto_offset_reset": "earliest",
                "enable_auto_commit": False,
                "group_id": group,
                "heartbeat_interval_ms": session_ms // _HEARTBEATS,
                "isolation_level": "read_committed",
                "max_poll_interval_ms": int(self.address.max_poll_interval * 1000),
                "metrics_enabled": False,
                "partition_assignment_strategy": [Assignor],
                "request_timeout_ms": self._request_ms,
                "session_timeout_ms": session_ms,
                **further,
            },
            topic,
        )

    def _make(self, kind: Callable[..., Client], further: Mapping[str, Any], topic: str | None = None) -> Client:
        with border():
            return self._retries.until_answered(lambda: self._connect(kind, further, topic))

    def _connect(self, kind: Callable[..., Client], further: Mapping[str, Any], topic: str | None = None) -> Client:
        return kind(
            **{**self._common, **further},
            bootstrap_timeout_ms=self._connect_ms,
            metadata_max_age_ms=_METADATA_AGE,
            kafka_client=lambda **settings: _prepared(Network(**settings), topic),
        )


def close_producer(producer: Any, timeout: float) -> None:
    """Close a producer, after sending what can be sent within `timeout` seconds; the rest fails."""
    try:
        producer.close(timeout)
    except errors.KafkaError:  # it could not send everything, and is not closed
        producer._sender.force_close()
        producer._sender.join(timeout)
        with suppress(errors.KafkaError):
            producer.close(0)


def _prepared(client: Any, topic: str | None) -> Any:
    """Make the first metadata request include the topic, and a second one follow within 20 ms rather than 100.

    A consumer that joined its group before it knows the topic would get no partition, and join a second time.
    """
    cluster = client.cluster
    cluster.config["retry_backoff_ms"] = _RETRY
    if topic is not None:
        cluster._topics = {topic}
    return client
