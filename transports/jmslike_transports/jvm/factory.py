"""The entry point of the scheme `jvm`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from jmslike.errors import JMSError
from jmslike.locating import Location
from jmslike.spi import MultiProviderFactory
from jmslike_transports.jvm.address import JNDI, OPTIONS, PORTS, parse_address
from jmslike_transports.jvm.classpath import VARIABLE, parse_class_path, shown
from jmslike_transports.jvm.machine import found
from jmslike_transports.jvm.providers import PROVIDERS
from jmslike_transports.jvm.transport import JvmTransport
from jmslike_transports.shared.url import location_of


class JvmFactory:
    """Makes connections through Java clients."""

    options: Mapping[str, str] = OPTIONS
    providers: Collection[str] = PORTS.keys()

    def make(self, url: str, options: Mapping[str, Any], user: str | None, password: str | None) -> JvmTransport:
        """See TransportFactory.make."""
        address = parse_address(url, options, user, password)
        return JvmTransport(address, PROVIDERS[address.provider])

    def locate(self, url: str, options: Mapping[str, Any]) -> Location:
        """See Locating.locate."""
        address = parse_address(url, options, None, None)
        if address.provider == JNDI:
            return Location(frozenset({f"{address.path} {options['factory']}"}))
        return location_of(address.hosts, "".join(address.own.values()) or "/")

    def uses(self) -> str:
        """See Using.uses."""
        try:
            class_path = parse_class_path({})
        except ValueError as error:
            raise JMSError(str(error)) from error
        return f"{found()}; class path: {shown(class_path) or f'none in {VARIABLE}'}"

    def forget(self, url: str) -> None:
        """See TransportFactory.forget. The process keeps nothing for a URL of `jvm:`."""


factory: Final[MultiProviderFactory] = JvmFactory()
