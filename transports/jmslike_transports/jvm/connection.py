"""One connection through a Java client, and how a thread of Python waits for what Java does.

Python waits in Java for a step at a time, so that Ctrl-C, `close` and the time-outs of the library work. Only where a
client itself waits longer in a receive, Java has a bound of its own (`Watch`).
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import jpype

from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.spi import Destination, Events, Topic
from jmslike_transports.jvm.address import Address
from jmslike_transports.jvm.crossings import cross, ends
from jmslike_transports.jvm.errors import GENERAL, error_of, is_loss
from jmslike_transports.jvm.machine import Bridge, bridge_of, loader_of
from jmslike_transports.jvm.names import require_destination
from jmslike_transports.jvm.places import why
from jmslike_transports.jvm.providers.base import Provider
from jmslike_transports.jvm.pump import Pump
from jmslike_transports.shared.flush import Answer, BrokerFlush
from jmslike_transports.shared.inventory import Inventory
from jmslike_transports.shared.loss import LosableConnection

_log = logging.getLogger("jmslike.jvm")

_SHORTEST_BOUND: Final = 1000
"""Milliseconds; else half the request timeout, so that both fit into it: a receive, and what is said of its end."""

_NO_TOPIC: Final = Topic("jmslike.unsubscribe")
"""The topic of a subscription that is made to be deleted."""

AUTO: Final = 1
"""The mode of a Java session that only sends, or looks."""


class JvmConnection(LosableConnection):
    """The Java client of one connection, its events, and what is open on it."""

    def __init__(self, address: Address, provider: Provider, events: Events) -> None:
        super().__init__()
        self.address = address
        self.provider = provider
        self.report = events.failed
        self.on_lost = events.lost
        self._temporaries: set[str] = set()
        self.numbers = itertools.count(1)
        self.inventory: Inventory[Any] = Inventory(self._temporaries.__contains__)
        self._client: Any = None
        self._is_closed = False
        self._pump: Pump | None = None
        self._own: Any = None  # the worker of what belongs to no session
        self._making = threading.Lock()

    def connect(self) -> tuple[str, str, int, int]:
        """Connect to the first host that answers.

        Return the provider's name and version, and the major and minor version of JMS.
        """
        failures = []
        for address in self.address.for_each_host():
            try:
                return self._connect_to(address)
            except JMSError as error:
                if not isinstance(error, ConnectionLostError):
                    raise
                failures.append(f"{address.shown}: {why(address, error)}")
                cause = error
        self.check_open()
        raise ConnectionLostError(f"no connection to {'; '.join(failures)}") from cause

    def _connect_to(self, address: Address) -> tuple[str, str, int, int]:
        self.check_open()
        loader = loader_of(address.class_path)
        factory, bridge = self._factory(loader, address)
        client = cross(bridge.client, factory, address.user, address.password)
        cross(client.bound, max(_SHORTEST_BOUND, round(address.request_timeout * 500)))
        about = None
        try:
            about = self._wait(cross(client.open), address.connect_timeout)
        finally:
            if about is None:
                cross(client.close)  # it goes on in a thread of Java
        if about is None:
            raise ConnectionLostError(f"the provider did not answer within {address.connect_timeout:g} s")
        self._client = client
        self._pump = Pump(client.events, self._report_loss, self._report_failure)
        if self.is_closing:  # by another thread, which has not seen the client
            cross(client.close)
            self._pump.end()
            self.check_open()
        self.provider = self.provider.at(self.java)
        self.provider.prepare(self.java)
        name, version, major, minor = about
        return str(name), str(version), int(major), int(minor)

    def _factory(self, loader: Any, address: Address) -> tuple[Any, Bridge]:
        try:
            factory = self.provider.connection_factory(loader, address)
            return factory, bridge_of(loader, factory)
        except (ValueError, jpype.JException) as error:  # an option or a value that the client has not
            raise error_of(error) from error

    @property
    def pump(self) -> Pump:
        """What hears from Java, from `connect` on."""
        assert self._pump is not None
        return self._pump

    @property
    def java(self) -> Any:
        """The client's own connection."""
        return cross(self._client.connection)

    def identify(self, client_id: str) -> None:
        """Claim the client id."""
        self.finish(cross(self._client.identify, client_id))
        self.provider.prepare(self.java)

    # ---- waiting ---------------------------------------------------------------------------------------------------

    def finish(self, call: Any) -> Any:
        """Wait for what Java does, and return its result, or raise its error as a JMSError.

        The connection is lost if that takes longer than `request_timeout`.
        """
        limit = self.address.request_timeout
        if not ends(call, limit, self._check_usable):
            raise self.give_up(f"the provider did not answer within {limit:g} s")
        error = cross(call.error)
        if error is not None:
            raise self.explained(error)
        return cross(call.result)

    def _check_usable(self) -> None:
        self.check()
        if self._is_closed:  # some clients then forget who waits
            raise IllegalStateError("the connection is closed")

    def run(self, step: Callable[..., Any], *arguments: Any) -> Any:
        """Call a method of Java that returns soon. Raises its error as a JMSError."""
        try:
            return cross(step, *arguments)
        except jpype.JException as error:
            found = self.explained(error)
            raise found from found.__cause__

    def explained(self, error: BaseException) -> JMSError:
        """Return the error to raise for one of Java; the connection is lost if it says so.

        Its cause is the error of Java, or why the connection is lost.
        """
        if self.is_lost:
            return self.loss()
        found = error_of(error)
        if isinstance(found, ConnectionLostError) or (found.__class__ in GENERAL and not self._is_there()):
            self.lose(found)
            return self.loss()
        return found

    def _is_there(self) -> bool:
        """Whether the provider opens a session, or refuses one.

        Some clients close all that is open before they say that the provider is gone. That of Artemis fails meanwhile
        with a general error.
        """
        try:
            worker = self._wait(cross(self._client.session, False, AUTO, False), self.address.request_timeout)
        except (ConnectionLostError, IllegalStateError):
            return self.is_closing
        except JMSError:
            return True
        if worker is not None:
            cross(worker.close)
        return worker is not None

    def _wait(self, call: Any, seconds: float) -> Any:
        """Wait at most `seconds` for the result; None if it does not come. Raises Java's error as a JMSError."""
        if not ends(call, seconds, self.check_open):
            return None
        error = cross(call.error)
        if error is not None:
            found = error_of(error)
            raise (ConnectionLostError(str(found)) if is_loss(error) else found) from error
        return cross(call.result)

    def require_usable(self, destination: Destination) -> None:
        """Raise InvalidDestinationError for one that was deleted, or whose name the provider cannot have."""
        self.inventory.require_present(destination)
        require_destination(destination, self.provider.names)

    # ---- sessions --------------------------------------------------------------------------------------------------

    def worker(self, transacted: bool, mode: int, individual: bool = False) -> Any:
        """Open a Java session; with `individual`, one that acknowledges each message by itself."""
        call = cross(self._client.session, transacted, mode, individual)
        try:
            return self.finish(call)
        except JMSError:
            raise
        except BaseException:  # such as Ctrl-C: Java goes on
            cross(self._client.drop, call)
            raise

    def end(self, close: Callable[..., Any], *arguments: Any) -> None:
        """Close a Java session or consumer. One of a connection that is lost, or is being closed, ends anyway."""
        if self.is_lost:
            return
        try:
            self.finish(cross(close, *arguments))
        except JMSError:
            if not (self.is_lost or self.is_closing):
                raise

    @property
    def own_worker(self) -> Any:
        """A Java session for what belongs to no session: temporary destinations, and the end of subscriptions."""
        with self._making:
            if self._own is None:
                self._own = self.worker(False, AUTO)
            return self._own

    def create_temporary(self, *, is_queue: bool) -> str:
        """Make a temporary destination, and return its name."""
        name = str(self.finish(cross(self.own_worker.createTemporary, is_queue)))
        self._temporaries.add(name)
        return name

    def delete_temporary(self, destination: Destination) -> None:
        """Delete a temporary destination that was made here."""
        self.finish(cross(self._client.deleteTemporary, kind_of(destination), destination.name))

    def unsubscribe(self, name: str) -> None:
        """Delete a durable subscription."""
        worker = self.own_worker
        self.finish(cross(worker.unsubscribe, name))
        if not self.provider.unsubscribes_others:  # an earlier connection may have made it: so this one does, too
            number, topic = next(self.numbers), (kind_of(_NO_TOPIC), _NO_TOPIC.name)
            consumer = self.finish(cross(worker.subscribe, number, *topic, None, name, True, False, False))
            try:
                self.end(consumer.close, False, False, 0)
            finally:
                self.finish(cross(worker.unsubscribe, name))

    def flush(self) -> BrokerFlush:
        """See Flushing.flush."""
        outlets = [outlet for link in self.inventory.links() if (outlet := link.outlet_if_any) is not None]
        posted = [outlet.posted for outlet in outlets]
        return BrokerFlush(self, [outlet.completions for outlet in outlets], self._ask, posted)

    def _ask(self) -> Answer:
        # the provider opens a session after all that it got before on this connection
        call = self.run(self._client.session, False, AUTO, False)

        def answer(seconds: float) -> bool:
            try:
                return self._wait(call, seconds) is not None
            except JMSError:
                return False

        return answer

    # ---- the end ---------------------------------------------------------------------------------------------------

    def _report_loss(self, error: BaseException) -> None:
        self.lose(error_of(error))

    def _report_failure(self, error: BaseException) -> None:
        found = self.explained(error)
        if not (self.is_lost or self.is_closing):
            self.report(found)

    def _abandon(self, reason: JMSError) -> None:
        self.inventory.lose(reason)
        for link in self.inventory.links():
            link.lose(reason)
        if self._pump is not None:
            self._pump.end()
        if self._client is not None:
            cross(self._client.close)  # it goes on in a thread of Java

    def close(self) -> None:
        """Close the connection; waits for the provider, at most `request_timeout`."""
        if not self._begin_close() or self._client is None:
            return
        try:
            if not self.is_lost:
                self.finish(cross(self._client.close))
        except JMSError as error:
            _log.debug("closing a connection: %s", error)
        finally:
            self._is_closed = True
            if self._pump is not None:
                self._pump.end()


def kind_of(destination: Destination) -> int:
    """Return the number by which the helper knows the kind of a destination."""
    return (0 if destination.is_queue else 1) + (2 if destination.is_temporary else 0)
