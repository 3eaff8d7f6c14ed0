"""One consumer over Kafka: the inbox that its reader fills, and the receipts that it holds.

The thread of the session takes and settles; the reader's thread calls `_arrive` and `_fail`; any thread may close. A
receipt is stale (C7) when the group has given its partition to another consumer: then its progress is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from kafka import TopicPartition

from jmslike.errors import JMSError
from jmslike.spi import Delivery, Outcome, SubscriptionSpec
from jmslike_transports.kafka.group_membership import definition
from jmslike_transports.kafka.records import read_record
from jmslike_transports.kafka.topic_reader import Arrival, TopicReader
from jmslike_transports.shared.loss import LosableConnection
from jmslike_transports.shared.push_subscription import PushSubscription

_LONGEST_WAIT: Final = 1.0
"""Seconds that `take(0)` waits for records that the broker says are there."""
_PAUSE: Final = 0.005
_SHORT_PAUSE: Final = 0.0002
"""For records that have been fetched already."""


class Receipt:
    """Names a delivery that was handed out."""

    __slots__ = ("arrival",)

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival


class KafkaSubscription(PushSubscription[Arrival, Receipt]):
    """Owns its reader until a successor takes it over.

    The subscription leaves its group when its last receipt is settled, which may be after it was closed: until then its
    partitions belong to no other consumer. A successor, a new subscription of the same session to the same destination,
    takes over the reader, and what was read and not handed out.
    """

    def __init__(
        self,
        spec: SubscriptionSpec,
        reader: TopicReader,
        connection: LosableConnection,
        ends: Callable[[Iterable[TopicPartition]], Mapping[TopicPartition, int]],
        *,
        awaits_settlement: bool,
    ) -> None:
        super().__init__(spec, connection)
        self.reader = reader
        self._ends = ends
        self._awaits_settlement = awaits_settlement
        self._left: list[Arrival] = []  # what arrived and was not handed out before this was closed
        self._successor: KafkaSubscription | None = None
        self._owns_reader = True

    def begin(self) -> None:
        """Begin to read (C1). Raises JMSError."""
        resting = self.spec.stopped and self.reader.competes
        self.reader.start(self._arrive, self._fail, self._give_back_unread, resting=resting)

    def succeed(self, predecessor: KafkaSubscription) -> None:
        """Take over the reader of a closed subscription, and what that has not handed out."""
        self._held = predecessor._held  # the reader stays in its group until all of that is settled
        predecessor._hand_over(self)
        self.reader.redirect(self._arrive, self._fail, self._give_back_unread)
        if self.spec.stopped:
            self.stop()
        else:
            self.start()

    def _hand_over(self, successor: KafkaSubscription) -> None:
        with self._closing:
            self._successor = successor
            left, self._left = self._left, []
            for arrival in left:
                successor._arrive(arrival)

    def _arrive(self, arrival: Arrival) -> None:
        for left in self._inbox.put(arrival):
            self._keep(left)

    def _keep(self, arrival: Arrival) -> None:
        """Keep for a successor what arrives when this is closed: no later record may be handed out before it."""
        with self._closing:
            successor = self._successor
            if successor is None:
                self._left.append(arrival)
        if successor is not None:
            successor._arrive(arrival)

    def _fail(self, error: JMSError) -> None:
        self._inbox.lose(error)  # which tells the receive, or the thread of the listener, and no one else

    # ---- starting and stopping --------------------------------------------------------------------------------------

    def start(self) -> None:
        """See Stoppable.start. Its partitions come when the group has agreed on them."""
        with self._closing:
            if not self._closed and self.reader.competes:
                self.reader.rest.end()

    def stop(self) -> None:
        """See Stoppable.stop. The group gives its partitions to others soon, once nothing is held."""
        with self._closing:
            if not self._closed and self.reader.competes:
                self.reader.rest.after_grace()

    def _give_back_unread(self) -> bool:
        left = self._inbox.drain()
        is_all = len(left) == self.reader.unread  # else a take has just got one, or one was released here
        if is_all and not self._held and all(arrival.attempts is None for arrival in left):
            return True
        self._inbox.put_back(left)
        return False

    # ---- taking ---------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take."""
        deadline: float | None = None
        while True:
            arrival = self._inbox.poll()
            if arrival is None:
                if timeout is not None and deadline is None:
                    deadline = time.monotonic() + timeout
                if timeout == 0 and not (self._inbox.is_armed or self._closed):
                    self._wait_for_existing()
                arrival = self._inbox.get(None if deadline is None else max(0.0, deadline - time.monotonic()))
                if arrival is None:
                    return None
            delivery = self._hand_out(arrival, settle)
            if delivery is not None:
                return delivery

    def _wait_for_existing(self) -> None:
        """Wait for records that are in the topic already, if there are any."""
        reader = self.reader
        deadline = time.monotonic() + _LONGEST_WAIT
        while reader.rest.is_ending and not self._closed and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        while reader.has_more and not (self._closed or reader.has_arrivals) and time.monotonic() < deadline:
            time.sleep(_SHORT_PAUSE)
        if reader.has_arrivals:
            return
        try:
            ends = self._ends(reader.partitions)
        except JMSError as error:
            if getattr(error.__cause__, "retriable", False):  # the broker that has them is away
                return
            raise
        while not (self._closed or reader.has_read_up_to(ends)) and time.monotonic() < deadline:
            time.sleep(_PAUSE)

    def _hand_out(self, arrival: Arrival, settle: bool) -> Delivery | None:
        """Return the delivery; None for a record that another consumer owns by now, or that was settled before."""
        progress, record, attempts = arrival
        if attempts is not None:
            if progress.is_lost:
                return None
            receipt = Receipt(arrival)
            self._held[receipt] = None
            return read_record(record, self.spec.destination), receipt, attempts
        attempts = progress.hand_out(record.offset, settle=settle)
        if attempts is None or (settle and not attempts):
            self.reader.taken()
            if attempts is None:
                return None
            self.reader.commit_soon()
            return read_record(record, self.spec.destination), None, 0
        receipt = Receipt(arrival)
        self._held[receipt] = None
        self.reader.taken()  # last: until then it counts as unread, and nothing is given back
        return read_record(record, self.spec.destination), receipt, attempts

    # ---- settling -------------------------------------------------------------------------------------------------

    def _settle(self, receipts: list[Receipt], outcome: Outcome) -> None:
        if outcome is None:  # ACCEPT
            _accept(receipts)
            self.reader.commit_soon()
            if self._awaits_settlement:
                self.reader.flush()
        else:
            self._requeue(receipts, outcome)
        self._close_reader_if_unused()

    def settled_by_commit(self, receipts: Sequence[Receipt]) -> None:
        """Note that a commit acknowledged these receipts."""
        _accept(self.let_go(receipts))
        self._close_reader_if_unused()

    def _requeue(self, receipts: Sequence[Receipt], attempts: int) -> None:
        """Requeue locally, or, when closed, record the attempts for the next owner of the partition."""
        arrivals = [receipt.arrival._replace(attempts=attempts) for receipt in receipts]
        _record_attempts(self._inbox.put_back(arrivals) if not self._closed else arrivals)

    def holds(self, receipt: Receipt) -> bool:
        """See Subscription.holds."""
        return super().holds(receipt) and not receipt.arrival.progress.is_lost

    # ---- succession -------------------------------------------------------------------------------------------------

    def may_precede(self, spec: SubscriptionSpec) -> bool:
        """Whether a subscription with that specification may take over the reader of this one."""
        mine = self.spec
        return (
            self._closed
            and self._owns_reader
            and self._successor is None
            and bool(self._held)
            and self.reader.has_group
            and (spec.destination, spec.name, spec.durable, spec.window, definition(spec))
            == (mine.destination, mine.name, mine.durable, mine.window, definition(mine))
        )

    # ---- closing -------------------------------------------------------------------------------------------------

    def lose(self, error: JMSError) -> None:
        """Be told that the connection is gone."""
        super().lose(error)
        self.reader.lose(error)

    def close(self) -> None:
        """See Subscription.close."""
        super().close()
        self._close_reader_if_unused()

    def release(self) -> None:
        """See PushSubscription.release."""
        super().release()
        self._close_reader_if_unused()

    def _stop(self) -> list[Arrival]:
        return self._inbox.close()

    def _give_back(self, left: list[Arrival], held: list[Receipt]) -> None:
        self._left = left + self._left  # for a successor
        _record_attempts([receipt.arrival for receipt in held])

    def _close_reader_if_unused(self) -> None:
        if self._successor is not None:
            self._successor._close_reader_if_unused()
        if not self._closed or self._held:
            return
        with self._closing:
            is_unused, self._owns_reader = self._owns_reader and self._successor is None, False
            _record_attempts(self._left)
        if is_unused:
            self.reader.close()


def _accept(receipts: Sequence[Receipt]) -> None:
    for receipt in receipts:
        receipt.arrival.progress.accept(receipt.arrival.record.offset)


def _record_attempts(arrivals: Sequence[Arrival]) -> None:
    for arrival in arrivals:
        if arrival.attempts is not None:
            arrival.progress.release(arrival.record.offset, arrival.attempts)
