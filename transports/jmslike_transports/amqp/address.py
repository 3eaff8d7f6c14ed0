"""The address of an AMQP connection, read from its URL and options."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from jmslike.options import choice, seconds, whole
from jmslike_transports.shared.credentials import require_sendable
from jmslike_transports.shared.tls import parse_tls
from jmslike_transports.shared.url import parse_url, virtual_host

DEFAULT_PORT: Final = 5672
DEFAULT_TLS_PORT: Final = 5671
QUEUE_TYPES: Final = {"classic": "classic", "quorum": "quorum"}
_HIGHEST_PRIORITY: Final = 255


@dataclass(frozen=True, slots=True)
class Address:
    """Hosts, in the order in which they are tried, and how to connect; durations in seconds."""

    hosts: tuple[tuple[str, int], ...]
    virtual_host: str
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext | None
    connect_timeout: float
    request_timeout: float
    heartbeat: float
    profile: str
    queue_type: str
    max_priority: int
    """The highest priority of the queues that this connection declares; 0: they have no priorities."""


def hosts_and_path(url: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts of the URL, and its path. Raises ValueError."""
    return parse_url(url, DEFAULT_TLS_PORT if url.startswith("amqps:") else DEFAULT_PORT)


def parse_address(
    url: str, options: Mapping[str, str], user: str | None, password: str | None, profiles: Mapping[str, object]
) -> Address:
    """Read the URL and the options. Raises ValueError for one that is not valid, JMSSecurityError for
    credentials that AMQP cannot send."""
    require_sendable(user, password, "AMQP")
    is_protected = url.startswith("amqps:")
    hosts, path = hosts_and_path(url)
    queue_type = choice("queue_type", options.get("queue_type", "classic"), QUEUE_TYPES)
    max_priority = whole("max_priority", options.get("max_priority", "0"), 0, _HIGHEST_PRIORITY)
    if max_priority and queue_type == "quorum":
        raise ValueError("option max_priority is for classic queues: quorum queues do not support it")
    return Address(
        hosts,
        virtual_host(path, options) or "/",
        "guest" if user is None else user,
        "guest" if password is None else password,
        parse_tls(options) if is_protected else None,
        float(options.get("connect_timeout", 10.0)),
        float(options.get("request_timeout", 30.0)),
        seconds("heartbeat", options.get("heartbeat", "10"), highest=3600),
        choice("profile", options.get("profile", "jms"), {name: name for name in profiles}),
        queue_type,
        max_priority,
    )
