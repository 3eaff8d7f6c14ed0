"""One consumer over STOMP: its wire subscriptions, its inbox, and its receipts.

The session's thread takes and settles. Any thread may close. stomp.py's thread fills the inbox.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple

from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import Delivery, Envelope, Outcome, SessionSpec, SubscriptionSpec
from jmslike_transports.shared.push_subscription import PushSubscription
from jmslike_transports.shared.returned import Returned
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.frames import ack_frame, nack_frame, unsubscribe_frame
from jmslike_transports.stomp.mapping import bare_envelope
from jmslike_transports.stomp.strangers import Doubts

_log = logging.getLogger("jmslike.stomp")

_LATE: Final = 4
"""Ended subscriptions of which late messages are noted: all there are between two stops, and more."""

_PUSH_TIME: Final = 0.05
"""Seconds in which the broker may push after the round trip of `take(0)`. STOMP cannot ask whether a message waits."""


class WireSubscription:
    """One SUBSCRIBE. It ends when it is not wanted and none of its messages is held: UNSUBSCRIBE would release those.

    `size` is its window, in the broker's unit. One that is `idle` keeps a subscription that has no other while it is
    stopped. `is_halted` says that a placeholder has its id. `settling` counts the messages that are no longer held, but
    whose settlement may not be written yet.
    """

    def __init__(self, identifier: str, size: int, *, idle: bool) -> None:
        self.id = identifier
        self.size = size
        self.is_idle = idle
        self.is_wanted = True
        self.is_halted = False
        self.settling = 0


class Arrival(NamedTuple):
    """A MESSAGE frame as it came, with its attempts if it was released here instead of pushed."""

    part: WireSubscription
    frame: Any
    attempts: int | None = None


class Held:
    """A receipt for a message that was handed out. `ack` is None if it was acknowledged at the hand-over.

    `size` is what it takes of a window, in the broker's unit.
    """

    __slots__ = ("ack", "arrival", "size")

    def __init__(self, arrival: Arrival, ack: str | None, size: int) -> None:
        self.arrival = arrival
        self.ack = ack
        self.size = size


class StompSubscription(PushSubscription[Arrival, Held]):
    """See Subscription."""

    def __init__(self, connection: StompConnection, spec: SubscriptionSpec, session: SessionSpec) -> None:
        super().__init__(spec, connection.wire)
        self._connection = connection
        self._wire = connection.wire
        self._dialect = connection.dialect
        self._confirmed = session.awaits_settlement
        self._plan = self._dialect.subscription_plan(spec, connection.client_id)
        self._lock = threading.Lock()
        self._parts: list[WireSubscription] = []
        self._held_size = 0
        self._doubts = Doubts(self._dialect, spec.destination)
        self._may_unsubscribe = False  # closed, and what was pushed and not taken is released
        self._competes = not (self._plan.private or self.is_exclusive)
        self._is_stopped = spec.stopped and self._competes
        self._has_unwanted = False
        self._returned = Returned(2 * spec.window)
        self._late: list[str] = []
        self._subscribe(idle=self._is_stopped)
        if self._is_stopped and spec.name is None:  # it was to learn whether it may
            self._halt()

    def _subscribe(self, *, idle: bool = False) -> None:
        plan = self._plan
        window = plan.credit or self.spec.window
        part = WireSubscription(self._connection.next_subscription_id(), 1 if idle else window, idle=idle)
        put = self._inbox.put
        self._parts.append(part)
        self._wire.route(part.id, lambda frame: put(Arrival(part, frame)))
        try:
            self._wire.call("SUBSCRIBE", {"id": part.id, **plan.headers, **(plan.least if idle else {})})
        except JMSError:
            self._wire.unroute(part.id)
            self._parts.remove(part)
            raise

    # ---- starting and stopping --------------------------------------------------------------------------------------

    def start(self) -> None:
        """See Stoppable.start."""
        with self._closing:
            if self._closed or not self._is_stopped:
                return
            with self._lock:
                waiting = [part for part in self._parts if not part.is_halted]
                for part in waiting:  # they hold messages, and go on
                    part.is_wanted = True
            if all(part.is_idle for part in waiting):
                self._subscribe()
                kept = self._inbox.drain()
                if not kept:  # else that comes first, and the idle part stays for it
                    self._end(waiting)
                self._inbox.put_back(kept)
            self._is_stopped = False

    def stop(self) -> None:
        """See Stoppable.stop. One with which no other competes goes on."""
        with self._closing:
            if self._closed or self._is_stopped or not self._competes:
                return
            self._is_stopped = True
            ending = list(self._parts)
            if self.spec.name is not None:  # its messages might go, or its name, with its last consumer
                self._subscribe(idle=True)
            self._halt(ending)

    def _halt(self, parts: Sequence[WireSubscription] | None = None) -> None:
        """End the pushing to these parts, or all, and give back what was not taken."""
        ending = list(self._parts) if parts is None else parts
        self._put_placeholders(ending)
        if self._dialect.placeholder is not None:
            left, others = self._drain(ending)
            self._nack([arrival.frame.headers.get("ack", "") for arrival in left if arrival.attempts is None])
            self._inbox.put_back(others)
        self._end(ending)

    def _drain(self, parts: Sequence[WireSubscription]) -> tuple[list[Arrival], list[Arrival]]:
        """Take what waits out of the inbox: what was pushed to these parts, and the rest."""
        waiting = self._inbox.drain()
        for arrival in waiting:
            if arrival.part in parts:
                self._note_returned(arrival)
        return [each for each in waiting if each.part in parts], [each for each in waiting if each.part not in parts]

    def _note_returned(self, arrival: Arrival) -> None:
        if arrival.attempts is None:
            frame, dialect = arrival.frame, self._dialect
            self._returned.note(self._key(frame), dialect.attempts(frame), counted=dialect.is_counted(frame))

    def _key(self, frame: Any) -> int:
        """Return what tells the message from others."""
        return hash((frame.headers.get(self._dialect.lasting_id), frame.body))

    def _end(self, parts: Sequence[WireSubscription]) -> None:
        """Unsubscribe these parts as soon as none of their messages is held."""
        with self._lock:
            for part in parts:
                part.is_wanted = False
            self._has_unwanted = True
        self._unsubscribe_idle_parts()

    # ---- taking ---------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take."""
        arrival = self._inbox.poll()
        if arrival is None:
            self._prepare_to_wait(timeout)
            arrival = self._inbox.get(_PUSH_TIME if timeout == 0 and not self._inbox.is_armed else timeout)
            if arrival is None:
                return None
        return self._hand_out(arrival, settle)

    def _prepare_to_wait(self, timeout: float | None) -> None:
        if self._closed or self._is_stopped or self._wire.is_lost:
            return
        if self._is_starved():
            self._subscribe()
            self._unsubscribe_idle_parts()  # if it was closed meanwhile
        if timeout == 0 and not self._inbox.is_armed:
            self._connection.round_trip()

    def _is_starved(self) -> bool:
        """Whether the whole window is held, so that the broker would push nothing more (C3)."""
        if self._plan.private or not self._plan.divisible or not self._held:
            return False
        if self._held_size < (self._plan.credit or self.spec.window):
            return False
        with self._lock:
            pushing = [part for part in self._parts if part.is_wanted]
            held = sum(each.size for each in self._held if each.arrival.part.is_wanted)
        return held >= sum(part.size for part in pushing)

    def _hand_out(self, arrival: Arrival, settle: bool) -> Delivery:
        frame = arrival.frame
        headers = frame.headers
        ack = headers.get("ack") or headers.get("message-id", "")
        attempts = arrival.attempts
        if attempts is None:
            attempts = self._dialect.attempts(frame)
            if attempts and self._returned:
                attempts = self._returned.seen(self._key(frame), attempts)
        envelope = self._read(frame)
        if settle and not attempts:
            self._wire.write(ack_frame(ack), at_once=False)
            return envelope, None, 0
        if self._plan.private:
            if arrival.attempts is None:
                self._wire.write(ack_frame(ack), at_once=False)
            held = Held(arrival, None, 0)
        else:
            held = Held(arrival, ack, frame.size if self._plan.credit else 1)
        with self._lock:
            self._held[held] = None
            self._held_size += held.size
        return envelope, held, attempts

    def _read(self, frame: Any) -> Envelope:
        try:
            envelope = self._dialect.read(frame, self.spec.destination)
            self._doubts.look(envelope, frame.headers)
        except Exception:  # no message is lost, whatever its sender wrote
            _log.exception("a message could not be read and is delivered as bytes")
            return bare_envelope(frame, self.spec.destination)
        return envelope

    # ---- settling -------------------------------------------------------------------------------------------------

    def _settle(self, receipts: list[Held], outcome: Outcome) -> None:
        try:
            if outcome is None:  # ACCEPT
                self._accept([held.ack for held in receipts if held.ack is not None])
            else:
                self._release(receipts, outcome)
        finally:
            self._settled(receipts)
        self._unsubscribe_idle_parts()

    def _accept(self, acks: list[str]) -> None:
        if self._confirmed and acks:
            self._wire.call("ACK", {"id": acks[-1]}, b"".join(map(ack_frame, acks[:-1])))
        elif acks:
            self._wire.write(b"".join(map(ack_frame, acks)), at_once=False)

    def _release(self, mine: list[Held], attempts: int) -> None:
        """Release the messages by NACK, or where that does not requeue, deliver them here again.

        When this is closed, the UNSUBSCRIBE of their parts releases them.
        """
        if self._dialect.nack_requeues and not self._plan.private:
            self._nack([held.ack for held in mine if held.ack is not None])
        elif not self._closed:
            self._inbox.put_back([held.arrival._replace(attempts=attempts) for held in mine])

    def let_go(self, receipts: Sequence[Held]) -> list[Held]:
        """Hold these receipts no more, but keep their parts until `_settled`; return those that were held."""
        with self._lock:
            mine = [held for held in receipts if held in self._held]
            for held in mine:
                del self._held[held]
                held.arrival.part.settling += 1
            self._held_size -= sum(held.size for held in mine)
        return mine

    def _settled(self, mine: list[Held]) -> None:
        with self._lock:
            for held in mine:
                held.arrival.part.settling -= 1

    def settled_by_commit(self, receipts: Sequence[Held]) -> None:
        """Let go of receipts that a commit has acknowledged."""
        self._settled(self.let_go(receipts))
        with suppress(JMSError):  # the commit is done, even if an UNSUBSCRIBE fails
            self._unsubscribe_idle_parts()

    # ---- closing --------------------------------------------------------------------------------------------------

    def _stop(self) -> list[Arrival]:
        """End the pushing. Without a placeholder the broker may push until UNSUBSCRIBE, which releases that."""
        try:
            if not self._wire.is_lost:
                self._put_placeholders(self._parts)
        except ConnectionLostError:
            pass  # then the broker has released all of it
        finally:
            left = self._inbox.close()
        return left

    def _put_placeholders(self, parts: Sequence[WireSubscription]) -> None:
        """End the pushing where UNSUBSCRIBE does not release what is unsettled; all that was pushed has come then."""
        placeholder = self._dialect.placeholder
        pushing = [] if placeholder is None else [part for part in parts if not part.is_halted]
        if placeholder is None or not pushing:
            return
        for part in pushing:
            part.is_halted = True
            self._wire.call("SUBSCRIBE", {"id": part.id, **placeholder}, unsubscribe_frame(part.id))
        self._connection.round_trip()

    def _give_back(self, left: list[Arrival], held: list[Held]) -> None:
        # a receipt that is still held keeps its part open until it is settled
        if self._dialect.placeholder is not None:
            acks = [each.ack for each in held if each.ack is not None]
            acks += [arrival.frame.headers.get("ack", "") for arrival in left if arrival.attempts is None]
            self._nack(acks)
        self._settled(held)
        self._may_unsubscribe = True
        self._unsubscribe_idle_parts()
        while self._late:
            self._wire.unroute(self._late.pop())

    def _nack(self, acks: Sequence[str]) -> None:
        self._wire.write(b"".join(map(nack_frame, acks)))

    def _unsubscribe_idle_parts(self) -> None:
        if not (self._may_unsubscribe or self._has_unwanted):
            return
        with self._lock:
            busy = {held.arrival.part for held in self._held if held.ack is not None}
            busy.update(part for part in self._parts if part.settling)
            ended = [part for part in self._parts if self._may_unsubscribe or not part.is_wanted]
            ending = [part for part in ended if part not in busy]
            self._parts = [part for part in self._parts if part not in ending]
            self._has_unwanted = len(ending) < len(ended)
            is_last = self._may_unsubscribe and not busy and bool(ending)
        for part in ending:
            if self._may_unsubscribe:
                self._wire.unroute(part.id)
            else:
                self._route_late(part)
            self._wire.call("UNSUBSCRIBE", {"id": part.id, **self._plan.unsubscribe_headers})
        if ending and not self._may_unsubscribe:
            _, others = self._drain(ending)  # the broker has released the rest
            self._inbox.put_back(others)
        if is_last:
            self._clean_up()

    def _route_late(self, part: WireSubscription) -> None:
        """Note what is still pushed to a part that ends: the broker may write that after it has confirmed the end."""
        self._wire.route(part.id, lambda frame: self._note_returned(Arrival(part, frame)))
        self._late.append(part.id)
        while len(self._late) > _LATE:
            self._wire.unroute(self._late.pop(0))

    def _clean_up(self) -> None:
        request = self._dialect.cleanup_request(self.spec, self._connection.client_id)
        if request is not None:
            try:
                self._connection.run(request)
            except JMSError as error:  # another consumer still uses the queue
                _log.debug("after closing a consumer of %s: %s", self.spec.destination, error)
