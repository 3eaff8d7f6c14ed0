"""The entry points of the schemes `amqp` and `amqps`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.locating import Location
from jmslike.spi import TransportFactory
from jmslike_transports.amqp.address import hosts_and_path, parse_address
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.amqp.transport import AmqpTransport
from jmslike_transports.shared.tls import TLS_OPTIONS
from jmslike_transports.shared.url import location_of, virtual_host

_OPTIONS = {
    "profile": "jms: messages as rabbitmq-jms-client has them; plain: in the clear, for any program (default: jms)",
    "queue_type": "classic or quorum: the type of queues that jmslike declares (default: classic)",
    "max_priority": "the highest priority of classic queues that jmslike declares (default: 0, no priorities)",
    "vhost": "the virtual host (default: /); may also be the path of the URL",
    "heartbeat": "seconds between heartbeats in each direction, 0 for none (default: 10)",
}


class AmqpFactory:
    """Makes AMQP connections."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> AmqpTransport:
        """See TransportFactory.make."""
        address = parse_address(url, options, user, password, PROFILES)
        return AmqpTransport(address, PROFILES[address.profile])

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """See Locating.locate."""
        hosts, path = hosts_and_path(url)
        return location_of(hosts, virtual_host(path, options) or "/")

    def forget(self, url: str) -> None:
        """The process keeps nothing for an AMQP URL."""


factory: Final[TransportFactory] = AmqpFactory(_OPTIONS)
tls_factory: Final[TransportFactory] = AmqpFactory({**_OPTIONS, **TLS_OPTIONS})
