"""What the sessions of one connection share: its transport, identity, settings, clock and loss.

Every thread of the application may read it. A transport's own threads enter by `Reports` only.
"""

from __future__ import annotations

import itertools
import logging
import uuid
import warnings
import weakref
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol, TypeVar

from jmslike.capabilities import Capabilities, Feature, StrictCapabilities
from jmslike.clock import Clock
from jmslike.core.callbacks import CallbackThread
from jmslike.core.completions import CompletionCalls
from jmslike.core.listener_calls import LinkCalls, ListenerCall, refuse_unrun
from jmslike.core.loss import Loss
from jmslike.core.program_end import Unclosed, close_dropped
from jmslike.core.unheeded import Unheeded
from jmslike.destinations import Destination, TemporaryQueue, TemporaryTopic
from jmslike.errors import (
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    UnsupportedFeatureError,
)
from jmslike.exact import exact_text
from jmslike.instruments import Instruments
from jmslike.settings import Settings
from jmslike.spi import Deleting, Transport
from jmslike.statistics import LinkState

_log = logging.getLogger("jmslike.connection")

_Temporary = TypeVar("_Temporary", TemporaryQueue, TemporaryTopic)


class Waiter(Protocol):
    """What waits for other things than the transport, such as a receive of a stopped session."""

    def wake(self) -> None:
        """Look again, because the link is lost. Called by any thread."""


