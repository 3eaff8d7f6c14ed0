"""Where a STOMP connection goes, from its URL and options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

DEFAULT_PORT: Final = 61613
DEFAULT_TLS_PORT: Final = 61614


@dataclass(frozen=True, slots=True)
class TLS:
    """How a connection is protected: files with the authority, and the client's certificate and key."""

    authority: str | None
    certificate: str | None
    key: str | None
    verify: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Hosts to be tried in turn, and how; durations in seconds."""

    hosts: tuple[tuple[str, int], ...]
    virtual_host: str | None
    user: str | None
    password: str | None
    tls: TLS | None
    connect_timeout: float
    request_timeout: float
    heartbeat: float
    dialect: str | None


def parse_address(url: str, options: Mapping[str, str], user: str | None, password: str | None) -> Address:
    """Read the URL and the options. Raises ValueError that says what is wrong."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    port = DEFAULT_TLS_PORT if scheme == "stomps" else DEFAULT_PORT
    hosts = tuple(_host(item, port) for item in authority.split(","))
    virtual_host = unquote(path) if path else options.get("vhost")
    tls = None
    if scheme == "stomps":
        tls = TLS(
            options.get("tls_ca"),
            options.get("tls_cert"),
            options.get("tls_key"),
            _choice("tls_verify", options.get("tls_verify", "true"), {"true": True, "false": False}),
        )
    return Address(
        hosts,
        virtual_host,
        user,
        password,
        tls,
        float(options.get("connect_timeout", 10.0)),
        float(options.get("request_timeout", 30.0)),
        _seconds("heartbeat", options.get("heartbeat", "10")),
        options.get("dialect"),
    )


def _host(text: str, default_port: int) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default_port)
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError(f"{text!r} is no host:port")
    return host, int(port)


def _choice(name: str, value: str, known: Mapping[str, bool]) -> bool:
    if value.lower() not in known:
        raise ValueError(f"option {name} is {value!r}, but it takes {' or '.join(known)}")
    return known[value.lower()]


def _seconds(name: str, value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ValueError(f"option {name} is {value!r}, but it takes seconds from 0 (off) to 3600")
    return seconds
