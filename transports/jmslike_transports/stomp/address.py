"""The address of a STOMP connection: its hosts and options, read from a URL."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from jmslike.options import seconds
from jmslike_transports.shared.tls import parse_tls
from jmslike_transports.shared.url import parse_url, virtual_host
from jmslike_transports.stomp.frames import fits_connect

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


def parse_address(url: str, options: Mapping[str, str], user: str | None, password: str | None) -> Address:
    """Read the URL and the options. Raises ValueError for what cannot be used."""
    is_protected = url.startswith("stomps:")
    hosts, path = parse_url(url, DEFAULT_TLS_PORT if is_protected else DEFAULT_PORT)
    vhost = virtual_host(path, options)
    for what, value in (("user", user), ("password", password), ("virtual host", vhost)):
        if value is not None and not fits_connect(value):
            raise ValueError(f"the {what} has characters that STOMP cannot send when it connects")
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
    )