class ConnectionState:
    """One open connection to a provider, as its sessions see it."""

    __slots__ = (
        "__weakref__", "_exceptions", "capabilities", "client_id", "clock", "completions", "ending",
        "exception_listener", "id_prefix", "instruments", "interrupted_at", "is_open", "link_listener", "loss", "name",
        "next_number", "settings", "temporaries", "transport", "unheeded", "uuid", "waiters",
    )  # fmt: skip

    def __init__(self, transport: Transport, settings: Settings, clock: Clock) -> None:
        """Open the transport, and identify the client if the settings say so. Raises what `Transport.open` raises."""
        self.transport: Final = transport
        self.settings: Final = settings
        self.clock: Final = clock
        self.uuid: Final = str(uuid.uuid4())
        self.name: Final = self.uuid[:8]
        self.id_prefix: Final = f"ID:{self.uuid}:1:1:1:"
        self.next_number: Callable[[], int] = itertools.count(1).__next__
        self.client_id: str | None = None
        self.is_open: bool = True
        self.ending: str = "is closed"
        self.loss: Final = Loss()
        self.waiters: set[Waiter] = set()
        self.completions: weakref.WeakSet[CompletionCalls] = weakref.WeakSet()
        self.temporaries: set[Destination] = set()
        self.exception_listener: ListenerCall | None = None
        self.link_listener: LinkCalls | None = None
        self.interrupted_at: float | None = None  # monotonic seconds
        self._exceptions = CallbackThread(f"jmslike-exceptions-{self.name}")
        found = transport.open(Reports(self))
        strict = StrictCapabilities(found.product, found.version, found.features) if settings.strict else None
        self.capabilities: Capabilities = strict or found
        self.unheeded: Final = Unheeded(self.capabilities, strict=settings.strict)
        telemetry = settings.telemetry
        self.instruments: Final = telemetry.instruments(self.capabilities, self.origin) if telemetry else Instruments()
        if settings.client_id is not None:
            try:
                self.identify(settings.client_id)
            except BaseException:  # also Ctrl-C: nothing else could close the transport
                self.is_open = False
                transport.close()
                raise
        _log.debug("%s: connected to %s %s", self.name, self.capabilities.product, self.capabilities.version)

    def check_open(self) -> None:
        """Raise IllegalStateError if the connection is closed."""
        if not self.is_open:
            raise IllegalStateError(f"the connection {self.ending}")

    def check_usable(self) -> None:
        """Raise IllegalStateError if the connection is closed, ConnectionLostError if its link is lost."""
        self.check_open()
        self.loss.check()

    # ---- identity ---------------------------------------------------------------------------------------------------

    def identify(self, client_id: str) -> None:
        """Claim the client id (section 6.1.2). Raises InvalidClientIDError; UnsupportedFeatureError."""
        client_id = self.checked_client_id(client_id)
        self.transport.identify(client_id)
        self.client_id = client_id

    def checked_client_id(self, client_id: str) -> str:
        """Return the client id as it would be claimed. Raises InvalidClientIDError; UnsupportedFeatureError."""
        if not isinstance(client_id, str) or not client_id:
            raise InvalidClientIDError(f"a client id is a non-empty str, not {client_id!r}")
        self.capabilities.require(Feature.CLIENT_ID)
        return exact_text(client_id)

    def origin(self) -> str:
        """Return what noLocal compares: the client id, else the connection's own mark."""
        return self.client_id or self.uuid

    # ---- errors that no caller is waiting for -----------------------------------------------------------------------

    def lose(self, error: JMSError) -> None:
        """Note that the link is gone, wake every parked receive, and report the error. Only the first loss counts."""
        if not self.is_open or not self.loss.set(error):
            return
        _log.error("%s: the connection is lost: %s", self.name, error)
        for waiter in list(self.waiters):
            waiter.wake()
        self.report(error)

    def report(self, error: JMSError) -> None:
        """Pass the error to the exception listener, on the thread that runs it."""
        self._notify(self.exception_listener, error)

    def _notify(self, listener: ListenerCall | None, argument: object) -> None:
        if listener is not None and self.is_open:
            self._exceptions.submit(partial(_call, listener, argument))

    # ---- the link ------------------------------------------------------------------------------------------------

    @property
    def link_state(self) -> LinkState:
        """The state of the link; any thread may read it."""
        if self.loss.error is not None:
            return "lost"
        return "connected" if self.interrupted_at is None else "interrupted"

    def interrupt(self, error: JMSError) -> None:
        """Note that the transport restores its link, and tell the link listener, on its thread.

        Ignored while it is interrupted: a transport around another may hear of one outage twice.
        """
        if self.interrupted_at is not None:
            return
        self.interrupted_at = self.clock.monotonic()
        _log.warning("%s: the connection is interrupted, and is being restored: %s", self.name, error)
        listener = self.link_listener
        if listener is not None:
            self._notify(listener.interrupted, error)

    def resume(self, url: str) -> None:
        """Note that the link works again, and tell the link listener, on its thread."""
        began, self.interrupted_at = self.interrupted_at, None
        away = 0.0 if began is None else self.clock.monotonic() - began
        _log.warning("%s: the connection is restored after %.1f s, to %s", self.name, away, url)
        listener = self.link_listener
        if listener is not None:
            self._notify(listener.restored, url)

    # ---- destinations -----------------------------------------------------------------------------------------------

    def delete(self, destination: Destination) -> None:
        """Delete a destination that is not temporary. Raises what `Deleting.delete` raises."""
        if destination.is_temporary:
            raise InvalidDestinationError(f"{destination} is temporary: call its own delete()")
        if not isinstance(self.transport, Deleting):
            product = self.capabilities.product
            raise UnsupportedFeatureError(f"{destination} stays: on {product} only its own tools delete it")
        self.transport.delete(destination)

    # ---- temporary destinations -------------------------------------------------------------------------------------

    def create_temporary(self, kind: type[_Temporary]) -> _Temporary:
        """Create a temporary destination (section 6.2.2). Raises UnsupportedFeatureError; ConnectionLostError."""
        self.check_usable()
        self.capabilities.require(Feature.TEMPORARY)
        destination = kind(self.transport.create_temporary(kind), self._delete_temporary)
        self.temporaries.add(destination)
        return destination

    def _delete_temporary(self, destination: Destination) -> None:
        self.check_usable()
        self.transport.delete_temporary(destination)
        self.temporaries.discard(destination)

    def owns_temporary(self, destination: Destination) -> bool:
        """Whether the destination is a temporary one of this connection."""
        return destination in self.temporaries

    # ---- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the transport, after all sessions. Called once, by the thread that set `is_open` to False."""
        self.temporaries.clear()
        self._exceptions.close()
        self.transport.close()
        _log.debug("%s: closed", self.name)

    def unclosed(self) -> Unclosed:
        """Return what the end of a program has to know of this connection."""
        timeout = self.settings.request_timeout
        return Unclosed(self.transport, self.capabilities.product, timeout, list(self.completions))

    def abandon(self) -> None:
        """Close without I/O in a forked child, where threads and sockets are the parent's."""
        self.is_open = False
        self.ending = "was made in another process: a forked child makes its own"

    def __del__(self, warn: Callable[..., None] = warnings.warn) -> None:
        if self.is_open and hasattr(self, "capabilities"):  # and connecting has not failed
            close_dropped(self.unclosed())  # what it held comes to others
            warn(f"a connection to {self.capabilities.product} was never closed", ResourceWarning, source=self)


def _call(listener: ListenerCall, argument: object) -> None:
    result = listener.call(argument)
    if result is not None:
        refuse_unrun(result)


class Reports:
    """The `Events` of one connection. A transport's threads keep this, but not the connection: it may be collected."""

    def __init__(self, state: ConnectionState) -> None:
        self._state = weakref.ref(state)

    def lost(self, error: JMSError) -> None:
        """Lose the link, on the transport's thread (C10)."""
        state = self._state()
        if state is not None:
            state.lose(error)

    def failed(self, error: JMSError) -> None:
        """Log an error that no caller waits for, and pass it to the exception listener."""
        state = self._state()
        if state is not None:
            _log.error("%s: %s", state.name, error)
            state.report(error)

    def interrupted(self, error: JMSError) -> None:
        """Note that calls wait inside the transport until it has a link again (C10)."""
        state = self._state()
        if state is not None and state.is_open:
            state.interrupt(error)

    def resumed(self, url: str) -> None:
        """Note that the transport has a link again (C10)."""
        state = self._state()
        if state is not None and state.is_open:
            state.resume(url)
