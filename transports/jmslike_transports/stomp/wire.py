"""One STOMP connection on the wire: its requests with their receipts, its pushed frames, its end.

stomp.py connects, reads frames and keeps the heartbeat. But it ends a connection when a listener raises, waits for
receipts without bound, and leaves them unanswered when the connection is lost. So its listener here only notes what
came, and every wait has a bound.

Any thread may write and wait. The section "reading" is run by stomp.py's thread.
"""

from __future__ import annotations

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import stomp

from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
)
from jmslike_transports.shared.loss import ANEW, LosableConnection, connect_in_turn
from jmslike_transports.shared.tls import SILENT_REFUSAL, explained
from jmslike_transports.stomp.address import Address
from jmslike_transports.stomp.confirmations import Confirmations
from jmslike_transports.stomp.frames import frame, header_lines
from jmslike_transports.stomp.library import disconnect, expect_heartbeat, gather, make_connection

_log = logging.getLogger("jmslike.stomp")

Frame = Any  # stomp.utils.Frame

_REFUSED: Final = re.compile(
    r"secur|passw|access.(refused|denied)|authenti|authori[sz]|credential|login|permission", re.IGNORECASE
)
_REFUSED_LOGIN: Final = re.compile(r"user name \[|processing error|header length", re.IGNORECASE)
"""What some brokers say of names that they cannot even print, or that are too long, in answer to CONNECT."""
_MISSING: Final = re.compile(r"does not exist|no queue|no durable subscription|deleted destination", re.IGNORECASE)
_CLIENT_ID: Final = re.compile(r"client.?id|already connected", re.IGNORECASE)

_LISTENER: Final = "wire of jmslike"
"""Sorts behind stomp.py's listener of heartbeats, and so is called after it."""
_LONGEST_TEXT: Final = 500
"""Characters of an ERROR that reach the caller: some brokers quote the whole message."""


class Request:
    """A frame that asks for a receipt."""

    __slots__ = ("_answered", "error", "is_answered")

    def __init__(self) -> None:
        self._answered = threading.Lock()
        self._answered.acquire()
        self.error: JMSError | None = None
        self.is_answered = False

    def answer(self, error: JMSError | None) -> None:
        """Note the answer, and wake the thread that waits for it."""
        self.error = error
        self.is_answered = True
        self._answered.release()

    def wait(self, timeout: float) -> bool:
        """Wait for the answer, at most `timeout` seconds; return whether it came."""
        return self._answered.acquire(timeout=timeout)


