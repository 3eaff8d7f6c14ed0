"""A receiver: one consumer's way to take records from a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from native_engine.calls import Call, Ready, call_all
from native_engine.queue import Queue
from native_engine.records import Delivery, Entry, Matches, Outcome, Receipt
from native_engine.services import State

__all__ = ["Receiver"]


class Receiver:
    """Takes records from a queue or subscription. One thread at a time calls `take`; everything else is for any thread.

    Made by `Engine.receiver` and `Engine.subscribe`. What begins with an underscore is between this class and the other
    parts of the engine, mostly its queue.
    """

    __slots__ = (
        "_asleep", "_callback", "_called", "_calls", "_discard", "_fast", "_handed", "_interrupted", "_matches",
        "_promise", "_queue", "_taking", "_wakeup", "closed", "held",
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
        self.closed = False  # `close` was called
        self._asleep = False  # the thread in take sleeps, or is about to
        self._callback: Ready | None = None  # set while listening
        self._called = False  # somebody counts on this receiver to look
        self._calls = 0
        self._promise: Entry | None = None  # what it was called for
        self._fast = False  # may take without the lock
        self._taking = False  # is in the lines that rely on `_fast`
        self._handed = 0
        self.held: set[Receipt] = set()  # what was handed over and is not settled
        queue.add(self)

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """Wait in the caller's thread for a record.

        `timeout` is in seconds, None for ever. With `settle`, a record that was never handed over before is accepted
        at once and comes without a receipt. Gives None when the time is up, or `interrupt` or `close` was called.
        Raises the closed error when the engine is closed, the no-destination error when the queue was deleted.
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
            pass  # another receiver took the last one between the look and the grasp
        finally:
            self._taking = False
        return self._take_or_wait(timeout, settle)

    def settle(self, receipts: Iterable[Receipt], outcome: Outcome) -> None:
        """Accept (None) or release (with this many attempts) exactly these; what is not held is passed over.

        Raises the closed error when the engine is closed.
        """
        if outcome is None and self.held and self._queue.bounds is None:
            self.held.difference_update(receipts)
            return
        with self._queue.lock:
            if self._queue.state in (State.CLOSED, State.FORKED):
                self._queue.check()
            self._apply(receipts, outcome)
            calls = self._queue.offer()
        call_all(calls)

    def ready(self, callback: Ready | None) -> None:
        """Listen (or with None no more): the callback is called when a record may be taken, at once if there is one.

        It answers True if a thread will take now, or False if none is free: then another receiver is called, and this
        one is expected to take by itself later, until `take` gives None. It is called in the thread of whoever made the
        record available, with no lock held.
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
        """Make the take in progress, or else the next one, give None."""
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
        """Tell whether the delivery is unsettled and still this receiver's."""
        return receipt in self.held

    def close(self) -> None:
        """Take no more; a waiting `take` gives None. Receipts stay good until they are settled or released.

        A non-durable subscription ends with its last receiver.
        """
        call_all(self._discard(self))

    def release_unsettled(self) -> None:
        """Let all that is unsettled be delivered again, each with one attempt more."""
        with self._queue.lock:
            released = [receipt for receipt in tuple(self.held) if self._let_go(receipt)]
            self._queue.take_back((receipt, receipt.attempts + 1) for receipt in released)
            calls = self._queue.offer()
        call_all(calls)

    # -- for the other parts of the engine

    def _apply(self, receipts: Iterable[Receipt], outcome: Outcome) -> int:
        """Settle with the lock of the queue held; gives how many were held."""
        settled = [receipt for receipt in receipts if self._let_go(receipt)]
        if outcome is not None:
            self._queue.take_back((receipt, outcome) for receipt in settled)
        elif self._queue.bounds is not None:
            for receipt in settled:
                self._queue.bounds.leave(receipt.record)
        return len(settled)

    def _holds_all(self, receipts: Sequence[Receipt]) -> bool:
        """Tell whether none of them is stale."""
        return self.held.issuperset(receipts)

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
        """End a call that is under way: whoever called counts on this receiver no more (locked)."""
        if self._called:
            self._called = False
            self._queue.called -= 1
            if self._promise is not None and self._queue.backlog is not None:
                self._queue.backlog.withdraw(self._promise, self)
            self._promise = None
            self._refresh()

    def _decline(self, number: int) -> list[Call]:
        """Answer a call with no; gives the calls to be made instead."""
        with self._queue.lock:
            if not self._called or self._calls != number:
                return []  # it took or left meanwhile
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
                    calls = queue.offer()  # this looks again, after `_rest` told the senders that somebody waits
                call_all(calls)
                if not self._asleep:
                    return delivery
                self._sleep(deadline)
            except BaseException:  # KeyboardInterrupt, too, must not leave a sleeper behind whom others count on
                with queue.lock:
                    self._rise()
                    self._rest()
                    calls = queue.offer()
                call_all(calls)
                raise

    def _look(self, settle: bool) -> tuple[Delivery | None, bool]:
        """Take a record if there is one; tell whether waiting for one is over (locked)."""
        if self.closed:
            return None, True
        self._queue.check()
        if self._interrupted:
            self._interrupted = False
            self._refresh()
            return None, True
        receipt = self._queue.next_for(self)
        if receipt is None:
            return None, False
        self._handed += 1
        if settle and receipt.attempts == 0:
            if self._queue.bounds is not None:
                self._queue.bounds.leave(receipt.record)
            return (receipt.record, None, 0), True
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
