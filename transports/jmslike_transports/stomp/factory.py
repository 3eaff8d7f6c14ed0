"""The entry points of the schemes `stomp` and `stomps`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.locating import Location
from jmslike.spi import TransportFactory
from jmslike_transports.shared.tls import TLS_OPTIONS
from jmslike_transports.shared.url import location_of, virtual_host
from jmslike_transports.stomp.address import hosts_and_path, parse_address
from jmslike_transports.stomp.transport import StompTransport

_OPTIONS = {
    "dialect": "artemis, activemq or rabbitmq (default: what the server says it is)",
    "vhost": "the virtual host; may also be the path of the URL",
    "heartbeat": "seconds between signs of life in each direction, 0 for none (default: 10)",
    "transformations": "of ActiveMQ Classic: true to exchange maps with Java, and get its objects (default: false)",
}


class StompFactory:
    """Makes STOMP connections."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self.options = options

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> StompTransport:
        """See TransportFactory.make."""
        return StompTransport(parse_address(url, options, user, password))

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """See Locating.locate."""
        hosts, path = hosts_and_path(url)
        return location_of(hosts, virtual_host(path, options) or "/")

    def forget(self, url: str) -> None:
        """See TransportFactory.forget. The process keeps nothing for a STOMP URL."""


factory: Final[TransportFactory] = StompFactory(_OPTIONS)
tls_factory: Final[TransportFactory] = StompFactory({**_OPTIONS, **TLS_OPTIONS})
