"""The engines of this process, one for each name: `native://NAME` lives until the process ends or the name is
forgotten.
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
    ResourceAllocationError,
    TransactionRolledBackError,
)
from jmslike.spi import Envelope
from native_engine import Engine, ErrorTypes

_ERRORS = ErrorTypes(
    full=ResourceAllocationError,
    closed=ConnectionLostError,
    sender_closed=IllegalStateError,
    forked=IllegalStateError,
    no_destination=InvalidDestinationError,
    in_use=JMSError,
    client_id=InvalidClientIDError,
    rolled_back=TransactionRolledBackError,
)


class Tenant(Protocol):
    """Who must know when an engine goes away."""

    def lose(self, error: JMSError) -> None:
        """The engine is gone."""


class SharedEngine:
    """An engine with those who are connected to it."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.engine = Engine(**options, size_of=size_of, errors=_ERRORS)
        self.tenants: set[Tenant] = set()


_lock = threading.Lock()
_engines: dict[str, SharedEngine] = {}


def _begin_anew() -> None:
    """Have none in a forked child: they are the parent's, and a thread that is not here may hold the lock."""
    global _lock
    _lock = threading.Lock()
    _engines.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)


def join(name: str, options: Mapping[str, Any], tenant: Tenant) -> SharedEngine:
    """Give the engine of that name, made with these options if it is new.

    Raises JMSError if it lives already and was made with other options.
    """
    with _lock:
        shared = _engines.get(name)
        if shared is None:
            shared = _engines[name] = SharedEngine(options)
        differing = {key for key, value in options.items() if shared.options.get(key) != value}
        if differing:
            raise JMSError(
                f"native://{name} lives already, made with another {', '.join(sorted(differing))}; "
                "leave the option out, use another name, or jmslike.forget() it first"
            )
        shared.tenants.add(tenant)
        return shared


def leave(shared: SharedEngine, tenant: Tenant) -> None:
    """Note that the tenant is connected no more."""
    with _lock:
        shared.tenants.discard(tenant)


def forget(name: str) -> None:
    """Drop the engine with all its messages; its connections are lost."""
    with _lock:
        shared = _engines.pop(name, None)
        tenants = list(shared.tenants) if shared is not None else []
    if shared is not None:
        shared.engine.close()
        for tenant in tenants:
            tenant.lose(ConnectionLostError(f"native://{name} was forgotten"))


_FIXED_SIZE = 100  # bytes: the headers that every message has


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
    return _FIXED_SIZE + size


def _value_size(value: object) -> int:
    if isinstance(value, tuple):
        return sum(map(_value_size, value))
    if isinstance(value, str):
        return _text_size(value)
    return len(value) if isinstance(value, bytes) else 8


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
