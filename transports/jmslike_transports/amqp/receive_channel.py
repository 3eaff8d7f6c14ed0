"""The channel on which one session receives.

The thread of the session calls `accept`, `release`, `round_trip`, `get` and `consume`; any thread may call `cancel`.
The thread of the connection does the rest.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from pika.compat import long
from pika.spec import Basic

from jmslike.errors import JMSError
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.library import keep_pushing
from jmslike_transports.amqp.wire import Wire

Receiver = Callable[[Any, Any, bytes], None]
"""Called with the method, properties and body of a delivery."""

_NO_CREDIT: Final = {"x-credit": {"credit": long(0), "drain": False}}


def _ignore(frame: Any) -> None:
    """Take an answer that is not waited for."""


class ReceiveChannel(Channel):
    """A channel that gathers acknowledgements, and sends them cumulatively where all below is settled (C13)."""

    def __init__(self, wire: Wire, on_failed: Callable[[JMSError], None], on_cancelled: Callable[[str], None]) -> None:
        self._on_cancelled = on_cancelled
        self._on_empty: Reply = lambda frame: None
        self._open: deque[int] = deque()
        self._settled: set[int] = set()
        self._accepted: deque[int] = deque()
        self._is_due = False
        super().__init__(wire, on_failed)

    def _open_raw(self, reply: Reply) -> None:
        super()._open_raw(reply)
        self.raw.add_on_cancel_callback(lambda frame: self._on_cancelled(frame.method.consumer_tag))
        self.raw.add_callback(lambda frame: self._on_empty(frame), [Basic.GetEmpty], one_shot=False)

    def accept(self, tags: Iterable[int]) -> None:
        """Acknowledge these deliveries, without waiting."""
        self._accepted.extend(tags)
        if not self._is_due:
            self._is_due = True
            self.wire.post(self._acknowledge)

    def release(self, tags: Iterable[int]) -> None:
        """Let the broker redeliver these, without waiting."""
        released = list(tags)

        def nack() -> None:
            if self.error is None:
                for tag in released:
                    self._settled.add(tag)
                    self.raw.basic_nack(tag)
                self._discard_settled()

        self.wire.post(nack)

    def round_trip(self) -> None:
        """Wait until the broker has handled all that was posted before."""
        self.call("settle messages", self._round_trip)

    def _round_trip(self, reply: Reply) -> None:
        self.raw.basic_qos(prefetch_count=1, callback=reply)

    def get(self, queue: str, receiver: Receiver) -> None:
        """Get one message from the queue, if there is one, and hand it over after all that was pushed before.

        The broker's channel waits for the queue's answer, and sends it before what the queue pushed earlier. A second
        round trip, begun after the answer, brings that: the broker would handle an earlier request before the pushes.
        """

        def start(reply: Reply) -> None:
            def found(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
                self.delivered(method.delivery_tag)  # now: its tag is lower than those of what comes before it

                def hand_over(frame: Any) -> None:
                    receiver(method, properties, body)
                    reply(frame)

                self._round_trip(hand_over)

            self._on_empty = lambda frame: self._round_trip(reply)
            self.raw.basic_get(queue, found)

        self.call("get a message", start)

    def consume(
        self, queue: str, receiver: Receiver, tag: str, predecessor: str, *, window: int, exclusive: bool
    ) -> None:
        """Start a consumer with a window of messages (0: no limit), and cancel its predecessor, if there is one.

        What the broker pushes to the predecessor until then still comes.
        """
        self._consume(queue, receiver, tag, predecessor, window, exclusive=exclusive)

    def reserve(self, queue: str, receiver: Receiver, tag: str, predecessor: str, *, exclusive: bool) -> None:
        """As `consume`, for a consumer that gets nothing.

        A broker that does not know the credit of AMQP 1.0 in arguments, as RabbitMQ 4, pushes one message to it.
        """
        self._consume(queue, receiver, tag, predecessor, 1, exclusive=exclusive, arguments=_NO_CREDIT)

    def _consume(
        self,
        queue: str,
        receiver: Receiver,
        tag: str,
        predecessor: str,
        window: int,
        *,
        exclusive: bool,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:

        def start(reply: Reply) -> None:
            if exclusive:  # it would be refused beside its predecessor
                self._cancel(predecessor, _ignore)
            replaces = not exclusive and predecessor in self.raw.consumer_tags  # a queue may end with its last consumer
            self.raw.basic_qos(prefetch_count=window)
            self.raw.basic_consume(
                queue,
                receive,
                consumer_tag=tag,
                callback=_ignore if replaces else reply,
                exclusive=exclusive,
                arguments=arguments,
            )
            self._receivers[tag] = receiver
            if replaces:
                self._cancel(predecessor, reply)

        def receive(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            receiver(method, properties, body)

        self.call("start a consumer", start)

    def cancel(self, tag: str) -> None:
        """Cancel a consumer. What the broker pushes until it answers still comes."""

        def start(reply: Reply) -> None:
            if not self._cancel(tag, reply):
                reply(None)

        self.call("cancel a consumer", start)

    def _cancel(self, tag: str, reply: Reply) -> bool:
        """Start to cancel a consumer. Return False if the broker has cancelled it already."""
        receivers = self._receivers
        if tag not in self.raw.consumer_tags:
            receivers.pop(tag, None)
            return False

        def cancelled(frame: Any) -> None:
            receivers.pop(tag, None)
            reply(frame)

        self.raw.basic_cancel(tag, callback=cancelled)
        keep_pushing(self.raw, tag)
        return True

    @property
    def _receivers(self) -> dict[str, Receiver]:
        receivers: dict[str, Receiver] = self.wire.connection.receivers
        return receivers

    # ---- done by the thread of the connection -----------------------------------------------------------------------

    def delivered(self, tag: int) -> None:
        """Note a delivery. The broker numbers them upwards."""
        self._open.append(tag)

    def _acknowledge(self) -> None:
        self._is_due = False
        if self.error is not None:
            return
        due = [self._accepted.popleft() for _ in range(len(self._accepted))]
        self._settled.update(due)
        end = self._discard_settled()
        covered = max((tag for tag in due if tag <= end), default=0)  # the broker refuses a tag that is settled already
        if covered:
            self.raw.basic_ack(covered, multiple=True)
        for tag in due:
            if tag > covered:
                self.raw.basic_ack(tag)

    def _discard_settled(self) -> int:
        """Discard the settled deliveries below the first that is open, and return the last of them; 0 for none."""
        settled, unsettled = self._settled, self._open
        end = 0
        while unsettled and unsettled[0] in settled:
            end = unsettled.popleft()
            settled.discard(end)
        return end
