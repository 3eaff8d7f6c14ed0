"""Sends that the broker confirms, one channel for each session.

The threads of the session call `send`, `post` and `close`; the thread of the connection calls the completions.
"""

from __future__ import annotations

import threading
from itertools import takewhile
from typing import Any, Final, NamedTuple

from pika.exceptions import ChannelWrongStateError

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    MessageFormatError,
    ResourceAllocationError,
)
from jmslike.spi import Completion, Destination
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.errors import channel_error
from jmslike_transports.amqp.frames import publish_frames
from jmslike_transports.amqp.wire import Wire
from jmslike_transports.shared.loss import perhaps_sent
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered

_MOST_UNCONFIRMED: Final = 2000
"""Unconfirmed sends that may be open. The next one waits, so that memory has a bound."""

_ABSENT: Final = "there is no such destination: it was deleted, or the connection that made it has ended"
_REFUSED: Final = "the broker refused the message; its queue may be full"


class Publication(NamedTuple):
    """A message ready to be published: the payload of its basic.publish, its properties and body."""

    destination: Destination
    method: bytes
    properties: Any
    body: bytes
    is_delayed: bool = False

    def frames(self, raw: Any) -> bytes:
        """Return its frames for pika's channel. Raises MessageFormatError for what AMQP cannot carry."""
        longest = raw.connection.params.frame_max
        try:
            return publish_frames(raw.channel_number, self.method, self.properties, self.body, longest)
        except Exception as error:
            raise MessageFormatError(f"AMQP cannot carry a header or property: {error}") from error


def emit(raw: Any, frames: bytes) -> None:
    """Write frames of pika's channel. Raises ChannelWrongStateError if it is closed."""
    if not raw.is_open:
        raise ChannelWrongStateError("the channel is closed")
    raw.connection.emit(frames)


class Publisher:
    """Publishes with confirms. The first message opens the channel, also after the broker has closed it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._opening = threading.Lock()
        self._channel: ConfirmChannel | None = None
        self._closed = False

    def send(self, publication: Publication) -> None:
        """Publish, and wait until the broker has the message.

        Raises InvalidDestinationError, ResourceAllocationError or ConnectionLostError.
        """
        answered = threading.Lock()
        answered.acquire()
        outcome: list[JMSError | None] = []

        def completed(error: JMSError | None) -> None:
            outcome.append(error)
            answered.release()

        self.post(publication, completed)
        if not answered.acquire(timeout=self._wire.request_timeout):
            raise perhaps_sent(self._unconfirmed())
        if outcome[0] is not None:
            raise outcome[0]

    def post(self, publication: Publication, completion: Completion) -> None:
        """Publish. The completion is called in the order of sending. Raises ConnectionLostError."""
        self._wire.wait_until_unblocked()
        channel = self._channel
        if channel is None or channel.error is not None:
            channel = self._open()
        unconfirmed, timeout = channel.unconfirmed, self._wire.request_timeout
        if len(unconfirmed) >= _MOST_UNCONFIRMED and not unconfirmed.wait_for_fewer(_MOST_UNCONFIRMED, timeout):
            raise self._unconfirmed()
        channel.publish(publication, completion)

    def _unconfirmed(self) -> ConnectionLostError:
        return self._wire.give_up(f"the broker confirmed no message within {self._wire.request_timeout:g} seconds")

    def _open(self) -> ConfirmChannel:
        with self._opening:
            if self._closed:
                raise IllegalStateError("the session is closed")
            if self._channel is None or self._channel.error is not None:
                self._channel = ConfirmChannel(self._wire)
            return self._channel

    def unconfirmed(self) -> list[OrderedCompletions[Any]]:
        """Return the sends that are open, as one list or none."""
        channel = self._channel
        return [] if channel is None else [channel.unconfirmed]

    def close(self) -> None:
        """Wait until the broker has confirmed all messages, within the request timeout, and close."""
        with self._opening:
            self._closed = True
            channel = self._channel
        if channel is not None:
            channel.unconfirmed.wait_for_fewer(1, self._wire.request_timeout)
            channel.close()
            channel.unconfirmed.close()


class _Sent(Unanswered):
    """A message that is not confirmed. Its key is the number by which the broker confirms it."""

    __slots__ = ("publication",)

    def __init__(self, publication: Publication, completion: Completion) -> None:
        super().__init__(0, publication.destination, completion)
        self.publication = publication


class ConfirmChannel(Channel):
    """A channel in confirm mode."""

    def __init__(self, wire: Wire) -> None:
        self.unconfirmed: OrderedCompletions[_Sent] = OrderedCompletions()
        self._order = threading.Lock()
        self._last = 0
        super().__init__(wire, on_failed=self.fail)
        self.call("select confirmations", self._select)

    def _select(self, reply: Reply) -> None:
        self.raw.add_on_return_callback(lambda _channel, _method, properties, _body: self._on_return(properties))
        self.raw.confirm_delivery(self._on_confirm, callback=reply)

    def publish(self, publication: Publication, completion: Completion) -> None:
        """Let the thread of the connection publish it. Errors reach the completion, in its turn."""
        frames = publication.frames(self.raw)
        sent = _Sent(publication, completion)
        failure: JMSError | None
        with self._order:  # completions go in the order of publishing
            self.unconfirmed.add(sent)
            try:
                self.wire.post(lambda: self._publish(sent, frames))
                failure = self.error
            except ConnectionLostError as error:
                failure = error
        if failure is not None:
            self.fail(failure)

    def fail(self, error: JMSError) -> None:
        """Answer all sends that are not confirmed with the error."""
        self.unconfirmed.answer_all(error)

    # ---- done by the thread of the connection -----------------------------------------------------------------------

    def _publish(self, sent: _Sent, frames: bytes) -> None:
        try:
            emit(self.raw, frames)
        except Exception as error:  # no part of it was written
            self.unconfirmed.answer(sent, self.error or channel_error(error))
        else:
            self._last += 1
            sent.key = self._last

    def _on_return(self, properties: Any) -> None:
        """Note that a message found no queue. The confirmation that follows does not say so."""
        for sent in self.unconfirmed.all():
            if sent.publication.properties.message_id == properties.message_id and sent.error is None:
                sent.error = InvalidDestinationError(_ABSENT)
                break

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        accepted = method.NAME == "Basic.Ack"
        if method.multiple:
            last = method.delivery_tag
            answered = list(takewhile(lambda sent: sent.is_answered or 0 < sent.key <= last, self.unconfirmed.all()))
        else:
            found = self.unconfirmed.find(method.delivery_tag)
            answered = [found] if found is not None else []
        for sent in answered:
            if not sent.is_answered:
                error = (
                    None
                    if accepted
                    else ResourceAllocationError("the broker refused the message; its queue may be full")
                )
                self.unconfirmed.answer(sent, sent.error or error)
