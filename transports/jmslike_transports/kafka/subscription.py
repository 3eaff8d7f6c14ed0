"""One consumer over Kafka: its inbox, and what it holds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jmslike.errors import JMSError
from jmslike.spi import Delivery, Outcome, SubscriptionSpec
from jmslike_transports.kafka.feed import Arrival, Feed
from jmslike_transports.kafka.group_membership import definition
from jmslike_transports.kafka.records import read_record
from jmslike_transports.shared.push_subscription import PushSubscription

if TYPE_CHECKING:
    from jmslike_transports.kafka.link import KafkaLink

_LONGEST_LOOK: Final = 1.0
"""Seconds that `take(0)` may need to get what the broker says is there."""
_LOOK_AGAIN: Final = 0.005
_MOMENT: Final = 0.0002


class Held:
    """A receipt: what was handed out and is not settled."""

    __slots__ = ("arrival",)

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival


class KafkaSubscription(PushSubscription[Arrival, Held]):
    """Takes from an inbox that the feed's thread fills."""

    def __init__(self, link: KafkaLink, spec: SubscriptionSpec, feed: Feed) -> None:
        super().__init__(spec, link.transport)
        self.feed = feed
        self._transport = link.transport
        self._confirmed = link.spec.awaits_settlement
        self._left: list[Arrival] = []
        self._heir: KafkaSubscription | None = None
        self._has_feed = True

    def start(self) -> None:
        """Begin to read (C1)."""
        topics = self._transport.topics
        self.feed.start(self._arrive, self._fail, lambda: topics.partitions(self.feed.topic))

    def follow(self, former: KafkaSubscription) -> None:
        """Go on with what a closed subscription to the same destination reads, and has not handed out."""
        self._held = former._held  # the feed is of use until all of that is settled
        former.hand_over(self)
        self.feed.redirect(self._arrive, self._fail)

    def hand_over(self, heir: KafkaSubscription) -> None:
        """Let another subscription have the feed, and what has arrived and was not handed out."""
        with self._closing:
            self._heir = heir
            left, self._left = self._left, []
            for arrival in left:
                heir._arrive(arrival)

    def _arrive(self, arrival: Arrival) -> None:
        for left in self._inbox.put(arrival):
            self._keep(left)

    def _keep(self, arrival: Arrival) -> None:
        """Keep for an heir what came when this was closed: what follows must not be handed out without it."""
        with self._closing:
            heir = self._heir
            if heir is None:
                self._left.append(arrival)
        if heir is not None:
            heir._arrive(arrival)

    def _fail(self, error: JMSError) -> None:
        self._inbox.lose(error)
        self._transport.fail(error)

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
                    self._look()
                arrival = self._inbox.get(None if deadline is None else max(0.0, deadline - time.monotonic()))
                if arrival is None:
                    return None
            delivery = self._hand_out(arrival, settle)
            if delivery is not None:
                return delivery

    def _look(self) -> None:
        """Wait for what is in the topic already, if there is anything."""
        feed = self.feed
        deadline = time.monotonic() + _LONGEST_LOOK
        while feed.has_more and not (self._closed or feed.has_arrivals) and time.monotonic() < deadline:
            time.sleep(_MOMENT)  # no broker need be asked for what is here before long
        if feed.has_arrivals:
            return
        try:
            ends = self._transport.glance.ends(feed.partitions)
        except JMSError as error:
            if getattr(error.__cause__, "retriable", False):  # what a broker has that is away cannot be had
                return
            raise
        while not (self._closed or feed.has_read_up_to(ends)) and time.monotonic() < deadline:
            time.sleep(_LOOK_AGAIN)

    def _hand_out(self, arrival: Arrival, settle: bool) -> Delivery | None:
        """Give what is still ours; None for what has gone to somebody else, or was settled before."""
        progress, record, attempts = arrival
        if attempts is None:  # it is new
            self.feed.taken()
        if progress.is_lost:
            return None
        if attempts is None:
            attempts = progress.hand_out(record.offset, settle=settle)
            if attempts is None:
                return None
            if settle and not attempts:
                self.feed.settled()
                return read_record(record, self.spec.destination), None, 0
        held = Held(arrival)
        self._held[held] = None
        return read_record(record, self.spec.destination), held, attempts

    # ---- settling -------------------------------------------------------------------------------------------------

    def _settle(self, receipts: list[Held], outcome: Outcome) -> None:
        if outcome is None:  # ACCEPT
            _accept(receipts)
            self.feed.settled()
            if self._confirmed:
                self.feed.flush()
        else:
            self._release(receipts, outcome)
        self._end_if_over()

    def settled_by_commit(self, receipts: Sequence[Held]) -> None:
        """Note that a commit acknowledged these."""
        _accept(self.let_go(receipts))
        self._end_if_over()

    def _release(self, mine: Sequence[Held], attempts: int) -> None:
        """Offer them here again, or leave word of the attempts for who is given the partition next."""
        arrivals = [held.arrival._replace(attempts=attempts) for held in mine]
        _leave_word(self._inbox.put_back(arrivals) if not self._closed else arrivals)

    def holds(self, receipt: Held) -> bool:
        """See Subscription.holds."""
        return super().holds(receipt) and not receipt.arrival.progress.is_lost

    # ---- following --------------------------------------------------------------------------------------------------

    def can_be_followed(self, spec: SubscriptionSpec) -> bool:
        """Tell whether a subscription with that specification may go on where this was closed."""
        mine = self.spec
        return (
            self._closed
            and self._has_feed
            and self._heir is None
            and bool(self._held)
            and self.feed.has_group
            and (spec.destination, spec.name, spec.durable, spec.window, definition(spec))
            == (mine.destination, mine.name, mine.durable, mine.window, definition(mine))
        )

    # ---- closing -------------------------------------------------------------------------------------------------

    def lose(self, error: JMSError) -> None:
        """The connection is gone."""
        super().lose(error)
        self.feed.abandon(error)

    def close(self) -> None:
        """See Subscription.close. The group is left when the last receipt is settled: until then its partitions, and
        what follows there, can be had by another subscription of this session only.
        """
        super().close()
        self._end_if_over()

    def release(self) -> None:
        """See PushSubscription.release."""
        super().release()
        self._end_if_over()

    def _stop(self) -> list[Arrival]:
        return self._inbox.close()

    def _give_back(self, left: list[Arrival], held: list[Held]) -> None:
        self._left = left + self._left
        _leave_word([each.arrival for each in held])

    def _end_if_over(self) -> None:
        if self._heir is not None:
            self._heir._end_if_over()
        if not self._closed or self._held:
            return
        with self._closing:
            is_over, self._has_feed = self._has_feed and self._heir is None, False
            _leave_word(self._left)
        if is_over:
            self.feed.close()


def _accept(held: Sequence[Held]) -> None:
    for each in held:
        each.arrival.progress.accept(each.arrival.record.offset)


def _leave_word(arrivals: Sequence[Arrival]) -> None:
    for arrival in arrivals:
        if arrival.attempts is not None:
            arrival.progress.release(arrival.record.offset, arrival.attempts)
