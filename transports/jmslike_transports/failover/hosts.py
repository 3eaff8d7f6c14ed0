"""The hosts of a `failover:` URL: their turns, and the connection to one of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from jmslike.capabilities import Capabilities, Expectation, Expecting, Feature, Level, Support
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import Events, Target, Transport

_log = logging.getLogger("jmslike.failover")

_RANKS: Final = {Level.UNSUPPORTED: 0, Level.PARTIAL: 1, Level.EMULATED: 2, Level.NATIVE: 3}


class Listening(Protocol):
    """What a connection to a host reports to."""

    events: Events
    """Those of the whole connection."""
    current: HostConnection | None
    """The connection to the host that is used."""

    def lose(self, lost: HostConnection, error: JMSError) -> None:
        """Note that the connection to the host is gone."""


class HostConnection:
    """One transport to one host, from `open` to its loss: a generation of the link. It is the `Events` of it.

    `error` says why it is gone, once it is.
    """

    __slots__ = ("_owner", "error", "transport", "url")

    def __init__(self, owner: Listening, url: str, transport: Transport) -> None:
        self._owner = owner
        self.url: Final = url
        self.transport: Final = transport
        self.error: JMSError | None = None

    @property
    def connection(self) -> HostConnection:
        """Itself: what waits for the link finds this, or something that is bound to it."""
        return self

    def open(self) -> Capabilities:
        """Connect. Raises what Transport.open raises."""
        return self.transport.open(self)

    def is_lost_by(self, error: JMSError) -> bool:
        """Whether a call has raised this error because the connection is gone, or was closed for that."""
        return self.error is not None or isinstance(error, ConnectionLostError)

    def check(self) -> None:
        """Raise ConnectionLostError if the connection is gone."""
        if self.error is not None:
            raise ConnectionLostError(str(self.error)) from self.error

    def close(self) -> None:
        """Close the transport. Its errors are logged: what is left of it is of no use any more."""
        try:
            self.transport.close()
        except Exception as error:  # of one whose `open` has failed, too
            _log.debug("%s: closing: %s", self.url, error)

    # ---- the events of the transport --------------------------------------------------------------------------------

    def lost(self, error: JMSError) -> None:
        """See Events.lost."""
        self._owner.lose(self, error)

    def failed(self, error: JMSError) -> None:
        """See Events.failed."""
        self._owner.events.failed(error)

    def interrupted(self, error: JMSError) -> None:
        """See Events.interrupted: the transport itself outlives the loss of a host, as that of Kafka does."""
        if self._owner.current is self:
            self._owner.events.interrupted(error)

    def resumed(self, url: str) -> None:
        """See Events.resumed."""
        if self._owner.current is self:
            self._owner.events.resumed(url)


class Hosts:
    """The inner URLs, as targets."""

    def __init__(self, targets: Sequence[Target], user: str | None, password: str | None) -> None:
        self._targets = list(targets)
        self._user = user
        self._password = password

    @property
    def count(self) -> int:
        """How many different hosts there are."""
        return len({target.url for target in self._targets})

    @property
    def shown(self) -> str:
        """The URLs, without credentials."""
        return ", ".join(target.url for target in self._targets)

    def in_turn(self, last: str | None) -> Iterator[Target]:
        """Yield each target once: that with the URL `last`, whose link was lost, at the end."""
        urls = [target.url for target in self._targets]
        start = 0 if last is None else urls.index(last) + 1
        yield from self._targets[start:]
        yield from self._targets[:start]

    def expected(self) -> Expectation | None:
        """Return what the first host would declare; None if only a connection tells."""
        first, *others = map(self._expected_of, self._targets)
        if first is None or all(other == first for other in others):
            return first
        assumption = f"{self._targets[0].url} is the first that answers"
        return Expectation(first.capabilities, "; ".join(filter(None, (first.assumption, assumption))))

    def _expected_of(self, target: Target) -> Expectation | None:
        transport = target.transport(self._user, self._password)
        return transport.expected() if isinstance(transport, Expecting) else None

    def make(self, owner: Listening, target: Target) -> HostConnection:
        """Make a connection that is not open yet. Raises JMSError."""
        return HostConnection(owner, target.url, target.transport(self._user, self._password))


def shortfall(promised: Capabilities, offered: Capabilities) -> str:
    """Return in words what one host offers less than was promised when the connection was opened; empty for nothing."""
    less = [feature for feature in Feature if _is_less(promised[feature], offered[feature])]
    return ", ".join(f"{feature.value} ({offered[feature].why or offered.level(feature).value})" for feature in less)


def _is_less(promised: Support, offered: Support) -> bool:
    if _RANKS[offered.level] != _RANKS[promised.level]:
        return _RANKS[offered.level] < _RANKS[promised.level]
    return not set(offered.exceptions) <= set(promised.exceptions)
