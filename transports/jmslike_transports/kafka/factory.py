"""The entry points of the schemes `kafka` and `kafkas`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.locating import Location
from jmslike.spi import TransportFactory
from jmslike_transports.kafka.address import hosts_and_path, parse_address
from jmslike_transports.kafka.transport import KafkaTransport
from jmslike_transports.shared.tls import TLS_OPTIONS
from jmslike_transports.shared.url import location_of

_OPTIONS = {
    "sasl": "plain, scram-sha-256 or scram-sha-512: how the user is authenticated (default: plain)",
    "group": "the consumer group of a queue; {name} stands for the queue's name (default: jmslike.queue.{name})",
    "auto_create": "true or false: whether topics that do not exist are created (default: true)",
    "partitions": "the number of partitions of topics that jmslike creates (default: 1)",
    "replication": "the number of brokers that keep each record of topics that jmslike creates (default: the broker's)",
    "retention": "forever or seconds: how long topics that jmslike creates keep records "
    "(default: forever for queues, else the broker's)",
    "compression": "none, gzip, snappy, lz4 or zstd: how records are compressed (default: none)",
    "session_timeout": "seconds after which a silent consumer loses its partitions to others (default: 10)",
    "max_poll_interval": "seconds after which a consumer that does not poll leaves its group (default: 300)",
    "transaction_timeout": "seconds after which the broker aborts an unfinished transaction (default: 10)",
}


class KafkaFactory:
    """Makes Kafka connections."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> KafkaTransport:
        """See TransportFactory.make."""
        return KafkaTransport(parse_address(url, options, user, password))

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """See Locating.locate. The group is no part of it: a topic is the same for all groups."""
        hosts, _ = hosts_and_path(url)
        return location_of(hosts)

    def forget(self, url: str) -> None:
        """See TransportFactory.forget; the process keeps nothing for a Kafka URL."""


factory: Final[TransportFactory] = KafkaFactory(_OPTIONS)
tls_factory: Final[TransportFactory] = KafkaFactory({**_OPTIONS, **TLS_OPTIONS})
