"""The way to one destination through a Java session, and the sends of a session that do not wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from jmslike.constants import DeliveryMode
from jmslike.envelope import constraints_of, seconds_of
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError
from jmslike.spi import Completion, Destination, Envelope
from jmslike_transports.jvm.buffer import Buffer
from jmslike_transports.jvm.connection import JvmConnection
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.records import encode
from jmslike_transports.shared.flush import shown
from jmslike_transports.shared.loss import perhaps_sent, reason_of
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered


class OpenSend(Unanswered):
    """A send whose end the provider has not reported."""

    __slots__ = ("envelope",)

    def __init__(self, key: int, envelope: Envelope, completion: Completion) -> None:
        super().__init__(key, envelope.destination, completion)
        self.envelope = envelope


class Outlet:
    """Sends in one Java session; any thread of its link. In a transacted one, the commit confirms."""

    def __init__(self, connection: JvmConnection, worker: Any, *, transacted: bool) -> None:
        self.worker = worker
        self._confirms = transacted or connection.provider.confirms_sends
        self.completions: OrderedCompletions[OpenSend] = OrderedCompletions()
        self.posted: Final[Counter[str]] = Counter()
        """Messages for which the provider has not answered, and is not asked to, by their destinations."""
        self._connection = connection
        self._buffer = Buffer()
        self._turn = threading.Lock()

    def send(self, envelope: Envelope, completion: Completion | None) -> None:
        """See Sender.send."""
        connection = self._connection
        connection.check()
        connection.check_open()
        connection.inventory.require_present(envelope.destination)
        if completion is not None:
            self._begin(envelope, completion)
            return
        if envelope.delivery_mode == DeliveryMode.PERSISTENT and not self._confirms:
            self._send_confirmed(envelope)
            return
        call = self._write(envelope)
        try:
            stamp(envelope, str(connection.finish(call)))
        except ConnectionLostError as error:
            raise perhaps_sent(error) from reason_of(error)
        if envelope.delivery_mode == DeliveryMode.PERSISTENT:
            self.posted.clear()  # the provider reads in order, so it has those, too
        else:
            self.posted[shown(envelope.destination)] += 1

    def _write(self, envelope: Envelope) -> Any:
        record = self._encoded(envelope)
        with self._turn:
            size = self._buffer.put(record)
            return cross(self.worker.send, self._buffer.java, size)

    def _encoded(self, envelope: Envelope) -> bytes:
        return encode(self._connection.provider.sendable(envelope))

    def _send_confirmed(self, envelope: Envelope) -> None:
        """Send, and wait for the completion: the client's own `send` returns before the provider has the message."""
        connection, answered, errors = self._connection, threading.Event(), list[JMSError | None]()

        def completed(error: JMSError | None) -> None:
            errors.append(error)
            answered.set()

        self._begin(envelope, completed)
        if not answered.wait(connection.address.request_timeout):
            limit = connection.address.request_timeout
            raise perhaps_sent(connection.give_up(f"the provider confirmed no message within {limit:g} s"))
        if errors[0] is not None:
            raise errors[0]

    # ---- sends that do not wait --------------------------------------------------------------------------------------

    def _begin(self, envelope: Envelope, completion: Completion) -> None:
        connection = self._connection
        number = next(connection.numbers)
        record = self._encoded(envelope)
        with self._turn:
            self.completions.add(OpenSend(number, envelope, completion))
            connection.pump.expect(number, self)
            size = self._buffer.put(record)
            cross(self.worker.send, self._buffer.java, size, number, connection.provider.completes_sends)
        if connection.is_lost:  # perhaps before this send could be told
            self.completions.answer_all(connection.loss())
        elif connection.is_closing:  # after its sessions; perhaps no one heard of this send any more
            self.completions.answer_all(IllegalStateError("message not sent: the connection is closed"))

    def sent(self, number: int, text: str) -> None:
        """See Sends.sent."""
        open_send = self.completions.find(number)
        if open_send is not None:
            stamp(open_send.envelope, text)
            self.completions.answer(open_send, None)

    def failed(self, number: int, error: BaseException) -> None:
        """See Sends.failed."""
        open_send = self.completions.find(number)
        if open_send is not None:
            self.completions.answer(open_send, perhaps_sent(self._connection.explained(error)))

    def finish_sends(self, timeout: float) -> None:
        """Wait at most `timeout` seconds for the ends of the open sends."""
        if not self._connection.is_lost:
            self.completions.wait_for_fewer(1, timeout)


class JvmSender:
    """See Sender."""

    def __init__(self, outlet: Callable[[], Outlet], destination: Destination) -> None:
        self._outlet = outlet
        self.destination = destination

    def send(self, envelope: Envelope, completion: Completion | None = None) -> None:
        """See Sender.send."""
        self._outlet().send(envelope, completion)

    def close(self) -> None:
        """See Sender.close. The Java producer is kept for others of the session."""


def stamp(envelope: Envelope, text: str) -> None:
    """Write into the envelope what the provider has written into the message: its id and its times.

    A message that is forwarded, or a dead letter, keeps its own.
    """
    timestamp, expiration, due, message_id = text.split(" ", 3)
    if not envelope.terms.id_prefix:
        return
    if message_id:
        envelope.id_or_number = message_id
    if timestamp != "0":
        envelope.sent_at = seconds_of(int(timestamp))
    if envelope.constraints is not None:
        envelope.constraints = constraints_of(int(expiration), int(due), envelope.properties)
