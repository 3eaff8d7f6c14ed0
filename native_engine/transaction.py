"""Doing several sends and settlements as one, and waiting for room before any of it is done."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from operator import methodcaller
from typing import TYPE_CHECKING, Any, TypeAlias

from native_engine.bounds import Bounds, Scope, WaitingSender
from native_engine.calls import Call, call_all
from native_engine.errors import ErrorType
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from native_engine.records import Outcome, Receipt, Record
from native_engine.services import Services, State

if TYPE_CHECKING:
    from native_engine.sender import Sender

__all__ = ["Settlement", "Transaction"]

Settlement: TypeAlias = tuple[Receiver, Sequence[Receipt], Outcome]


class Part:
    """What a transaction does to one queue."""

    __slots__ = ("queue", "records", "settlements")

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.records: list[Any] = []
        self.settlements: list[Settlement] = []

    @property
    def is_stale(self) -> bool:
        """Whether a delivery to be settled is not held any more."""
        return not all(receiver._holds_all(receipts) for receiver, receipts, _ in self.settlements)

    @property
    def leaving(self) -> list[Any]:
        """The records whose room becomes free."""
        accepted = [receipts for _, receipts, outcome in self.settlements if outcome is None]
        return [receipt.record for receipts in accepted for receipt in receipts]

    @property
    def is_limited(self) -> bool:
        """Whether there may be no room for the records."""
        queue = self.queue
        return bool(self.records) and queue.bounds is not None and not queue.drops_oldest and queue.state is State.OPEN

    def no_room(self) -> str:
        """Say that the queue is full, and what to do."""
        name, value = self._bounds.limit(self.records)
        return (
            f"{self.queue.title} is full ({name}={value}): "
            f"receive from it, raise {name}, or have senders wait for room (when_full=block)"
        )

    def too_late(self, patience: float) -> str:
        """Say that the queue was full all the time, and what to do."""
        name, value = self._bounds.limit(self.records)
        return (
            f"{self.queue.title} was full ({name}={value}) for {patience:g} s (block_timeout): "
            f"receive from it, raise {name}, or wait longer"
        )

    def too_much(self) -> str:
        """Say that the records do not even fit into an empty queue, and what to do."""
        name, value = self._bounds.limit(self.records, alone=True)
        amount = f"{len(self.records)} records" if name == "max_depth" else f"{self._bounds.size(self.records)} bytes"
        return (
            f"{amount} at once are more than {self.queue.title} may hold at all ({name}={value}): "
            f"send less at once, or raise {name}"
        )

    @property
    def _bounds(self) -> Bounds:
        bounds = self.queue.bounds
        assert bounds is not None, "only what has bounds can be full"
        return bounds

    def apply(self) -> int:
        """Do it; gives how many deliveries were accepted."""
        accepted = 0
        for receiver, receipts, outcome in self.settlements:
            settled = receiver._apply(receipts, outcome)
            accepted += settled if outcome is None else 0
        for record in sorted(self.records, key=_urgency):  # receivers without a lock must not see the last first
            self.queue.put(record)
        return accepted


_acquire, _release = methodcaller("acquire"), methodcaller("release")


class Locks:
    """Several locks that are held together."""

    __slots__ = ("_locks",)

    def __init__(self, locks: Sequence[threading.Lock]) -> None:
        self._locks = locks

    def __enter__(self) -> None:
        taken: list[bool] = []
        try:
            taken.extend(map(_acquire, self._locks))  # in C, so that an interruption finds all noted that are taken
        except BaseException:
            for lock in self._locks[: len(taken)]:
                lock.release()
            raise

    def __exit__(self, *exception: object) -> None:
        deque(map(_release, self._locks), 0)  # in C, too: it is not interrupted half-way


class Transaction:
    """Sends and settlements that are done together or not at all.

    All the queues stay locked while it is done. A receiver that takes without the lock may get one of the records
    before the others are in; but it finds none missing, because `take` looks under the lock before it gives None.
    """

    def __init__(
        self,
        services: Services,
        sends: Sequence[tuple[Sender, Record]],
        settlements: Sequence[Settlement],
        scope: Scope | None = None,
    ) -> None:
        self._services = services
        self._scope = scope
        self._failure: ErrorType = services.errors.rolled_back
        self._is_send = False
        parts: dict[Queue, Part] = {}
        for sender, record in sends:
            for queue in sender.targets(record):
                parts.setdefault(queue, Part(queue)).records.append(record)
        for receiver, receipts, outcome in settlements:
            settled = parts.setdefault(receiver._queue, Part(receiver._queue)).settlements
            settled.append((receiver, receipts, outcome))
        self._parts = sorted(parts.values(), key=_serial)
        self._locks = Locks([part.queue.lock for part in self._parts])

    def commit(self) -> None:
        """Wait for room for all the sends, then do everything. Raises the rolled-back error with nothing done."""
        self._wait_and_run()

    def move_dead_letters(self) -> None:
        """Do everything now, also beyond the bounds, and count what is accepted as dead letters."""
        with self._locks:
            self._check()
            calls = self._apply(dead_letters=True)
        call_all(calls)

    def send(self) -> None:
        """Do it as a plain send, which raises the full error."""
        self._is_send = True
        self._failure = self._services.errors.full
        self._wait_and_run()

    # -- inside

    def _wait_and_run(self) -> None:
        thread: WaitingSender | None = None
        deadline = 0.0
        try:
            while True:
                with self._locks:
                    self._check()
                    full = self._first_without_room(thread)
                    if full is None:
                        calls = self._apply()
                        break
                    if thread is None:
                        thread = WaitingSender()
                        deadline = self._start_to_wait(full, thread)
                    elif time.monotonic() >= deadline:
                        raise self._failure(full.too_late(self._patience))
                    self._line_up(full, thread)
                thread.sleep(max(0.0, deadline - time.monotonic()))
        finally:
            if thread is not None:
                self._stop_waiting(thread)
        call_all(calls)

    @property
    def _patience(self) -> float:
        return self._services.limits.block_timeout

    def _start_to_wait(self, full: Part, thread: WaitingSender) -> float:
        """Give the time when the waiting ends, unless there is nothing to wait for."""
        for part in self._parts:
            if part.is_limited and part.queue.bounds is not None and not part.queue.bounds.could_fit(part.records):
                raise self._failure(part.too_much())
        if self._services.limits.when_full == "fail":
            raise self._failure(full.no_room())
        if self._scope is not None:
            self._scope.waiting.add(thread)
            self._check_scope(self._scope)  # it may have been closed since the last look
        return time.monotonic() + self._patience

    def _line_up(self, full: Part, thread: WaitingSender) -> None:
        for part in self._parts:
            if part.queue.bounds is not None:
                if part is full:
                    part.queue.bounds.line_up(thread)
                else:
                    part.queue.bounds.step_out(thread)

    def _stop_waiting(self, thread: WaitingSender) -> None:
        if self._scope is not None:
            self._scope.waiting.discard(thread)
        for part in self._parts:
            if part.queue.bounds is not None:
                with part.queue.lock:
                    part.queue.bounds.step_out(thread)

    def _check(self) -> None:
        """Raise if it cannot be done, with nothing done yet."""
        if self._scope is not None:
            self._check_scope(self._scope)
        for part in self._parts:
            if part.queue.state is not State.DELETED or self._is_send:
                part.queue.check()
            elif part.records:
                raise self._failure(f"{part.queue.title} was deleted")
            if part.is_stale:
                raise self._failure("A delivery to be settled is not held any more")

    def _check_scope(self, scope: Scope) -> None:
        if scope.closed and self._is_send:
            raise self._services.errors.sender_closed("The sender was closed while it waited for room, or before")
        if scope.closed:
            raise self._failure("What the commit belongs to was closed before it was done")

    def _first_without_room(self, thread: WaitingSender | None) -> Part | None:
        for part in self._parts:
            bounds = part.queue.bounds
            if bounds is not None and part.is_limited and not bounds.has_room(part.records, part.leaving, thread):
                return part
        return None

    def _apply(self, dead_letters: bool = False) -> list[Call]:
        calls: list[Call] = []
        for part in self._parts:
            accepted = part.apply()
            if dead_letters:
                part.queue.dead_lettered += accepted
        for part in self._parts:
            calls += part.queue.offer()
        return calls


def _serial(part: Part) -> int:
    """Give the order of locking, which is the same for all."""
    return part.queue.serial


def _urgency(record: Record) -> int:
    return -record.priority
