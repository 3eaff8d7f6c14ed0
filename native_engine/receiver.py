"""A receiver: one consumer's way to take records from a queue."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence

from native_engine.calls import Call, Ready, call_all
from native_engine.queue import Queue
from native_engine.records import LATEST, Delivery, Entry, Matches, Outcome, Receipt

__all__ = ["Receiver"]


class Receiver:
    """Takes records from a queue or subscription. One thread at a time calls `take`; everything else is for any thread.

    Made by `Engine.receiver` and `Engine.subscribe`. What begins with an underscore is between this class and the other
    parts of the engine, mostly its queue. Methods marked (locked) are called with the lock of the queue held.
    """

    __slots__ = (
        "_asleep", "_callback", "_called", "_calls", "_claimed", "_discard", "_fast", "_handed", "_interrupted",
        "_matches", "_promise", "_queue", "_taking", "_wakeup", "closed", "held",
    )  # fmt: skip

    def __init__(
        self,
        queue: Queue,
        matches: Matches | None = None,
        discard: Callable[[Receiver], list[Call]] | None = None,
    ) -> None:
        self._queue = queue
        self._matches = matches
        self._discard = discard or queue.discard
        self._wakeup = threading.Lock()  # free when there is something to wake up for
        self._wakeup.acquire()
        self._interrupted = False
        self.closed: bool = False  # `close` was called
        self._asleep = False  # the thread in take sleeps, or is about to
        self._callback: Ready | None = None  # set while listening
        self._called = False  # it was called, and has not looked yet
        self._calls = 0
        self._promise: Entry | None = None  # what it was called for
        self._fast = False  # may take without the lock
        self._taking = False  # is in the lines that rely on `_fast`
        self._handed = 0
        self.held: set[Receipt] = set()  # what was handed over and is not settled
        self._claimed: set[Receipt] = set()  # what was held, until a transaction claimed it; not yet settled
        queue.add(self)

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """Wait in the caller's thread for a record.

        `timeout` is in seconds, None without limit. With `settle`, a record that was never handed over before is
        accepted at once and comes without a receipt. Returns None when the time is up, or `interrupt` or `close` was
        called. Raises the closed error when the engine is closed, the no-destination error when the queue was deleted.
        """
        self._taking = True
        try:
            if self._fast:
                queue = self._queue
                for lane in queue.lanes:
                    if lane:
                        record = lane.popleft()
                        self._handed += 1
                        if settle:
                            return record, None, 0
                        receipt = Receipt()
                        receipt.record = record
                        receipt.number = next(queue.numbers)
                        receipt.attempts = 0
                        self.held.add(receipt)
                        return record, receipt, 0
        except IndexError:
            pass  # another receiver took the last one between the test and the pop
        finally:
            self._taking = False
        return self._take_or_wait(timeout, settle)

    def settle(self, receipts: Iterable[Receipt], outcome: Outcome) -> None:
        """Accept (None) or release (with this many attempts) exactly these; what is not held is passed over.

        Raises the closed error when the engine is closed.
        """
        if outcome is None and self.held and self._queue.books is None:
            self.held.difference_update(receipts)
            return
        with self._queue.lock:
            if self._queue.state.is_of_engine:
                self._queue.check()
            self._apply(receipts, outcome)
            calls = self._queue.offer()
        call_all(calls)

    def postpone(self, receipts: Iterable[Receipt], attempts: int, delay: float) -> None:
        """Release exactly these, to be delivered again in `delay` seconds; until then others pass them.

        What is not held is passed over. Raises the closed error when the engine is closed.
        """
        with self._queue.lock:
            if self._queue.state.is_of_engine:
                self._queue.check()
            due = min(math.ceil((self._queue.services.clock.now() + delay) * 1000), LATEST)
            released = [receipt for receipt in receipts if self._let_go(receipt)]
            self._queue.postpone(((receipt, attempts) for receipt in released), due)
            calls = self._queue.offer()
        call_all(calls)

    def ready(self, callback: Ready | None) -> None:
        """Listen, or with None listen no more. The callback is called when a record may be taken, at once if one waits.

        It answers True if a thread takes now, or False if none is free: then another receiver is called, and this one
        is expected to take by itself later, until `take` returns None. It is called in the thread that made the record
        available, with no lock held.
        """
        with self._queue.lock:
            self._callback = callback
            self._arrive()
            if not self._asleep:
                self._queue.idle.pop(self, None)
                self._rest()
            calls = self._queue.offer()
        call_all(calls)

    def interrupt(self) -> None:
        """Make the take in progress, or else the next one, return None."""
        with self._queue.lock:
            if self.closed:
                return
            self._interrupted = True
            self._arrive()
            self._fast = False
            self._wake()
            calls = self._queue.offer()
        call_all(calls)

    def holds(self, receipt: Receipt) -> bool:
        """Whether the delivery is unsettled and still this receiver's."""
        return receipt in self.held or receipt in self._claimed

    @property
    def unsettled(self) -> int:
        """How many deliveries are not settled."""
        return len(self.held) + len(self._claimed)

    def close(self) -> None:
        """Take no more; a waiting `take` returns None. Receipts stay good until they are settled or released.

        A non-durable subscription ends with its last receiver.
        """
        call_all(self._discard(self))

    def release_unsettled(self) -> None:
        """Release all that is unsettled to be delivered again, each with one attempt more.

        What a transaction has claimed is released if the transaction is rolled back.
        """
        with self._queue.lock:
            self._claimed.clear()
            released = [receipt for receipt in tuple(self.held) if self._let_go(receipt)]
            self._queue.take_back((receipt, receipt.attempts + 1) for receipt in released)
            calls = self._queue.offer()
        call_all(calls)

    # -- for the other parts of the engine

    def _apply(self, receipts: Iterable[Receipt], outcome: Outcome) -> int:
        """Settle, and return how many were held (locked)."""
        queue = self._queue
        settled = [receipt for receipt in receipts if self._let_go(receipt)]
        if outcome is not None:
            queue.take_back((receipt, outcome) for receipt in settled)
        elif queue.books is not None:
            for receipt in settled:
                queue.books.leave(receipt.record)
        return len(settled)

    def _holds_all(self, receipts: Sequence[Receipt]) -> bool:
        """Whether none of them is stale."""
        return self.held.issuperset(receipts)

    def _claim(self, receipt: Receipt) -> bool:
        """Keep what is held from everything but `_unclaim` and `_roll_back`; False if it is not held (locked)."""
        if receipt not in self.held:
            return False
        self._claimed.add(receipt)
        if self._let_go(receipt):
            return True
        self._claimed.discard(receipt)
        return False

    def _unclaim(self, receipt: Receipt) -> None:
        """Hold again what was claimed (locked)."""
        self.held.add(receipt)
        self._claimed.discard(receipt)

    def _roll_back(self, receipt: Receipt) -> None:
        """Hold again what was claimed, or release it if `release_unsettled` was called meanwhile (locked)."""
        if receipt in self._claimed:
            self._unclaim(receipt)
        elif receipt not in self.held:  # it is if the claim was interrupted
            self._queue.take_back([(receipt, receipt.attempts + 1)])

    def _lose_unsettled(self) -> None:
        """Hold nothing any more: the engine is gone (locked)."""
        self.held.clear()
        self._claimed.clear()

    def _refresh(self) -> None:
        """Find out whether this receiver may take without the lock (locked)."""
        self._fast = self._queue.plain and not (self._called or self._interrupted or self.closed)

    def _wait_until_out(self) -> None:
        """Wait until the thread in take has left the lock-free lines; it needs no lock for that (locked)."""
        while self._taking:
            time.sleep(0)

    def _wake(self) -> None:
        """Wake the thread in take, if it sleeps; a wake-up that comes too early is kept (locked)."""
        if self._asleep and self._wakeup.locked():
            self._wakeup.release()

    def _arrive(self) -> None:
        """End a call that is under way: the queue counts on this receiver no more (locked)."""
        if self._called:
            self._called = False
            self._queue.called -= 1
            if self._promise is not None and self._queue.backlog is not None:
                self._queue.backlog.withdraw(self._promise, self)
            self._promise = None
            self._refresh()

    def _decline(self, number: int) -> list[Call]:
        """Answer this call with no; return the calls to make instead."""
        with self._queue.lock:
            if not self._called or self._calls != number:
                return []  # it took, or was closed or disarmed, meanwhile
            self._arrive()
            return self._queue.offer()

    # -- inside

    def _let_go(self, receipt: Receipt) -> bool:
        """Hold it no more; False if it is settled, perhaps at this moment by `settle`, which takes no lock."""
        try:
            self.held.remove(receipt)
        except KeyError:
            return False
        return True

    def _take_or_wait(self, timeout: float | None, settle: bool) -> Delivery | None:
        deadline = None if timeout is None else time.monotonic() + timeout
        queue = self._queue
        while True:
            try:
                with queue.lock:
                    self._rise()
                    delivery, is_over = self._look(settle)
                    if delivery is None:
                        self._asleep = not is_over and (deadline is None or time.monotonic() < deadline)
                        self._rest()
                    calls = queue.offer()  # this looks again, after `_rest` told the senders that a receiver waits
                call_all(calls)
                if not self._asleep:
                    return delivery
                self._sleep(deadline)
            except BaseException:  # after a KeyboardInterrupt, too, no sleeper may be left for others to count on
                with queue.lock:
                    self._rise()
                    self._rest()
                    calls = queue.offer()
                call_all(calls)
                raise

    def _look(self, settle: bool) -> tuple[Delivery | None, bool]:
        """Take a record if there is one, and tell whether waiting for one is over (locked)."""
        if self.closed:
            return None, True
        queue = self._queue
        queue.check()
        if self._interrupted:
            self._interrupted = False
            self._refresh()
            return None, True
        receipt = queue.next_for(self)
        if receipt is None:
            return None, False
        self._handed += 1
        books = queue.books
        if settle and receipt.attempts == 0:
            if books is not None:
                books.leave(receipt.record)
            return (receipt.record, None, 0), True
        if books is not None:
            books.handed(receipt.record, receipt.attempts + 1)
        self.held.add(receipt)
        return (receipt.record, receipt, receipt.attempts), True

    def _sleep(self, deadline: float | None) -> None:
        if deadline is None:
            self._wakeup.acquire()
        else:
            self._wakeup.acquire(timeout=max(0.0, min(deadline - time.monotonic(), threading.TIMEOUT_MAX)))

    def _rise(self) -> None:
        """Be idle no more (locked)."""
        if self._asleep:
            self._asleep = False
            self._wakeup.acquire(blocking=False)  # a wake-up in the last moment, when the time was up already
        self._queue.idle.pop(self, None)
        self._arrive()

    def _rest(self) -> None:
        """Be idle if there is a way to be called; `offer` must follow (locked)."""
        if (self._asleep or self._callback is not None) and not self.closed:
            self._queue.idle[self] = None
            self._queue.attention = True
