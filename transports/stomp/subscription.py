"""One consumer over STOMP: its wire subscriptions, its inbox, and what it holds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from jmslike.constants import SessionMode
from jmslike.errors import JMSError
from jmslike.spi import Delivery, Destination, Outcome, SubscriptionSpec
from transports.inbox import Inbox
from transports.stomp.dialects.base import Subscribing

if TYPE_CHECKING:
    from transports.stomp.transport import StompTransport

_SETTLING = 0.05
"""Seconds that `take(0)` gives the broker to push what already waits; STOMP has no way to ask."""


class Held(NamedTuple):
    """A receipt: the wire subscription and the id that ACK names; the first is None if that was done at hand-over."""

    part: WireSubscription | None
    ack: str
    number: int


class WireSubscription:
    """One SUBSCRIBE. It ends when it is closed and nothing of it is held, because UNSUBSCRIBE gives back all of it."""

    def __init__(self, identifier: str) -> None:
        self.id = identifier
        self.is_open = True


class StompSubscription:
    """Takes from an inbox that stomp.py's thread fills."""

    def __init__(self, transport: StompTransport, spec: SubscriptionSpec, mode: SessionMode) -> None:
        self._transport = transport
        self._wire = transport.wire
        self._dialect = transport.dialect
        self._spec = spec
        self._confirmed = mode in (SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.INDIVIDUAL_ACKNOWLEDGE)
        self._how: Subscribing = self._dialect.subscribing(spec, transport.client_id)
        self._inbox: Inbox[tuple[WireSubscription, Any]] = Inbox()
        self._lock = threading.Lock()
        self._parts: list[WireSubscription] = []
        self._held: set[Held] = set()
        self._number = 0
        self._closed = False
        self._subscribe()

    def _subscribe(self) -> None:
        part = WireSubscription(self._transport.next_subscription_id())
        self._parts.append(part)
        self._wire.route(part.id, lambda frame: self._inbox.put((part, frame)))
        try:
            self._wire.call("SUBSCRIBE", {"id": part.id, **self._how.headers})
        except JMSError:
            self._wire.unroute(part.id)
            self._parts.remove(part)
            raise

    # ---- taking ---------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take."""
        found = self._inbox.get(0)
        if found is None and not self._closed:
            if self._is_starved():
                self._subscribe()
            found = self._inbox.get(self._patience(timeout))
        return None if found is None else self._hand_out(*found)

    def _patience(self, timeout: float | None) -> float | None:
        if timeout != 0 or self._inbox.is_armed:
            return timeout
        self._transport.round_trip()
        return _SETTLING

    def _is_starved(self) -> bool:
        """Whether all that the window allows is held, so that nothing more would come (C3)."""
        return self._how.divisible and len(self._held) >= self._spec.window * len(self._parts)

    def _hand_out(self, part: WireSubscription, frame: Any) -> Delivery:
        self._number += 1
        ack = frame.headers.get("ack") or frame.headers.get("message-id", "")
        if self._how.private:
            self._ack(ack)
            held = Held(None, ack, self._number)
        else:
            held = Held(part, ack, self._number)
        with self._lock:
            self._held.add(held)
        return self._dialect.read(frame, self._spec.destination), held, self._dialect.attempts(frame)

    # ---- settling -------------------------------------------------------------------------------------------------

    def _ack(self, ack: str) -> None:
        self._wire.write(f"ACK\nid:{ack}\n\n\0".encode())

    def settle(self, receipts: Sequence[Held], outcome: Outcome) -> None:
        """See Subscription.settle."""
        mine = self._let_go(receipts)
        if not mine:
            return
        if outcome is None:
            acks = [held.ack for held in mine if held.part is not None]
            for ack in acks[:-1] if self._confirmed else acks:
                self._ack(ack)
            if acks and self._confirmed:
                self._wire.call("ACK", {"id": acks[-1]})
        elif self._dialect.nack_requeues:
            for held in mine:
                if held.part is not None:
                    self._wire.send("NACK", {"id": held.ack})
        self._end_empty_parts()

    def _let_go(self, receipts: Sequence[Held]) -> list[Held]:
        with self._lock:
            mine = [held for held in receipts if held in self._held]
            self._held.difference_update(mine)
        return mine

    def acks_for_commit(self, receipts: Sequence[Held]) -> list[str]:
        """Give what a commit has to acknowledge."""
        return [held.ack for held in receipts if held.part is not None]

    def settled_by_commit(self, receipts: Sequence[Held]) -> None:
        """Note that a commit acknowledged these."""
        self._let_go(receipts)
        self._end_empty_parts()

    def holds(self, receipt: Held) -> bool:
        """See Subscription.holds."""
        return receipt in self._held and not self._wire.is_lost

    def reads(self, destination: Destination) -> bool:
        """Whether this is a live consumer of the destination."""
        return not self._closed and self._spec.destination == destination

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name busy: open, or holding something unsettled."""
        return self._spec.durable and self._spec.name == name and not (self._closed and not self._held)

    # ---- waking and closing ---------------------------------------------------------------------------------------

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """See Subscription.ready."""
        self._inbox.ready(callback)

    def interrupt(self) -> None:
        """See Subscription.interrupt."""
        self._inbox.interrupt()

    def lose(self, error: JMSError) -> None:
        """The connection is gone."""
        self._inbox.lose(error)

    def close(self) -> None:
        """See Subscription.close: what is held keeps its wire subscription open until it is settled."""
        if self._closed:
            return
        self._closed = True
        left = self._inbox.close()
        if self._dialect.nack_requeues:
            for _, frame in left:
                self._wire.send("NACK", {"id": frame.headers["ack"]})
        self._end_empty_parts()

    def end(self) -> None:
        """Close, and give back what is held, too."""
        with self._lock:
            self._held.clear()
        self.close()
        self._end_empty_parts()

    def _end_empty_parts(self) -> None:
        if not self._closed:
            return
        with self._lock:
            busy = {held.part for held in self._held}
            ending = [part for part in self._parts if part.is_open and part not in busy]
            for part in ending:
                part.is_open = False
        for part in ending:
            self._wire.unroute(part.id)
            self._wire.call("UNSUBSCRIBE", {"id": part.id, **self._how.ending})
