"""The channel on which one session receives."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from pika.spec import Basic

from jmslike.errors import JMSError
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.wire import Wire

Receiver = Callable[[Any, Any, bytes], None]
"""Gets a delivery: its method, properties and body."""


class ReceiveChannel(Channel):
    """Acknowledgements are gathered, and cumulative where nothing below is open (C13)."""

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
        """Acknowledge these deliveries."""
        self._accepted.extend(tags)
        if not self._is_due:
            self._is_due = True
            self.wire.post(self._acknowledge)

    def release(self, tags: Iterable[int]) -> None:
        """Give these deliveries back."""
        given_back = list(tags)

        def give_back() -> None:
            if self.error is None:
                for tag in given_back:
                    self._settled.add(tag)
                    self.raw.basic_nack(tag)
                self._forget_settled()

        self.wire.post(give_back)

    def round_trip(self) -> None:
        """Wait until the broker has handled all that was posted before."""
        self.ask("wait for what was acknowledged", lambda reply: self.raw.basic_qos(prefetch_count=1, callback=reply))

    def get(self, queue: str, receiver: Receiver) -> None:
        """Ask for a message that nothing pushed; what is on its way here comes first."""

        def start(reply: Reply) -> None:
            def found(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
                receiver(method, properties, body)
                reply(None)

            self._on_empty = reply
            self.raw.basic_get(queue, found)

        self.ask("look for a message", start)

    def consume(self, queue: str, receiver: Receiver, tag: str, former: str, **how: Any) -> None:
        """Have the messages of a queue pushed, as many as there is room for in a window (0: all), and no more to the
        `former` consumer, if there is one.
        """
        window = how.pop("window")

        def start(reply: Reply) -> None:
            self._cancel(former, lambda _: None)
            self.raw.basic_qos(prefetch_count=window)
            self.raw.basic_consume(queue, receive, consumer_tag=tag, callback=reply, **how)
            self._receivers[tag] = receiver

        def receive(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            receiver(method, properties, body)

        self.ask("consume", start)

    def cancel(self, tag: str) -> None:
        """End a consumer; what is pushed to it meanwhile still comes."""

        def start(reply: Reply) -> None:
            if not self._cancel(tag, reply):
                reply(None)

        self.ask("end a consumer", start)

    def _cancel(self, tag: str, reply: Reply) -> bool:
        """Begin to end a consumer, unless the broker has ended it, and tell which."""
        receivers = self._receivers
        if tag not in self.raw.consumer_tags:
            receivers.pop(tag, None)
            return False

        def cancelled(frame: Any) -> None:
            receivers.pop(tag, None)
            reply(frame)

        self.raw.basic_cancel(tag, callback=cancelled)
        self.raw._cancelled.discard(tag)  # else pika gives back what still comes, before what came earlier
        return True

    @property
    def _receivers(self) -> dict[str, Receiver]:
        receivers: dict[str, Receiver] = self.wire.connection.receivers
        return receivers

    # ---- done by the thread of the connection -----------------------------------------------------------------------

    def delivered(self, tag: int) -> None:
        """Note a delivery; the broker counts them upwards."""
        self._open.append(tag)

    def _acknowledge(self) -> None:
        self._is_due = False
        if self.error is not None:
            return
        due = [self._accepted.popleft() for _ in range(len(self._accepted))]
        self._settled.update(due)
        end = self._forget_settled()
        covered = max((tag for tag in due if tag <= end), default=0)  # the broker must know the tag, not yet settled
        if covered:
            self.raw.basic_ack(covered, multiple=True)
        for tag in due:
            if tag > covered:
                self.raw.basic_ack(tag)

    def _forget_settled(self) -> int:
        """Forget the deliveries below which nothing is open, and give the last of them."""
        settled, unsettled = self._settled, self._open
        end = 0
        while unsettled and unsettled[0] in settled:
            end = unsettled.popleft()
            settled.discard(end)
        return end
