"""The engines of this process, one for each name.

`native://NAME` lives until the process ends, or `jmslike.forget` drops it. Connections to one name share one engine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Protocol

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
    TransactionRolledBackError,
)
from jmslike.spi import Envelope
from native_engine import Engine, ErrorTypes


def _dropped(what: str) -> ConnectionLostError:
    return ConnectionLostError(
        f"{what}: jmslike.forget() dropped it, with its messages; another connection has a new engine, which is empty"
    )


_ERRORS = ErrorTypes(
    full=ResourceAllocationError,
    closed=_dropped,
    sender_closed=IllegalStateError,
    forked=IllegalStateError,
    no_destination=InvalidDestinationError,
    in_use=JMSError,
    client_id=InvalidClientIDError,
    rolled_back=TransactionRolledBackError,
)


class Client(Protocol):
    """A connection to an engine."""

    def lose(self, error: JMSError) -> None:
        """Be told that the engine is gone."""


class SharedEngine:
    """An engine with the connections to it, and the users that it lets in: without `users`, all."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        own = {name: value for name, value in options.items() if name != "users"}
        self.engine = Engine(**own, size_of=size_of, errors=_ERRORS)
        self.clients: set[Client] = set()

    def admits(self, user: str | None, password: str | None) -> bool:
        """Whether the user may connect."""
        users: Mapping[str, str] | None = self.options.get("users")
        return users is None or (user is not None and password is not None and users.get(user) == password)


_lock = threading.Lock()
_engines: dict[str, SharedEngine] = {}


def _abandon() -> None:
    """Drop all engines in a forked child: they are the parent's, and a thread of the parent may hold the lock."""
    global _lock
    _lock = threading.Lock()
    _engines.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon)


def join(name: str, options: Mapping[str, Any], client: Client, user: str | None, password: str | None) -> SharedEngine:
    """Return the engine of that name, made with these options if it is new.

    Raises JMSError if it exists with other options; JMSSecurityError if it has users, and this is none of them.
    """
    with _lock:
        shared = _engines.get(name)
        if shared is None:
            shared = _engines[name] = SharedEngine(options)
        differing = {key for key, value in options.items() if shared.options.get(key) != value}
        if differing:
            raise JMSError(
                f"native://{name} exists with another {', '.join(sorted(differing))}: "
                "leave the option out, use another name, or jmslike.forget() it first"
            )
        if not shared.admits(user, password):
            raise JMSSecurityError(
                f"native://{name} refused "
                + ("a connection without a user" if user is None else f"the user {user!r}")
                + ": give a user_name of its option users, and that user's password"
            )
        shared.clients.add(client)
        return shared


def discard(shared: SharedEngine, client: Client) -> None:
    """Drop a connection that is closed."""
    with _lock:
        shared.clients.discard(client)


def forget(name: str) -> None:
    """Drop the engine with all its messages; its connections are told that it is lost."""
    with _lock:
        shared = _engines.pop(name, None)
        clients = list(shared.clients) if shared is not None else []
    if shared is not None:
        shared.engine.close()
        for client in clients:
            client.lose(ConnectionLostError(f"native://{name} was dropped by jmslike.forget(), with its messages"))


_HEADERS_SIZE = 100  # bytes: those that every message has


def size_of(envelope: Envelope) -> int:
    """Estimate the bytes of a message: its body and properties, and a fixed part for the headers."""
    body = envelope.body
    if body is None:
        size = 0
    elif isinstance(body, bytes):
        size = len(body)
    elif isinstance(body, str):
        size = _text_size(body)
    else:
        size = sum(map(_value_size, body.items() if isinstance(body, dict) else body))
    if envelope.properties:
        size += sum(map(_value_size, envelope.properties.items()))
    return _HEADERS_SIZE + size


def _value_size(value: object) -> int:
    if isinstance(value, tuple):
        return sum(map(_value_size, value))
    if isinstance(value, str):
        return _text_size(value)
    return len(value) if isinstance(value, bytes) else 8


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
