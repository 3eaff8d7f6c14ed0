"""The brokers of a Kafka connection and its settings, from the URL and its options."""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kafka.codec import has_lz4, has_snappy, has_zstd

from jmslike.options import choice, refuse, seconds, whole
from jmslike_transports.kafka.errors import CODEC_PACKAGES
from jmslike_transports.kafka.names import fits
from jmslike_transports.shared.credentials import require_sendable
from jmslike_transports.shared.tls import parse_tls
from jmslike_transports.shared.url import parse_url

DEFAULT_PORT: Final = 9092
DEFAULT_TLS_PORT: Final = 9093
DEFAULT_GROUP: Final = "jmslike.queue.{name}"
MECHANISMS: Final = {"plain": "PLAIN", "scram-sha-256": "SCRAM-SHA-256", "scram-sha-512": "SCRAM-SHA-512"}
COMPRESSIONS: Final = {"none": None, "gzip": "gzip", "snappy": "snappy", "lz4": "lz4", "zstd": "zstd"}

_PACKAGES: Final[Mapping[str, tuple[Callable[[], bool], str]]] = {
    "snappy": (has_snappy, CODEC_PACKAGES["snappy"]),
    "lz4": (has_lz4, CODEC_PACKAGES["lz4"]),
    "zstd": (has_zstd, CODEC_PACKAGES["zstd"]),
}
"""For each compression that Python lacks: whether it is installed, and the package that has it."""

_REQUEST_TIMEOUTS: Final = (1.0, 539.0)  # longer than a broker waits for records, shorter than a connection may be idle
_SESSION_TIMEOUTS: Final = (6.0, 1800.0)  # what brokers allow by default
_TRANSACTION_TIMEOUTS: Final = (0.001, 900.0)  # likewise
_POLL_INTERVALS: Final = (0.001, 2_147_483.0)  # what fits the protocol in milliseconds
_RETENTIONS: Final = (0.001, 9e15)  # likewise
_MOST_PARTITIONS: Final = 100_000
_MOST_REPLICAS: Final = 32_767
_BACKOFF: Final = {"retry_backoff_ms": 20, "reconnect_backoff_ms": 20, "reconnect_backoff_max_ms": 1000}


@dataclass(frozen=True, slots=True)
class Address:
    """The brokers to connect to first, and the settings of clients; durations are in seconds."""

    hosts: tuple[tuple[str, int], ...]
    user: str | None
    password: str | None = field(repr=False)
    mechanism: str | None
    """The SASL mechanism that authenticates the user, by Kafka's name; None without a user."""
    tls: ssl.SSLContext | None
    connect_timeout: float
    request_timeout: float
    session_timeout: float
    transaction_timeout: float
    max_poll_interval: float
    partitions: int
    """Of topics that jmslike creates, as is the replication."""
    replication: int
    """-1: the broker's default."""
    retention: float | None
    """Infinite: forever; None: not given."""
    auto_create: bool
    compression: str | None
    group: str
    """The consumer group of a queue; `{name}` stands for the queue's name."""

    @property
    def url(self) -> str:
        """The URL without user and options."""
        return f"{'kafka' if self.tls is None else 'kafkas'}://{','.join(self._servers)}"

    @property
    def _servers(self) -> list[str]:
        return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts]

    def clients(self) -> dict[str, Any]:
        """Return the settings of all clients of kafka-python: consumers, producers and administrators."""
        settings: dict[str, Any] = {
            "bootstrap_servers": self._servers,
            "client_id": "jmslike",
            "security_protocol": ("SASL_" if self.mechanism else "") + ("SSL" if self.tls else "PLAINTEXT"),
            **_BACKOFF,
        }
        if self.tls is not None:
            settings["ssl_context"] = self.tls
        if self.mechanism is not None:
            settings |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return settings


def hosts_and_path(url: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """Return the hosts of the URL, and its path. Raises ValueError."""
    return parse_url(url, DEFAULT_TLS_PORT if url.startswith("kafkas:") else DEFAULT_PORT)


def parse_address(url: str, options: Mapping[str, str], user: str | None, password: str | None) -> Address:
    """Parse the URL and the options. Raises ValueError that says what is wrong."""
    require_sendable(user, password, "Kafka")
    is_protected = url.startswith("kafkas:")
    hosts, path = hosts_and_path(url)
    if path:
        raise ValueError(
            f"the URL has the path {path!r}, but Kafka has no virtual hosts: it ends with the last host:port"
        )
    return Address(
        hosts,
        user,
        password,
        _mechanism(options, user, password),
        parse_tls(options) if is_protected else None,
        float(options.get("connect_timeout", 10.0)),
        seconds("request_timeout", options.get("request_timeout", "30"), *_REQUEST_TIMEOUTS),
        seconds("session_timeout", options.get("session_timeout", "10"), *_SESSION_TIMEOUTS),
        seconds("transaction_timeout", options.get("transaction_timeout", "10"), *_TRANSACTION_TIMEOUTS),
        seconds("max_poll_interval", options.get("max_poll_interval", "300"), *_POLL_INTERVALS),
        whole("partitions", options.get("partitions", "1"), 1, _MOST_PARTITIONS),
        _replication(options.get("replication")),
        _retention(options.get("retention")),
        choice("auto_create", options.get("auto_create", "true"), {"true": True, "false": False}),
        _compression(options.get("compression", "none")),
        _group(options.get("group", DEFAULT_GROUP)),
    )


def _mechanism(options: Mapping[str, str], user: str | None, password: str | None) -> str | None:
    mechanism = choice("sasl", options.get("sasl", "plain"), MECHANISMS)
    if user is None:
        if password is not None or "sasl" in options:
            raise ValueError("option sasl and a password are for a user, but none is given")
        return None
    if password is None:
        raise ValueError(f"user {user!r} has no password, which every mechanism of option sasl needs")
    return mechanism


def _replication(text: str | None) -> int:
    return -1 if text is None else whole("replication", text, 1, _MOST_REPLICAS)


def _retention(text: str | None) -> float | None:
    if text is None:
        return None
    return math.inf if text.lower() == "forever" else seconds("retention", text, *_RETENTIONS, "forever or ")


def _compression(text: str) -> str | None:
    compression = choice("compression", text, COMPRESSIONS)
    is_there, package = _PACKAGES.get(text.lower(), (None, ""))
    if is_there is not None and not is_there():
        raise ValueError(f"option compression is {text!r}, which needs the package {package}: pip install {package}")
    return compression


def _group(text: str) -> str:
    rest = text.replace("{name}", "")
    if rest == text or "{" in rest or "}" in rest or not fits(text):
        refuse("group", text, "the name of a group with {name} for the queue's name")
    return text
