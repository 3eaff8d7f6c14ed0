"""The address of a STOMP connection: its hosts and options, read from a URL."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from jmslike.options import choice, seconds
from jmslike_transports.shared.credentials import require_sendable
from jmslike_transports.shared.tls import parse_tls
from jmslike_transports.shared.url import parse_url, virtual_host
from jmslike_transports.stomp.frames import escaped_for_connect, fits_connect

DEFAULT_PORT: Final = 61613
DEFAULT_TLS_PORT: Final = 61614


@dataclass(frozen=True, slots=True)
class Address:
    """Hosts, which are tried in turn, and options; durations in seconds."""

    hosts: tuple[tuple[str, int], ...]
    virtual_host: str | None
    user: str | None
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | None
    connect_timeout: float
    request_timeout: float
    heartbeat: float
    dialect: str | None
    transformations: bool = False

    @property
    def has_backslash(self) -> bool:
        """Whether it matters if the broker unescapes the CONNECT frame."""
        return any("\\" in value for value in (self.user, self.password, self.virtual_host) if value is not None)

    def escaped(self) -> Address:
        """Return the address with what CONNECT contains as a broker needs it that unescapes this frame."""
        user, password, vhost = map(escaped_for_connect, (self.user, self.password, self.virtual_host))
        return replace(self, user=user, password=password, virtual_host=vhost)


def hosts_and_path(url: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts of the URL, and its path. Raises ValueError."""
    return parse_url(url, DEFAULT_TLS_PORT if url.startswith("stomps:") else DEFAULT_PORT)


def parse_address(url: str, options: Mapping[str, str], user: str | None, password: str | None) -> Address:
    """Read the URL and the options. Raises ValueError for what cannot be used, JMSSecurityError for credentials."""
    is_protected = url.startswith("stomps:")
    hosts, path = hosts_and_path(url)
    vhost = virtual_host(path, options)
    require_sendable(user, password, "STOMP", fits_connect)
    if vhost is not None and not fits_connect(vhost):
        raise ValueError("the virtual host has characters that STOMP cannot send when it connects")
    return Address(
        hosts,
        vhost,
        user,
        password,
        parse_tls(options) if is_protected else None,
        float(options.get("connect_timeout", 10.0)),
        float(options.get("request_timeout", 30.0)),
        seconds("heartbeat", options.get("heartbeat", "10"), highest=3600),
        options.get("dialect"),
        choice("transformations", options.get("transformations", "false"), {"true": True, "false": False}),
    )
