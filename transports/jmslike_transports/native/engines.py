"""The engines of this process, one for each place. Connections to one place share one engine.

An engine in memory lives until the process ends, or `jmslike.forget` drops it. One in a folder is closed with its last
connection, or with `jmslike.forget`, and opened by the next.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from jmslike.errors import ConnectionLostError, JMSError, JMSSecurityError
from jmslike_transports.native.places import Place

__all__ = ["Client", "SharedEngine", "forget", "join", "leave"]


class Client(Protocol):
    """A connection to an engine."""

    def lose(self, error: JMSError) -> None:
        """Be told that the engine is gone."""


class SharedEngine:
    """An engine with the connections to it."""

    def __init__(self, seat: Seat, options: Mapping[str, Any]) -> None:
        self.seat: Final = seat
        self.options: Final = options
        self._lock = threading.Lock()  # for what follows; held for a moment only
        self._clients: set[Client] = set()
        self._is_gone = False
        limits = {name: value for name, value in options.items() if name != "users"}
        self.engine: Final = seat.place.make(limits, self._fail)

    def check(self, options: Mapping[str, Any]) -> None:
        """Raise JMSError if the engine was made with other options."""
        differing = {key for key, value in options.items() if self.options.get(key) != value}
        if differing:
            raise JMSError(
                f"{self.seat.place.url} exists with another {', '.join(sorted(differing))}: "
                "leave the option out, use another name or folder, or jmslike.forget() it first"
            )

    def add(self, client: Client) -> bool:
        """Add a connection; return whether the engine still works."""
        with self._lock:
            if not self._is_gone:
                self._clients.add(client)
            return not self._is_gone

    def discard(self, client: Client) -> bool:
        """Drop a connection; return whether it was the last."""
        with self._lock:
            self._clients.discard(client)
            return not self._clients

    def lose(self, error: JMSError) -> None:
        """Report to all connections, once, that the engine is gone (C10)."""
        with self._lock:
            clients = [] if self._is_gone else list(self._clients)
            self._is_gone = True
        for client in clients:
            client.lose(error)

    def _fail(self, error: Exception) -> None:
        loss = ConnectionLostError(f"{self.seat.place.url}: {error}")
        loss.__cause__ = error
        self.lose(loss)


class Seat:
    """One place, and the engine that is there, if any. Its lock is held while an engine is opened or closed."""

    def __init__(self, place: Place) -> None:
        self.place: Final = place
        self.lock: Final = threading.Lock()
        self.shared: SharedEngine | None = None

    def open(self, options: Mapping[str, Any]) -> SharedEngine:
        """Return the engine, made with these options if there is none (locked)."""
        if self.shared is None:
            self.shared = SharedEngine(self, options)
            with _lock:
                _taken.add(self)
        return self.shared

    def close(self) -> SharedEngine | None:
        """Close the engine, and return it (locked)."""
        shared, self.shared = self.shared, None
        with _lock:
            _taken.discard(self)
        if shared is not None:
            shared.engine.close()
        return shared

    def admit(self, options: Mapping[str, Any], user: str | None, password: str | None) -> None:
        """Raise JMSSecurityError if the engine has users, and this is none of them."""
        users: Mapping[str, str] | None = (self.shared.options if self.shared is not None else options).get("users")
        if users is not None and (user is None or password is None or users.get(user) != password):
            raise JMSSecurityError(
                f"{self.place.url} refused "
                + ("a connection without a user" if user is None else f"the user {user!r}")
                + ": give a user_name of its option users, and that user's password"
            )


_lock = threading.Lock()
_seats: WeakValueDictionary[Place, Seat] = WeakValueDictionary()
_taken: set[Seat] = set()
"""The seats with an engine, which may have no connections."""


def _abandon() -> None:
    """Drop all engines in a forked child: they are the parent's, and a thread of the parent may hold the locks."""
    global _lock, _seats
    _lock = threading.Lock()
    _seats = WeakValueDictionary()
    _taken.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon)


def join(
    place: Place, options: Mapping[str, Any], client: Client, user: str | None, password: str | None
) -> SharedEngine:
    """Return the engine there, opened with these options if there is none. Connections to other places do not wait.

    Raises JMSError if it exists with other options, or cannot be opened; JMSSecurityError if it has users, and this is
    none of them.
    """
    with _lock:
        seat = _seats.setdefault(place, Seat(place))
    with seat.lock:
        while True:
            if seat.shared is not None:
                seat.shared.check(options)
            seat.admit(options, user, password)
            shared = seat.open(options)
            if shared.add(client):
                return shared
            seat.close()  # it has failed


def leave(shared: SharedEngine, client: Client) -> None:
    """Drop a connection that is closed."""
    seat = shared.seat
    with seat.lock:
        if shared.discard(client) and seat.place.is_durable and seat.shared is shared:
            seat.close()


def forget(place: Place) -> None:
    """Close the engine there; its connections are told that it is lost."""
    with _lock:
        seat = _seats.get(place)
    if seat is None:
        return
    with seat.lock:
        shared = seat.close()
    if shared is not None:
        shared.lose(ConnectionLostError(f"{place.url}: {place.farewell}"))
