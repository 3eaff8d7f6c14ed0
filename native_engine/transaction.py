"""Doing several sends and settlements as one, and waiting for room before any of it is done."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import compress
from operator import methodcaller
from typing import TYPE_CHECKING, Any, TypeVar

from native_engine.bounds import Scope, WaitingSender
from native_engine.calls import Call, call_all
from native_engine.claim import Claim
from native_engine.part import Part, Settlement
from native_engine.queue import Queue
from native_engine.records import Record
from native_engine.services import NoRoomError, Services, State, Store

if TYPE_CHECKING:
    from native_engine.sender import Sender

__all__ = ["Transaction"]

T = TypeVar("T")

_acquire, _release = methodcaller("acquire"), methodcaller("release")


def locked(locks: Sequence[threading.Lock], step: Callable[[], T]) -> T:
    """Take a step while several locks are held together.

    A signal's handler, such as that of Ctrl-C, may raise before and after each call, also at the begin of an
    `__exit__` in Python. So each of the two calls that matter runs in C as a whole.
    """
    taken: list[bool] = []
    give_back = map(_release, compress(locks, taken))  # when it runs: those that were taken
    try:
        taken.extend(map(_acquire, locks))
        return step()
    finally:
        deque(give_back, 0)


class Parts(dict[Queue, Part]):
    """What a transaction does to each queue, made when it is asked for."""

    def __missing__(self, queue: Queue) -> Part:
        part = self[queue] = Part(queue)
        return part


class Transaction:
    """Sends and settlements that are done together or not at all, in three steps.

    - *Claim*, with all the queues locked: wait until there is room, check everything, and keep room and receipts from
      all others. Closing the scope, or a delivery that is not held any more, rolls back here.
    - *Write*, with no lock held: `Store.write` returns when the transaction is safe. This decides: if it raises, all
      that was claimed is given back; if it returns, the transaction is done, whatever was closed meanwhile.
    - *Apply*, with all the queues locked: settle the deliveries, and put the records in. This cannot fail.

    An engine in memory has nothing to write. Then the first and the last step are one, and nothing has to be claimed.

    A receiver that takes without the lock may get one of the records before the others are in; but it finds none
    missing, because `take` looks under the lock before it returns None.
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
        self._is_send = False
        self._moves_dead_letters = False
        self._records: list[Any] = []  # for the store, in the order of the sends
        parts, store = Parts(), services.store
        if store is None:
            for sender, record in sends:
                for queue in sender.targets(record):
                    parts[queue].records.append(record)
        else:
            for sender, record in sends:
                queues = sender.targets(record)
                held = store.hold(record, queues)
                self._records += held
                for queue, each in zip(queues, held, strict=True):
                    parts[queue].records.append(each)
        for settlement in settlements:
            parts[settlement[0]._queue].settlements.append(settlement)
        self._parts = sorted(parts.values(), key=_serial)
        self._locks = [part.queue.lock for part in self._parts]

    def commit(self) -> None:
        """Wait for room for all the sends, then do everything. Raises the rolled-back error with nothing done."""
        store = self._services.store
        if store is None:
            call_all(self._in_room(self._apply))
        else:
            self._write_and_apply(store)

    def move_dead_letters(self) -> None:
        """Do everything, also beyond the bounds, and count what is accepted as dead letters."""
        self._moves_dead_letters = True
        self.commit()

    def send(self) -> None:
        """Do it as a plain send, which raises the full error, the sender-closed or the no-destination error."""
        self._is_send = True
        self.commit()

    # -- the steps

    def _write_and_apply(self, store: Store) -> None:
        claims = [Claim(part) for part in self._parts]

        def claim() -> list[Call]:
            for each in claims:
                each.take()
            return []

        try:
            self._in_room(claim)
            interruption = store.write(self._parts, self._records)
        except BaseException as error:  # KeyboardInterrupt, too, gives back what was claimed
            call_all(locked(self._locks, lambda: [call for each in claims for call in each.roll_back()]))
            if isinstance(error, NoRoomError):
                raise self._failed(str(error)) from error
            raise

        def apply() -> list[Call]:
            for each in claims:
                each.lift()
            return self._apply()

        call_all(locked(self._locks, apply))
        if interruption is not None:
            raise interruption

    def _apply(self) -> list[Call]:
        calls: list[Call] = []
        for part in self._parts:
            accepted = part.apply()
            if self._moves_dead_letters:
                part.queue.dead_lettered += accepted
        for part in self._parts:
            calls += part.queue.offer()
        return calls

    # -- waiting for room

    def _in_room(self, step: Callable[[], list[Call]]) -> list[Call]:
        """Take this step with all the queues locked, once there is room and nothing forbids it."""
        sender: WaitingSender | None = None
        deadline = 0.0

        def attempt() -> list[Call] | None:
            nonlocal sender, deadline
            self._check()
            full = self._first_without_room(sender)
            if full is None:
                return step()
            if sender is None:
                sender = WaitingSender()
                deadline = self._start_to_wait(full, sender)
            elif time.monotonic() >= deadline:
                raise self._failed(full.too_late(self._services.limits.block_timeout))
            self._line_up(full, sender)
            return None

        try:
            while (calls := locked(self._locks, attempt)) is None:
                if sender is not None:
                    sender.sleep(max(0.0, deadline - time.monotonic()))
            return calls
        finally:
            if sender is not None:
                self._stop_waiting(sender)

    def _check(self) -> None:
        """Raise if it cannot be done."""
        if self._scope is not None:
            self._check_scope(self._scope)
        for part in self._parts:
            if part.queue.state is not State.DELETED or self._is_send:
                part.queue.check()
            elif part.records:
                raise self._failed(f"{part.queue.title} was deleted")
            if part.is_stale:
                raise self._failed("a received message may already belong to another consumer; nothing was sent")

    def _check_scope(self, scope: Scope) -> None:
        if scope.closed and self._is_send:
            raise self._services.errors.sender_closed("message not sent: the sender is closed")
        if scope.closed:
            raise self._failed("closed while it waited for room, or before; nothing was sent")

    def _failed(self, reason: str) -> Exception:
        """Return the error for the caller: nothing was done."""
        if self._is_send:
            return self._services.errors.full(f"message not sent: {reason}")
        return self._services.errors.rolled_back(f"transaction rolled back: {reason}")

    def _first_without_room(self, sender: WaitingSender | None) -> Part | None:
        if self._moves_dead_letters:
            return None
        for part in self._parts:
            bounds = part.queue.bounds
            if bounds is not None and part.is_limited and not bounds.has_room(part.records, part.leaving, sender):
                return part
        return None

    def _start_to_wait(self, full: Part, sender: WaitingSender) -> float:
        """Return the time when the waiting ends; raise if there is nothing to wait for."""
        for part in self._parts:
            if part.is_limited and part.queue.bounds is not None and not part.queue.bounds.could_fit(part.records):
                raise self._failed(part.too_much())
        if self._services.limits.when_full == "fail":
            raise self._failed(full.no_room())
        if self._scope is not None:
            self._scope.waiting.add(sender)
            self._check_scope(self._scope)  # it may have been closed since the last check
        return time.monotonic() + self._services.limits.block_timeout

    def _line_up(self, full: Part, sender: WaitingSender) -> None:
        for part in self._parts:
            if part.queue.bounds is not None:
                if part is full:
                    part.queue.bounds.line_up(sender)
                else:
                    part.queue.bounds.step_out(sender)

    def _stop_waiting(self, sender: WaitingSender) -> None:
        if self._scope is not None:
            self._scope.waiting.discard(sender)
        for part in self._parts:
            if part.queue.bounds is not None:
                with part.queue.lock:
                    part.queue.bounds.step_out(sender)


def _serial(part: Part) -> int:
    """Return the place of the queue in the order of locking, which is the same for all."""
    return part.queue.serial
