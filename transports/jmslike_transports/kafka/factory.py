"""The entry points of the schemes `kafka` and `kafkas`."""

from __future__ import annotations

from collections.abc import Mapping

from jmslike_transports.kafka.address import parse_address
from jmslike_transports.kafka.transport import KafkaTransport
from jmslike_transports.shared.tls import TLS_OPTIONS

_OPTIONS = {
    "sasl": "plain, scram-sha-256 or scram-sha-512: how the user proves who it is (default: plain)",
    "group": "the consumer group of a queue, {name} being the queue's name (default: jmslike.queue.{name})",
    "auto_create": "true or false: whether topics that are not there are made (default: true)",
    "partitions": "how many partitions topics have that are made here (default: 1)",
    "replication": "how many brokers keep each record of topics that are made here (default: the broker's)",
    "retention": "forever or seconds: how long topics that are made here keep records "
    "(default: forever for queues, else the broker's)",
    "compression": "none, gzip, snappy, lz4 or zstd: how records are compressed (default: none)",
    "session_timeout": "seconds after which a silent consumer has lost its partitions to others (default: 10)",
    "max_poll_interval": "seconds after which a consumer that asks for nothing leaves its group (default: 300)",
    "transaction_timeout": "seconds after which the broker aborts a transaction that does not end (default: 10)",
}


class KafkaFactory:
    """Makes Kafka connections."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    def make(self, url: str, options: Mapping[str, str], user: str | None, password: str | None) -> KafkaTransport:
        """See TransportFactory.make."""
        return KafkaTransport(parse_address(url, options, user, password))

    def forget(self, url: str) -> None:
        """The process keeps nothing for a Kafka URL."""


factory = KafkaFactory(_OPTIONS)
tls_factory = KafkaFactory({**_OPTIONS, **TLS_OPTIONS})
