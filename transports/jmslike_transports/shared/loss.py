"""The loss of a connection to a broker, and the attempt to connect to one host after another.

`LosableConnection` is the base class of what a transport calls its connection: the wire of AMQP and of STOMP, Kafka's
connection. A derived class says in `_abandon` how the connection to the broker ends, and wakes its waiting threads. A
part that only has to know whether the connection is lost takes a `LosableConnection`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError, JMSSecurityError
from jmslike_transports.shared.strangers import what_answers

Connected = TypeVar("Connected")


def connect_in_turn(
    hosts: Iterable[tuple[str, int]],
    connect: Callable[[str, int], Connected],
    protocol: str,
    final: tuple[type[JMSError], ...] = (JMSSecurityError,),
) -> Connected:
    """Connect to the first host that answers, and return what `connect` returns for it.

    The error says which protocol answers where it is not `protocol`.

    Raises at once an error that is `final`, which the other hosts would repeat; IllegalStateError if the connection is
    closed meanwhile; ConnectionLostError if no host answers.
    """
    failures = []
    for host, port in hosts:
        try:
            return connect(host, port)
        except JMSError as error:
            if isinstance(error, (*final, IllegalStateError)):
                raise
            failures.append(f"{host}:{port}: {error}{what_answers(host, port, protocol)}")
            cause = error
    raise ConnectionLostError(f"no connection to {'; '.join(failures)}") from cause


ANEW: Final = "create another connection"
"""What to do about a call that has done nothing, because the connection was lost before."""
_PERHAPS_SENT: Final = "the message may have arrived: send it again over another connection, and expect it twice"


def lost_again(reason: JMSError | None, consequence: str = "") -> ConnectionLostError:
    """Return a new error for what is called after a loss; one object must not be raised many times."""
    error = ConnectionLostError(f"the connection is lost: {reason}{consequence and f'; {consequence}'}")
    error.__cause__ = reason
    return error


def perhaps_sent(error: JMSError) -> JMSError:
    """Return the error of a send that was under way: after a loss it says what became of the message."""
    return lost_again(reason_of(error), _PERHAPS_SENT) if isinstance(error, ConnectionLostError) else error


def reason_of(error: JMSError) -> JMSError:
    """Return why a connection is lost, for an error that `lost_again` has made of that."""
    while isinstance(error.__cause__, ConnectionLostError):
        error = error.__cause__
    return error


class LosableConnection(ABC):
    """A connection that is lost once (C10), or closed.

    Any thread may call `lose`. The first call ends the connection and wakes the waiting threads. It then calls
    `on_lost`, with no lock held (C12), unless the connection is being closed.
    """

    def __init__(self) -> None:
        self.is_lost = False
        """Whether the connection is gone; an attribute, because it is read for each message."""
        self.on_lost: Callable[[JMSError], None] = lambda error: None
        self.reason: ConnectionLostError | None = None
        """Why it is gone."""
        self._is_closing = False
        self._ending = threading.Lock()

    def loss(self, consequence: str = "") -> ConnectionLostError:
        """Return a new error for what is called after the loss."""
        return lost_again(self.reason, consequence)

    def check(self) -> None:
        """Raise ConnectionLostError after the loss."""
        if self.is_lost:
            raise self.loss(ANEW)

    def lose(self, reason: JMSError) -> None:
        """End the connection, wake the waiting threads, and call `on_lost`. Later calls do nothing.

        Any other reason than a ConnectionLostError becomes the cause of one.
        """
        lost = _lost(reason)
        with self._ending:
            if self.is_lost:
                return
            self.reason = lost
            self.is_lost = True  # last, because a thread that reads it asks for the reason
            is_expected = self._is_closing
        self._abandon(lost)
        if not is_expected:
            self.on_lost(lost)

    def give_up(self, why: str) -> ConnectionLostError:
        """Lose the connection because its broker does not answer, and return the error to raise."""
        self.lose(ConnectionLostError(why))
        return self.loss()

    @property
    def is_closing(self) -> bool:
        """Whether `close` was called."""
        return self._is_closing

    def check_open(self) -> None:
        """Raise IllegalStateError once `close` was called, so that no attempt to connect goes on."""
        if self._is_closing:
            raise IllegalStateError("the connection is closed")

    def _begin_close(self) -> bool:
        """Expect the end of the connection, so that it is not reported. Return False if it is being closed already."""
        with self._ending:
            is_first, self._is_closing = not self._is_closing, True
        return is_first

    @abstractmethod
    def _abandon(self, reason: JMSError) -> None:
        """End the connection without waiting for the broker, and wake the waiting threads. Called once, with no lock
        held.
        """


def _lost(reason: JMSError) -> ConnectionLostError:
    if isinstance(reason, ConnectionLostError):
        return reason
    error = ConnectionLostError(str(reason))
    error.__cause__ = reason
    return error
