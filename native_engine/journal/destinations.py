"""The maker of durable queues and subscriptions, also of those that an earlier process left."""

from __future__ import annotations

from collections.abc import Callable

from native_engine.bounds import Bounds
from native_engine.calls import Call
from native_engine.destination_factory import DestinationFactory
from native_engine.journal.book import Book, Pair
from native_engine.journal.journal import Journal
from native_engine.journal.layout import Definition
from native_engine.journal.receiver import DurableReceiver
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Matches, Receipt
from native_engine.services import NoRoomError, Services, State
from native_engine.topic import Interest, Key, Subscription

__all__ = ["DurableDestinations"]


class DurableDestinations(DestinationFactory):
    """Makes queues and durable subscriptions with books of the journal; what is temporary has none."""

    def __init__(self, services: Services, journal: Journal, left: dict[Definition, Book]) -> None:
        super().__init__(services)
        self._journal = journal
        self._left = left  # books without a queue yet

    def queue(self, name: str, is_temporary: bool = False) -> Queue:
        """See DestinationFactory.queue."""
        if is_temporary:
            return super().queue(name)
        return self._durable_queue(f"queue {name}", Definition(name))

    def subscription(
        self,
        label: str,
        interest: Interest,
        matches: Matches | None,
        durable: bool = False,
        shared: bool = False,
        key: Key | None = None,
    ) -> Subscription:
        """See DestinationFactory.subscription. A durable one is on the disk when this returns."""
        if not durable or key is None:
            return super().subscription(label, interest, matches, durable, shared, key)
        owner, name = key
        topic = interest.topic.name
        definition = Definition(name, topic, owner, shared, interest.selector_text, interest.excluded_origin)
        queue = self._durable_queue(f"subscription {label} of topic {topic}", definition)
        try:
            self._journal.define(self._journal.holdings.books[queue])
            return Subscription(label, queue, interest, matches, durable, shared, key)
        except BaseException as error:
            queue.close(State.GONE)
            if isinstance(error, NoRoomError):
                raise self._services.errors.full(f"subscription {name!r} not made: {error}") from error
            raise

    def receiver(
        self,
        queue: Queue,
        matches: Matches | None = None,
        discard: Callable[[Receiver], list[Call]] | None = None,
        awaits_disk: bool = False,
    ) -> Receiver:
        """See DestinationFactory.receiver."""
        return DurableReceiver(self._journal, awaits_disk, queue, matches, discard)

    def _durable_queue(self, title: str, definition: Definition) -> Queue:
        limits = self._services.limits
        bounds = None if limits.is_unlimited else Bounds(limits)
        left = self._left.pop(definition, None)
        book = left or Book(self._journal.holdings, definition)
        queue = Queue(title, self._services, bounds, books=book if bounds is None else Pair(bounds, book))
        self._journal.holdings.attach(queue, book)
        if left is not None:
            _fill(queue, left)
        return queue


def _fill(queue: Queue, book: Book) -> None:
    """Put in what an earlier process left. What was handed over comes first, as after any release."""
    now = queue.services.clock.now() * 1000
    records, marks = list(book.records.values()), dict(book.marks)
    with queue.lock:
        marked: list[Receipt] = []
        for record in records:
            if record.number in marks:
                receipt = Receipt()
                receipt.record, receipt.number = record, next(queue.numbers)  # before the fresh ones have theirs
                marked.append(receipt)
        for record in records:
            if record.number not in marks:
                queue.put(record)
        for receipt in marked:
            record = receipt.record
            attempts, until = marks[record.number]
            queue.handed += 1  # by that process
            if queue.books is not None:
                queue.books.enter(record)
            if until > now:
                queue.postpone([(receipt, attempts)], until)
            else:
                queue.take_back([(receipt, attempts)])
        queue.offer()
