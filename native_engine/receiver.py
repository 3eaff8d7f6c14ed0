"""A receiver: one consumer's way to take records from a queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from native_engine.queue import Queue
from native_engine.records import Delivery, Entry, Matches, Outcome, Receipt
from native_engine.setting import State
from native_engine.waiting import Call, Ready, make

__all__ = ["Receiver"]


class Receiver:
    """Takes records from a queue or subscription. One thread at a time calls `take`; everything else is for any thread.

    Made by `Engine.receiver` and `Engine.subscribe`.
    """

    __slots__ = (
        "_gate", "_interrupted", "_leave", "asleep", "callback", "called", "calls", "closed", "fast", "handed", "held",
        "matches", "promise", "queue", "taking",
    )  # fmt: skip

    def __init__(
        self,
        queue: Queue,
        matches: Matches | None = None,
        leave: Callable[[Receiver], list[Call]] | None = None,
    ) -> None:
        self.queue = queue
        self.matches = matches
        self._leave = leave or queue.leave
        self._gate = threading.Lock()  # free when there is something to wake up for
        self._gate.acquire()
        self._interrupted = False
        self.closed = False
        self.asleep = False  # the thread in take sleeps, or is about to
        self.callback: Ready | None = None  # set while listening
        self.called = False  # somebody counts on this receiver to look
        self.calls = 0
        self.promise: Entry | None = None  # what it was called for
        self.fast = False  # may take without the lock
        self.taking = False  # is in the lines that rely on `fast`
        self.handed = 0
        self.held: set[Receipt] = set()
        queue.join(self)

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """Wait in the caller's thread for a record.

        `timeout` is in seconds, None for ever. With `settle`, a record that was never handed over before is accepted
        at once and comes without a receipt. Gives None when the time is up, or `interrupt` or `close` was called.
        Raises the closed error when the engine is closed, the no-destination error when the queue was deleted.
        """
        self.taking = True
        try:
            if self.fast:
                queue = self.queue
                for lane in queue.lanes:
                    if lane:
                        record = lane.popleft()
                        self.handed += 1
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
            self.taking = False
        return self._take_or_wait(timeout, settle)

    def settle(self, receipts: Iterable[Receipt], outcome: Outcome) -> None:
        """Accept (None) or release (with this many attempts) exactly these; what is not held is passed over.

        Raises the closed error when the engine is closed.
        """
        if outcome is None and self.held and self.queue.bounds is None:
            self.held.difference_update(receipts)
            return
        with self.queue.lock:
            if self.queue.state in (State.CLOSED, State.FORKED):
                self.queue.check()
            self.apply(receipts, outcome)
            calls = self.queue.offer()
        make(calls)

    def ready(self, callback: Ready | None) -> None:
        """Listen (or with None no more): the callback is called when a record may be taken, at once if there is one.

        It answers True if a thread will take now, or False if none is free: then another receiver is called, and this
        one is expected to take by itself later, until `take` gives None. It is called in the thread of whoever made the
        record available, with no lock held.
        """
        with self.queue.lock:
            self.callback = callback
            self.arrive()
            if not self.asleep:
                self.queue.idle.pop(self, None)
                self._rest()
            calls = self.queue.offer()
        make(calls)

    def interrupt(self) -> None:
        """Make the take in progress, or else the next one, give None."""
        with self.queue.lock:
            if self.closed:
                return
            self._interrupted = True
            self.arrive()
            self.fast = False
            self.wake()
            calls = self.queue.offer()
        make(calls)

    def holds(self, receipt: Receipt) -> bool:
        """Tell whether the delivery is unsettled and still this receiver's."""
        return receipt in self.held

    def close(self) -> None:
        """Take no more; a waiting `take` gives None. Receipts stay good until they are settled or released.

        A non-durable subscription ends with its last receiver.
        """
        make(self._leave(self))

    def release_unsettled(self) -> None:
        """Let all that is unsettled be delivered again, each with one attempt more."""
        with self.queue.lock:
            released = [receipt for receipt in tuple(self.held) if self._let_go(receipt)]
            self.queue.take_back((receipt, receipt.attempts + 1) for receipt in released)
            calls = self.queue.offer()
        make(calls)

    # -- for the engine

    def apply(self, receipts: Iterable[Receipt], outcome: Outcome) -> int:
        """Settle with the lock of the queue held; gives how many were held."""
        settled = [receipt for receipt in receipts if self._let_go(receipt)]
        if outcome is not None:
            self.queue.take_back((receipt, outcome) for receipt in settled)
        elif self.queue.bounds is not None:
            for receipt in settled:
                self.queue.bounds.leave(receipt.record)
        return len(settled)

    def holds_all(self, receipts: Sequence[Receipt]) -> bool:
        """Tell whether none of them is stale."""
        return self.held.issuperset(receipts)

    def refresh(self) -> None:
        """Find out whether this receiver may take without the lock (locked)."""
        self.fast = self.queue.plain and not (self.called or self._interrupted or self.closed)

    def wait_until_out(self) -> None:
        """Wait until the thread in take has left the lock-free lines; it needs no lock for that (locked)."""
        while self.taking:
            time.sleep(0)

    def wake(self) -> None:
        """Wake the thread in take, if it sleeps; a wake-up that comes too early is kept (locked)."""
        if self.asleep and self._gate.locked():
            self._gate.release()

    def arrive(self) -> None:
        """End a call that is under way: whoever called counts on this receiver no more (locked)."""
        if self.called:
            self.called = False
            self.queue.called -= 1
            if self.promise is not None and self.queue.store is not None:
                self.queue.store.forgo(self.promise, self)
            self.promise = None
            self.refresh()

    def decline(self, number: int) -> list[Call]:
        """Answer a call with no; gives the calls to be made instead."""
        with self.queue.lock:
            if not self.called or self.calls != number:
                return []  # it took or left meanwhile
            self.arrive()
            return self.queue.offer()

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
        queue = self.queue
        while True:
            try:
                with queue.lock:
                    self._rise()
                    delivery, is_over = self._look(settle)
                    if delivery is None:
                        self.asleep = not is_over and (deadline is None or time.monotonic() < deadline)
                        self._rest()
                    calls = queue.offer()  # this looks again, after `_rest` told the senders that somebody waits
                make(calls)
                if not self.asleep:
                    return delivery
                self._sleep(deadline)
            except BaseException:  # KeyboardInterrupt, too, must not leave a sleeper behind whom others count on
                with queue.lock:
                    self._rise()
                    self._rest()
                    calls = queue.offer()
                make(calls)
                raise

    def _look(self, settle: bool) -> tuple[Delivery | None, bool]:
        """Take a record if there is one; tell whether waiting for one is over (locked)."""
        if self.closed:
            return None, True
        self.queue.check()
        if self._interrupted:
            self._interrupted = False
            self.refresh()
            return None, True
        receipt = self.queue.next_for(self)
        if receipt is None:
            return None, False
        self.handed += 1
        if settle and receipt.attempts == 0:
            if self.queue.bounds is not None:
                self.queue.bounds.leave(receipt.record)
            return (receipt.record, None, 0), True
        self.held.add(receipt)
        return (receipt.record, receipt, receipt.attempts), True

    def _sleep(self, deadline: float | None) -> None:
        if deadline is None:
            self._gate.acquire()
        else:
            self._gate.acquire(timeout=max(0.0, min(deadline - time.monotonic(), threading.TIMEOUT_MAX)))

    def _rise(self) -> None:
        """Be idle no more (locked)."""
        if self.asleep:
            self.asleep = False
            self._gate.acquire(blocking=False)  # a wake-up in the last moment, when the time was up already
        self.queue.idle.pop(self, None)
        self.arrive()

    def _rest(self) -> None:
        """Be idle if there is a way to be called; `offer` must follow (locked)."""
        if (self.asleep or self.callback is not None) and not self.closed:
            self.queue.idle[self] = None
            self.queue.attention = True