class Wire(LosableConnection, stomp.ConnectionListener):  # type: ignore[misc]
    """A live connection. The thread that finds out calls `on_lost`, once; stomp.py's thread calls `on_failed`."""

    survives_errors = False
    """Whether the broker goes on after an ERROR that answers no request."""

    def __init__(self, address: Address) -> None:
        super().__init__()
        self.on_failed: Callable[[JMSError], None] = lambda error: None
        self._address = address
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self.confirmations = Confirmations(self, self.put, address.request_timeout)
        self._requests: dict[str, Request] = {}
        self._routes: dict[str, Callable[[Frame], object]] = {}
        self._connected = Request()
        self._server_headers: dict[str, str] = {}
        self._connection: Any = None
        self._failure: OSError | None = None
        self._is_open = False
        self._gathers = False

    # ---- connecting -----------------------------------------------------------------------------------------------

    def connect(self, client_id: str | None) -> dict[str, str]:
        """Connect to the first host that answers, and return the headers of its CONNECTED frame.

        Each host has the connect timeout. Raises JMSSecurityError, InvalidClientIDError or ConnectionLostError;
        IllegalStateError if `close` is called meanwhile.
        """
        return connect_in_turn(
            self._address.hosts,
            lambda host, port: self._connect_to((host, port), client_id),
            "STOMP",
            final=(JMSSecurityError, InvalidClientIDError),
        )

    def _connect_to(self, host: tuple[str, int], client_id: str | None) -> dict[str, str]:
        address = self._address
        deadline = time.monotonic() + address.connect_timeout
        self._connected = Request()
        self.is_lost, self.reason, self._failure = False, None, None
        self._gathers = False
        handlers = {b"MESSAGE": self.on_message, b"RECEIPT": self.on_receipt}
        connection = make_connection(host, address, handlers, self.on_heartbeat_timeout, self._note_failure)
        self._connection = connection
        self.check_open()  # last: a later `close` ends this connection
        connection.set_listener(_LISTENER, self)
        headers = {"client-id": client_id} if client_id is not None else {}
        try:
            connection.connect(address.user, address.password, headers=headers, with_connect_command=True)
        except Exception as error:
            # a connection that ended before CONNECT was written: stomp.py may have closed what it writes to
            is_late = isinstance(error, stomp.exception.NotConnectedException) or not connection.transport.running
            self._end_attempt()
            self.check_open()
            raise (self._early_end() if is_late else explained(error)) from error
        answered = self.is_closing or self._connected.wait(max(0.0, deadline - time.monotonic()))
        refusal = self._connected.error
        if not answered:
            refusal = ConnectionLostError(
                f"no answer to CONNECT within {address.connect_timeout:g} seconds: is this a STOMP port?"
            )
        if self.is_closing or refusal is not None:
            self._end_attempt()
            self.check_open()
            raise refusal  # type: ignore[misc]
        self._is_open = True
        return self._server_headers

    # ---- writing --------------------------------------------------------------------------------------------------

    def write(self, octets: bytes, *, at_once: bool = True) -> None:
        """Write one frame or more. Raises ConnectionLostError.

        With `at_once=False` the network may gather it with later writes: acknowledgements are small and many.
        """
        if self.is_lost:
            raise self.loss(ANEW)
        failure = self.put(octets, at_once=at_once)
        if failure is not None:
            self.lose(failure)
            raise self.loss(ANEW)

    def put(self, octets: bytes, *, at_once: bool = True) -> ConnectionLostError | None:
        """Write, and return what went wrong. The caller passes that to `lose` when it holds no lock (C12)."""
        transport = self._connection.transport
        try:
            if transport.blocking:
                if at_once is self._gathers:  # set once for many writes of a kind
                    self._gathers = not at_once
                    gather(transport, gathers=not at_once)
                transport.send(octets)
            else:
                transport.send_queue.put(octets)
        except Exception as error:
            if isinstance(error, BlockingIOError):
                why = f"the broker has read nothing for {self._address.request_timeout:g} seconds"
            else:
                why = str(error) or type(error).__name__
            failure = ConnectionLostError(f"cannot write to the broker: {why}")
            failure.__cause__ = error
            return failure
        return None

    def request(self, command: str, lines: str, body: bytes = b"", before: bytes = b"") -> Request:
        """Write a frame that asks for a receipt, together with the frames `before` it."""
        request = Request()
        with self._lock:
            if self.is_lost:
                raise self.loss(ANEW)
            receipt = f"r{next(self._ids)}"
            self._requests[receipt] = request
        try:
            self.write(before + frame(command, f"receipt:{receipt}\n{lines}", body))
        except JMSError:
            with self._lock:
                self._requests.pop(receipt, None)
            raise
        return request

    def call(self, command: str, headers: Mapping[str, str], before: bytes = b"") -> None:
        """Write a frame, together with the frames `before` it, and wait for its receipt.

        Raises the broker's ERROR as a JMSError, or ConnectionLostError.
        """
        self.wait(self.request(command, header_lines(headers), before=before), command)

    def wait(self, request: Request, what: str) -> None:
        """Wait for the answer. After the request timeout the connection is lost."""
        if not request.wait(self._address.request_timeout):
            self.give_up(f"no answer to {what} within {self._address.request_timeout:g} seconds")
        if request.error is not None:
            raise request.error
        if not request.is_answered:
            raise self.loss()

    # ---- reading: called by stomp.py's thread, and never raises ---------------------------------------------------

    def route(self, subscription: str, receiver: Callable[[Frame], object]) -> None:
        """Pass the frames of the subscription to the receiver from now on."""
        self._routes[subscription] = receiver

    def unroute(self, subscription: str) -> None:
        """Drop the frames of the subscription from now on."""
        self._routes.pop(subscription, None)

    def on_connected(self, frame: Frame) -> None:
        """CONNECTED came."""
        self._server_headers = dict(frame.headers)
        expect_heartbeat(self._connection)
        self._connected.answer(None)

    def on_message(self, frame: Frame) -> None:
        """MESSAGE came."""
        receiver = self._routes.get(frame.headers.get("subscription", ""))
        if receiver is None:
            return  # pushed before the subscription ended: the broker has it back
        try:
            receiver(frame)
        except Exception:  # stomp.py would end the connection
            _log.exception("a MESSAGE frame could not be delivered")

    def on_receipt(self, frame: Frame) -> None:
        """RECEIPT came."""
        try:
            self._answer(frame.headers.get("receipt-id", ""), None)
        except Exception:
            _log.exception("a completion failed")

    def on_error(self, frame: Frame) -> None:
        """ERROR came: the answer to a request, or the end of the connection."""
        text = frame.headers.get("message", "") or "the broker sent an ERROR frame"
        detail = frame.body.decode("utf-8", "replace").strip() if frame.body else ""
        if detail and detail != text:
            text = f"{_shortened(text)}: {detail.splitlines()[0]}"
        text = _shortened(text)
        error = error_of(text, connecting=not self._is_open)
        if not self._is_open:
            if not self._connected.is_answered:
                self._connected.answer(error)
        elif self._answer(frame.headers.get("receipt-id", ""), error):
            return
        elif self.survives_errors:
            self.on_failed(error)
        else:
            with self._lock:
                is_for_one = len(self._requests) == 1 and not len(self.confirmations)
                only = next(iter(self._requests)) if is_for_one else ""
            self._answer(only, error)
            self.lose(ConnectionLostError(f"the broker reports: {text}"))

    def on_disconnected(self) -> None:
        """The socket is closed."""
        failure = self._failure
        if self._is_open:
            why = "the broker closed the connection" if failure is None else f"the connection failed: {failure}"
            self.lose(ConnectionLostError(why))
        elif not self._connected.is_answered:
            self._connected.answer(self._early_end())

    def _early_end(self) -> JMSError:
        """Return the error for a connection that ended before the broker answered CONNECT."""
        if self._failure is not None:
            return explained(self._failure)
        hint = f" ({SILENT_REFUSAL})" if self._address.tls is not None else ""
        return ConnectionLostError(f"the broker closed the connection{hint}")

    def _note_failure(self, failure: OSError) -> None:
        """Keep the reason why the socket will be closed."""
        self._failure = failure

    def on_heartbeat_timeout(self) -> None:
        """The broker missed its heartbeats."""
        self.lose(ConnectionLostError("no heartbeat from the broker"))

    def _answer(self, receipt: str, error: JMSError | None) -> bool:
        with self._lock:
            request = self._requests.pop(receipt, None)
        if request is None:
            return self.confirmations.answer(receipt, error)
        request.answer(error)
        return True

    # ---- the end --------------------------------------------------------------------------------------------------

    def _abandon(self, reason: JMSError) -> None:
        with self._lock:
            requests = list(self._requests.values())
            self._requests.clear()
        if self._connection is not None:
            disconnect(self._connection)
        for request in requests:
            request.answer(self.loss())
        self.confirmations.lose(self.loss())

    def close(self) -> None:
        """Wait until the broker has handled all that was written before, and close the socket. Ends a `connect`."""
        if not self._begin_close():
            return
        if self._is_open and not self.is_lost:
            try:
                self.call("DISCONNECT", {})
            except JMSError as error:
                _log.debug("closing: %s", error)
        self.lose(ConnectionLostError("the connection was closed"))

    def _end_attempt(self) -> None:
        """End an attempt to connect, so that its late events are not taken for those of the next."""
        self._connection.remove_listener(_LISTENER)
        disconnect(self._connection)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."


def error_of(text: str, *, connecting: bool) -> JMSError:
    """Return the error that the text of an ERROR frame stands for."""
    if connecting and _CLIENT_ID.search(text):
        return InvalidClientIDError(text)
    if not connecting and _MISSING.search(text):  # first: it quotes the destination, whose name may hold any word
        return InvalidDestinationError(text)
    if connecting and (_REFUSED.search(text) or _REFUSED_LOGIN.search(text)):
        return JMSSecurityError(f"the broker refuses the user or the password: {text}")
    if _REFUSED.search(text):
        return JMSSecurityError(text)
    if re.search(r"\bfull\b|limit|quota|exceed", text, re.IGNORECASE):
        return ResourceAllocationError(text)
    return JMSError(text)
