"""The engine: queues and topics, made when they are first used."""

from __future__ import annotations

import itertools
import os
import threading
import uuid
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Final, Literal, TypeAlias

from native_engine.bounds import Limits, Scope, SizeOf, WhenFull
from native_engine.calls import Call
from native_engine.clock import Clock, SystemClock
from native_engine.destination_factory import DestinationFactory
from native_engine.errors import ErrorTypes
from native_engine.journal import Damage, DurableDestinations, Journal
from native_engine.journal.book import Book
from native_engine.journal.layout import Definition
from native_engine.part import Settlement
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Matches, Record
from native_engine.sender import Sender
from native_engine.services import Services, State
from native_engine.statistics import FileStatistics, QueueAddress, Statistics
from native_engine.subscriptions import Subscriptions
from native_engine.timers import Timers
from native_engine.topic import Interest, Topic
from native_engine.transaction import Transaction

__all__ = ["TEMPORARY_PREFIX", "Engine", "Kind"]

Kind: TypeAlias = Literal["queue", "topic"]
"""The kinds of destination."""

TEMPORARY_PREFIX: Final = "$temporary."
"""Names that begin so come from `create_temporary` only."""

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


class Engine:
    """Queues and topics for the threads of one process.

    `max_depth` (records) and `max_bytes` (as `size_of(record)` counts) bound every queue and every subscription; what
    is in flight counts. A send to one that is full waits up to `block_timeout` seconds, or fails at once with
    `when_full="fail"`; a non-durable subscription loses its oldest record instead. `clock` tells the time for expiry
    and delay. `errors` are the classes to raise. Raises ValueError for bounds that make no sense.

    Everything is in memory, unless there is a `journal`: then it begins with what that has kept. Raises FolderError and
    OSError if that cannot be read. `on_failure(error)` is called once, in any thread, when the journal cannot be
    written any more. The engine is closed to all others then, and `close` still has to be called.
    """

    def __init__(
        self,
        *,
        max_depth: int | None = None,
        max_bytes: int | None = None,
        when_full: WhenFull = "block",
        block_timeout: float = 30.0,
        size_of: SizeOf | None = None,
        clock: Clock | None = None,
        errors: ErrorTypes | None = None,
        journal: Journal | None = None,
        on_failure: Callable[[Exception], None] | None = None,
    ) -> None:
        if journal is not None and size_of is not None:
            size_of = partial(journal.size_of, size_of)
        limits = Limits(max_depth, max_bytes, when_full, block_timeout, size_of)
        limits.check()
        clock = clock or SystemClock()
        errors = errors or ErrorTypes()
        self._services = Services(clock, Timers(clock), errors, limits, journal)
        self._journal = journal
        self._on_failure = on_failure
        self._errors = errors
        self._lock = threading.Lock()  # for what is below; taken before the lock of a queue
        self._state = State.OPEN
        self._queues: dict[str, Queue] = {}
        self._topics: dict[str, Topic] = {}
        self._factory = DestinationFactory(self._services)
        left: dict[Definition, Book] = {}
        if journal is not None:
            left = journal.open(errors, self._fail)
            self._factory = DurableDestinations(self._services, journal, left)
        self._subscriptions = Subscriptions(self._factory, errors)
        self._client_ids: set[str] = set()
        self._temporary = itertools.count(1)
        self._mark = uuid.uuid4().hex[:8]
        try:
            for definition in tuple(left):
                self._restore(definition)
        except BaseException:
            self.close()
            raise
        _engines.add(self)

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- sending and receiving

    def sender(self, kind: Kind, name: str) -> Sender:
        """Return a way to a queue or a topic. Raises the no-destination error for a deleted temporary one."""
        with self._lock:
            return Sender(self._queue(name) if kind == "queue" else self._topic(name))

    def receiver(self, queue_name: str, matches: Matches | None = None, *, awaits_disk: bool = False) -> Receiver:
        """Receive from a queue, only records for which `matches(record)` is true if it is given.

        With `awaits_disk`, what the receiver accepts by `settle` is safe from a power loss when that returns.
        """
        with self._lock:
            return self._factory.receiver(self._queue(queue_name), matches, awaits_disk=awaits_disk)

    def subscribe(
        self,
        topic_name: str,
        *,
        name: str | None = None,
        durable: bool = False,
        shared: bool = False,
        matches: Matches | None = None,
        selector_text: str | None = None,
        excluded_origin: str | None = None,
        owner: str | None = None,
        awaits_disk: bool = False,
    ) -> Receiver:
        """Receive what is sent to a topic from now on.

        Without a name the subscription is this receiver's own and ends with it. A `shared` one of a `name` divides its
        records among its receivers and ends with the last of them. A `durable` one goes on collecting without any
        receiver until `unsubscribe`. Each `owner` has its own names, and durable subscriptions have theirs.

        Only records for which `matches(record)` is true, and whose `origin` is not `excluded_origin`, are collected.
        A durable subscription without receivers is replaced by an empty one when the topic, `selector_text` (which
        stands for `matches`) or `excluded_origin` differ. Raises the in-use error when it has a receiver, and
        ValueError for `durable` or `shared` without a name.
        """
        if name is None and (durable or shared):
            raise ValueError("a durable or shared subscription needs a name")
        with self._lock:
            interest = Interest(self._topic(topic_name), selector_text, excluded_origin)
            if name is None:
                subscription = self._subscriptions.unnamed(interest, matches)
            else:
                subscription = self._subscriptions.named((owner, name), interest, matches, durable, shared)

            def discard(receiver: Receiver) -> list[Call]:
                with self._lock:
                    return self._subscriptions.discard(subscription, receiver)

            return self._factory.receiver(subscription.queue, discard=discard, awaits_disk=awaits_disk)

    def unsubscribe(self, owner: str | None, name: str) -> None:
        """Delete a durable subscription with its records.

        Raises the no-destination error if there is none, the in-use error while it has a receiver or unsettled records.
        """
        with self._lock:
            self._check()
            self._subscriptions.unsubscribe((owner, name))
        if self._journal is not None:
            self._journal.wait()

    def commit(
        self,
        sends: Sequence[tuple[Sender, Record]],
        settlements: Sequence[Settlement] = (),
        *,
        scope: Scope | None = None,
        dead_letters: bool = False,
    ) -> None:
        """Do all of it or nothing. A settlement is (receiver, receipts, outcome), as in `Receiver.settle`.

        Waits for room for all the sends. Raises the rolled-back error, with nothing done, when that takes too long, a
        delivery is not held any more, a destination was deleted, or `scope` was closed. With `dead_letters`, what is
        accepted is counted as dead-lettered, and the sends need no room.
        """
        self._check()
        transaction = Transaction(self._services, sends, settlements, scope)
        if dead_letters:
            transaction.move_dead_letters()
        else:
            transaction.commit()

    def browse(self, queue_name: str, matches: Matches | None = None) -> Generator[Any, None, None]:
        """Iterate over the records that could be received now, in order, without taking them."""
        with self._lock:
            queue = self._queue(queue_name)
        held = queue.snapshot()
        records = held if self._journal is None else map(self._journal.record, held)
        return (record for record in records if record is not None and (matches is None or matches(record)))

    # -- destinations and client ids

    def create_temporary(self, kind: Kind) -> str:
        """Make a queue or topic that lives until `delete`, and return its name."""
        with self._lock:
            self._check()
            name = f"{TEMPORARY_PREFIX}{kind}.{self._mark}.{next(self._temporary)}"
            if kind == "queue":
                self._queues[name] = self._factory.queue(name, is_temporary=True)
            else:
                self._topics[name] = self._factory.topic(name)
            return name

    def delete(self, kind: Kind, name: str) -> None:
        """Delete a queue with its records, or a topic with its subscriptions; its senders are refused from now on.

        What closed receivers hold of it may still be settled, and is dropped when it is released.
        Raises the in-use error while it has a receiver. Does nothing if there is no such destination.
        """
        with self._lock:
            self._check()
            if kind == "queue":
                queue = self._queues.get(name)
                if queue is None:
                    return
                if queue.receivers:
                    raise self._errors.in_use(f"queue {name} has a consumer: close that consumer first")
                del self._queues[name]
                queue.close(State.DELETED)
            else:
                topic = self._topics.get(name)
                if topic is None:
                    return
                if any(subscription.is_active for subscription in topic.subscriptions):
                    raise self._errors.in_use(f"topic {name} has a consumer: close that consumer first")
                del self._topics[name]
                self._close_topic(topic, State.DELETED)
                self._subscriptions.discard_topic(topic.subscriptions)
        if self._journal is not None:
            self._journal.wait()

    def claim(self, client_id: str) -> None:
        """Reserve a client id. Raises the client-id error if it is taken."""
        with self._lock:
            self._check()
            if client_id in self._client_ids:
                raise self._errors.client_id(
                    f"client id {client_id!r} is in use: close its connection first, or use another"
                )
            self._client_ids.add(client_id)

    def disclaim(self, client_id: str) -> None:
        """Free the client id, so that it may be claimed again."""
        with self._lock:
            self._client_ids.discard(client_id)

    # -- the engine itself

    @property
    def is_prompt(self) -> bool:
        """Whether nothing but `take` ever waits: neither for room nor for the disk."""
        return self._services.limits.is_unlimited and not self.is_durable

    @property
    def is_durable(self) -> bool:
        """Whether what is sent outlives the process."""
        return self._services.store is not None

    @property
    def damage(self) -> Sequence[Damage]:
        """What could not be read of the journal."""
        return () if self._journal is None else tuple(self._journal.damage)

    def statistics(self) -> dict[QueueAddress, Statistics]:
        """Return the counts of each queue and each subscription."""
        # of copies, made in one step: a thread with the lock may be waiting for the disk
        counts = {QueueAddress("queue", name): queue.statistics() for name, queue in self._queues.copy().items()}
        for name, topic in self._topics.copy().items():
            for subscription in list(topic.subscriptions):
                counts[QueueAddress("topic", name, subscription.label)] = subscription.queue.statistics()
        return counts

    def file_statistics(self) -> FileStatistics | None:
        """Return the sizes of the journal's files; None for an engine in memory."""
        return None if self._journal is None else self._journal.statistics()

    def queue_statistics(self, name: str) -> Statistics | None:
        """Return the counts of one queue; None if there is no such queue."""
        with self._lock:
            queue = self._queues.get(name)
            return None if queue is None else queue.statistics()

    def close(self) -> None:
        """Drop everything but what is in the journal. Calls that wait, and later ones, raise the closed error."""
        if self._state in (State.CLOSED, State.FORKED):
            return
        try:
            if self._journal is not None:
                self._journal.drain()
        finally:  # also if a signal's handler raises: another process may need the folder
            with self._lock:
                is_closed = self._state in (State.CLOSED, State.FORKED)
                if not is_closed:
                    self._close_all(State.CLOSED)
            if not is_closed:
                self._services.timers.close()
                if self._journal is not None:
                    self._journal.close()

    # -- inside

    def _restore(self, definition: Definition) -> None:
        """Make a queue or subscription that an earlier process left."""
        if definition.topic is None:
            self._queue(definition.name)
            return
        assert self._journal is not None, "the definition is from there"
        text = definition.selector_text
        interest = Interest(self._topic(definition.topic), text, definition.excluded_origin)
        matches = None if text is None else self._journal.matches(text)
        self._subscriptions.named((definition.owner, definition.name), interest, matches, True, definition.shared)

    def _fail(self, error: Exception) -> None:
        """Close because the journal cannot be written (in a thread of its own)."""
        with self._lock:
            if self._state is not State.OPEN:
                return
            self._close_all(State.FAILED)
        self._services.timers.close()
        if self._on_failure is not None:
            self._on_failure(error)

    def _check(self) -> None:
        if self._state is not State.OPEN:
            raise self._services.refusal(self._state)

    def _queue(self, name: str) -> Queue:
        self._check()
        queue = self._queues.get(name)
        if queue is None:
            self._refuse_temporary(name)
            queue = self._queues[name] = self._factory.queue(name)
        return queue

    def _topic(self, name: str) -> Topic:
        self._check()
        topic = self._topics.get(name)
        if topic is None:
            self._refuse_temporary(name)
            topic = self._topics[name] = self._factory.topic(name)
        return topic

    def _refuse_temporary(self, name: str) -> None:
        if name.startswith(TEMPORARY_PREFIX):
            raise self._errors.no_destination(f"temporary destination {name} was deleted")

    def _all_queues(self) -> Iterator[Queue]:
        yield from self._queues.values()
        for topic in self._topics.values():
            for subscription in topic.subscriptions:
                yield subscription.queue

    def _close_topic(self, topic: Topic, state: State) -> None:
        topic.close(self._factory.closed_queue(topic, state))

    def _close_all(self, state: State) -> None:
        self._state = state
        for topic in self._topics.values():
            self._close_topic(topic, state)
        for queue in self._all_queues():
            queue.close(state)

    def _abandon(self) -> None:
        """Close in a forked child: threads that are not in this process may hold the locks."""
        self._lock = threading.Lock()
        self._services.timers.abandon()
        if self._journal is not None:
            self._journal.abandon()
        for topic in self._topics.values():
            topic.abandon()
        for queue in self._all_queues():
            queue.abandon()
        if self._state is State.OPEN:
            self._close_all(State.FORKED)


def _after_fork_in_child() -> None:
    for engine in list(_engines):
        engine._abandon()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
