"""The link of one connection: to one host at a time, and restored at another when it is lost.

The states of a link:

    up           `current` is the connection to a host
    away         `current` is None. One thread tries to restore the link; it runs in this state only
    given up     `given_up` says why: `max_reconnects` attempts in a row have failed (Events.lost)
    closed       by `close`

`lock` protects them, and which host each part of the connection is at: `Parts` are all moved under it at once. No call
of a transport, an event or the application is made while it is held.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar

from jmslike.capabilities import Capabilities
from jmslike.clock import Clock, SystemClock
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError, JMSSecurityError
from jmslike.options import is_of_a_setting
from jmslike.spi import Events, Target
from jmslike_transports.failover.hosts import HostConnection, Hosts, shortfall
from jmslike_transports.failover.outage import Left, Outage
from jmslike_transports.failover.policy import Backoff, Policy
from jmslike_transports.failover.refusals import Refusals
from jmslike_transports.shared.loss import reason_of

_log = logging.getLogger("jmslike.failover")

_STEADY: Final = 10.0
"""Seconds that a link must last so that the next loss is followed by an attempt at once."""
_TO_LET_GO: Final = 1.0
"""Seconds that a connection has to let go of what the next one needs, such as the client id."""
_TO_END: Final = 1.0
"""Seconds that `close` waits for an attempt in progress, which ends by itself."""

Result = TypeVar("Result")


class Bound(Protocol):
    """Something at the host of one connection."""

    @property
    def connection(self) -> HostConnection:
        """The connection."""


Found = TypeVar("Found", bound=Bound)


class Parts(Protocol):
    """What is to be restored at another host."""

    def prepare(self, connection: HostConnection) -> None:
        """Open everything again at the host. Raises JMSError; what was opened ends with the connection then."""

    def move(self) -> None:
        """Use from now on what was prepared. The lock is held."""

    def settle_in(self) -> None:
        """Let what has changed since `prepare` follow: started, stopped, armed, closed."""

    def leave(self) -> Left:
        """Use nothing of the lost host any more, and return what ended with it. The lock is held."""


class Reconnection:
    """Keeps the link, and restores it."""

    parts: Parts
    events: Events
    """Those of the whole connection, from `open` on."""

    def __init__(
        self, hosts: Hosts, policy: Policy, clock: Clock | None = None, backoff: Backoff | None = None
    ) -> None:
        self.hosts: Final = hosts
        self.policy: Final = policy
        self.clock: Final = clock or SystemClock()
        self.lock: Final = threading.Lock()  # a condition could stay locked when Ctrl-C interrupts `with`
        self.changed: Final = threading.Condition(self.lock)
        self.current: HostConnection | None = None
        self.given_up: JMSError | None = None
        self.is_closed = False
        self._backoff = backoff or Backoff(policy)
        self._unsteady = Backoff(policy)
        self._up_since = 0.0
        self._failure = ""  # of the last attempt, in words
        self._refusals = Refusals(self.clock, self._backoff.longest)
        self._promised: Capabilities | None = None
        self._attempted: HostConnection | None = None
        self._left: Left | None = None  # by a link that was lost as soon as it was restored
        self._thread: threading.Thread | None = None

    # ---- the first connection ---------------------------------------------------------------------------------------

    def open(self, events: Events) -> Capabilities:
        """Connect to the first host that answers, and return what it offers.

        All hosts are tried in turn until the connect timeout is over, each at least once. Raises JMSSecurityError and
        the error of a setting at once; ConnectionLostError.
        """
        self.events = events
        deadline = self.clock.monotonic() + self.policy.connect_timeout
        while (offered := self._first_attempt()) is None:
            if not self._rest(min(self._backoff.next(), deadline - self.clock.monotonic())):
                raise IllegalStateError("the connection is closed")
            if self.clock.monotonic() >= deadline:
                raise ConnectionLostError(f"no connection to {self._failure}")
        self._backoff.reset()
        return offered

    def _first_attempt(self) -> Capabilities | None:
        failures = []
        for target in self.hosts.in_turn(None):
            try:
                with self._attempt_at(target) as connection:
                    offered = connection.open()
                    with self.lock:
                        self.check()
                        connection.check()
                        self.current, self._promised = connection, offered
                        self._up_since = self.clock.monotonic()
                    return offered
            except JMSError as error:
                if isinstance(error, JMSSecurityError) or is_of_a_setting(error):
                    raise
                self.check()
                failures.append(f"{target.url}: {error}")
        self._failure = "; ".join(failures)
        return None

    @contextmanager
    def _attempt_at(self, target: Target) -> Iterator[HostConnection]:
        """Run a block with a new connection to the host, which is closed if the block fails, or by `close`."""
        connection = self.hosts.make(self, target)
        with self.lock:
            self.check()
            self._attempted = connection
        try:
            yield connection
        except BaseException:  # also Ctrl-C: nothing else could close the connection
            connection.close()
            raise
        finally:
            self._attempted = None

    # ---- what waits for the link ------------------------------------------------------------------------------------

    def here(self) -> HostConnection | None:
        """Return the connection to the host; None while the link is away."""
        return self.current

    def call(
        self, find: Callable[[], Found | None], operation: Callable[[Found], Result], *, again: bool = True
    ) -> Result:
        """Wait for the link as `wait` does, and return what the operation returns for what `find` finds.

        If the link is lost meanwhile, the operation is called again at the next host, unless `again` is False. Raises
        ConnectionLostError when the request timeout is over, and what the operation raises.
        """
        deadline = self.deadline()
        while True:
            found = self.wait(find, deadline)
            try:
                return operation(found)
            except JMSError as error:
                self.lose_or_raise(found.connection, error)
                self.check()
                if not again or self.clock.monotonic() >= deadline:
                    raise

    def deadline(self) -> float:
        """Return until when (monotonic seconds) a call that begins now waits for the link."""
        return self.clock.monotonic() + self.policy.request_timeout

    def wait(self, find: Callable[[], Found | None], deadline: float) -> Found:
        """Wait until `find`, which is called with the lock held, finds something; return it.

        Raises ConnectionLostError at the deadline and when the link is given up; IllegalStateError when the connection
        is closed.
        """
        with self.lock:
            while True:
                found = find()
                if found is not None:
                    return found
                self.check()
                remaining = deadline - self.clock.monotonic()
                if remaining <= 0:
                    raise ConnectionLostError(
                        f"no link to {self.hosts.shown} within {self.policy.request_timeout:g} s, and nothing was "
                        f"sent; the connection goes on trying: {self._failure}"
                    )
                self.clock.wait(self.changed, remaining)

    def check(self) -> None:
        """Raise ConnectionLostError if the link is given up, IllegalStateError if the connection is closed."""
        self.check_not_given_up()
        if self.is_closed:
            raise IllegalStateError("the connection is closed")

    def check_not_given_up(self) -> None:
        """Raise ConnectionLostError if the link is given up."""
        if self.given_up is not None:
            raise ConnectionLostError(
                f"the connection is lost: {self.given_up}; create another connection"
            ) from self.given_up

    # ---- the loss ---------------------------------------------------------------------------------------------------

    def lose(self, lost: HostConnection, error: JMSError) -> None:
        """Note that the connection to a host is gone: its transport says so, or a call found out. Any thread.

        Only the first call for the host that is used counts. Another thread restores the link.
        """
        error = reason_of(error)  # a call raises a copy of what its transport reports
        reason = ConnectionLostError(f"the link to {lost.url} is lost: {error}")
        reason.__cause__ = error
        with self.lock:
            if lost.error is None:
                lost.error = reason
            if self.current is not lost or self.is_closed:
                return
            self.current = None
            self._failure = f"{lost.url}: {error}"
            if self.policy.max_reconnects == 0:
                self.given_up = ConnectionLostError(self._failure)
                self.given_up.__cause__ = error
            left = self.parts.leave()
            self.changed.notify_all()
            if self._thread is not None:
                self._left = left
                return  # it has just restored the link, and sees that it is away again
            self._thread = thread = threading.Thread(
                target=self._run, args=(lost,), name="jmslike-failover", daemon=True
            )
        if self.given_up is not None:
            self.events.lost(self.given_up)
        else:
            self._report(lost, left)
        try:
            thread.start()
        except RuntimeError as no_thread:  # too many threads, or the interpreter ends
            if self.given_up is None:
                self._give_up(f"{reason}; it cannot be restored: {no_thread}")
            lost.close()

    def lose_or_raise(self, connection: HostConnection, error: JMSError) -> None:
        """Lose the connection if a call has raised this error because it is gone; else raise the error again."""
        if not connection.is_lost_by(error):
            raise error
        self.lose(connection, error)

    def _report(self, lost: HostConnection, left: Left | None) -> None:
        assert lost.error is not None
        self.events.interrupted(lost.error)
        if left is not None:
            left.tell(lost.url)
            for error in left.errors:
                self.events.failed(error)

    # ---- the thread that restores it --------------------------------------------------------------------------------

    def _run(self, lost: HostConnection) -> None:
        while True:
            self._let_go(lost)
            if self.given_up is not None:
                return
            restored = self._restore(lost.url)
            if restored is None:
                return
            self.events.resumed(restored.url)
            with self.lock:
                if self.current is not None:
                    self._thread = None
                    return
                left = self._left
            if self.given_up is not None:
                self.events.lost(self.given_up)
            else:
                self._report(restored, left)
            lost = restored

    def _let_go(self, lost: HostConnection) -> None:
        """Close a connection that is lost, or an attempt. Its last calls may take long to return: others go on."""
        closing = threading.Thread(target=lost.close, name="jmslike-failover-closing", daemon=True)
        try:
            closing.start()
            closing.join(_TO_LET_GO)
        except RuntimeError:  # too many threads, or the interpreter ends
            lost.close()

    def _restore(self, last: str) -> HostConnection | None:
        """Try until the link is restored, and return the connection; None if it was given up, or closed."""
        if self.clock.monotonic() - self._up_since >= _STEADY:
            self._unsteady.reset()
            pause = 0.0
        else:
            pause = self._unsteady.next()
        outage = Outage(self.clock, last)
        while self._rest(pause):
            restored = self._attempt(last)
            if restored is not None:
                self._backoff.reset()
                self._settle_in()
                return restored
            if self.is_closed:
                return None
            outage.attempts += 1
            if outage.attempts == self.policy.max_reconnects:
                self._give_up(f"gave up after {outage.attempts} attempts to restore the link: {self._failure}")
                return None
            pause = self._pause()
            outage.tell(self._failure, pause)
        return None

    def _rest(self, seconds: float) -> bool:
        """Wait so long; return False at once when the connection is closed."""
        deadline = self.clock.monotonic() + seconds
        with self.lock:
            while not self.is_closed and (remaining := deadline - self.clock.monotonic()) > 0:
                self.clock.wait(self.changed, remaining)
            return not self.is_closed

    def _pause(self) -> float:
        """Return the seconds until the next attempt."""
        refused = self._refusals.pause(self.hosts.count)
        return self._backoff.next() if refused is None else refused

    def _attempt(self, last: str) -> HostConnection | None:
        """Try each host once. Return the connection to the first at which everything could be opened again."""
        failures = []
        for target in self.hosts.in_turn(last):
            refusal = self._refusals.lately(target.url)
            if refusal is not None:
                failures.append(f"{target.url}: {refusal}")
                continue
            try:
                with self._attempt_at(target) as connection:
                    self._move_to(connection)
                return connection
            except Exception as error:  # any: without this thread the link would stay away
                if not isinstance(error, JMSError):
                    _log.exception("%s: the link could not be restored", target.url)
                elif isinstance(error, JMSSecurityError):
                    self._refusals.add(target.url, error)
                failures.append(f"{target.url}: {error}")
            if self.is_closed:
                break
        self._failure = "; ".join(failures)
        return None

    def _move_to(self, connection: HostConnection) -> None:
        offered = connection.open()
        assert self._promised is not None
        less = shortfall(self._promised, offered)
        if less:
            raise JMSError(f"the host offers less than the first one did: {less}")
        self.parts.prepare(connection)
        with self.lock:
            self.check()
            connection.check()
            self.current, self._up_since = connection, self.clock.monotonic()
            self.parts.move()
            self.changed.notify_all()

    def _settle_in(self) -> None:
        try:
            self.parts.settle_in()
        except Exception:  # any: the next loss needs this thread
            _log.exception("the link is restored, but not everything that was set meanwhile")

    def _give_up(self, why: str) -> None:
        error = ConnectionLostError(why)
        with self.lock:
            self.given_up = error
            self.changed.notify_all()
        self.events.lost(error)

    # ---- the end ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the connection to the host, or end the attempt to connect to one (C9)."""
        with self.lock:
            self.is_closed = True
            current, attempted, thread = self.current, self._attempted, self._thread
            self.changed.notify_all()
        if current is not None:
            current.transport.close()
            return
        if attempted is not None:
            self._let_go(attempted)
        if thread is not None and thread.ident is not None and thread is not threading.current_thread():
            thread.join(_TO_END)
