"""What one Java session has handed out and not settled: it acknowledges all of that, or gives back all of it.

A session in the provider's individual mode acknowledges each message by itself, and gives back all that are left.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final

from jmslike.spi import ACCEPT, Outcome


class State(Enum):
    """What is to become of a message that was handed out."""

    OPEN = 0
    ACCEPTED = 1
    RELEASED = 2
    ENDED = 3


class Receipt:
    """One message that a subscription, the `source`, has handed out. Its consumer in Java counts from 1: `number`."""

    __slots__ = ("consumer", "message_id", "number", "source", "state")

    def __init__(self, source: object, consumer: Any, number: int, message_id: str) -> None:
        self.source: Final = source
        self.consumer: Final = consumer
        self.number: Final = number
        self.message_id: Final = message_id
        self.state = State.OPEN


def is_open(receipt: object) -> bool:
    """Whether it is a receipt that is neither settled nor stale."""
    return isinstance(receipt, Receipt) and receipt.state is State.OPEN


class Holdings:
    """The receipts of one Java session that are not settled, oldest first.

    When none is open any more, the session acknowledges them all, or gives all back if any was released: the provider
    redelivers those. What is accepted meanwhile waits for the others, unless the session acknowledges `individually`.
    Where `acknowledge` returns False, because the session has received more, it waits for that, too. While `is_kept()`,
    nothing ends but by the session's own commit or rollback: it has sent something, too. `ended` is called when all
    have been acknowledged, or given back, by themselves.
    """

    def __init__(
        self,
        acknowledge: Callable[[Sequence[Receipt]], object],
        give_back: Callable[[], object],
        *,
        individually: bool = False,
        is_kept: Callable[[], bool] = lambda: False,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self._acknowledge: Final = acknowledge
        self._give_back: Final = give_back
        self._individually: Final = individually
        self._is_kept: Final = is_kept
        self._ended: Final = ended
        self._held: dict[Receipt, None] = {}  # in their order
        self._open = 0
        self._released = 0
        self._lock = threading.Lock()  # a closing thread may clear; never held during a call of Java

    def add(self, receipt: Receipt) -> None:
        """Hold one more."""
        with self._lock:
            self._held[receipt] = None
            self._open += 1

    def of(self, source: object) -> bool:
        """Whether a message of that subscription is held."""
        with self._lock:
            return any(receipt.source is source for receipt in self._held)

    @property
    def may_give_back(self) -> bool:
        """Whether the session may give back what no caller has: it would lose nothing else."""
        return not self._held and not self._is_kept()

    @property
    def are_accepted(self) -> bool:
        """Whether the session may acknowledge all that it has received."""
        return not self._open and not self._released

    def mark(self, receipts: Iterable[Receipt], outcome: Outcome) -> list[Receipt]:
        """Note the outcome of these, as far as they are open, and return them."""
        with self._lock:
            mine = [receipt for receipt in receipts if is_open(receipt)]
            for receipt in mine:
                receipt.state = State.ACCEPTED if outcome is ACCEPT else State.RELEASED
            self._open -= len(mine)
            if outcome is not ACCEPT:
                self._released += len(mine)
        return mine

    def settle(self, receipts: Iterable[Receipt], outcome: Outcome) -> list[Receipt]:
        """Settle these, as far as they are open, and return them."""
        mine = self.mark(receipts, outcome)
        if self._individually and outcome is ACCEPT and mine:
            try:
                self._acknowledge(mine)
            finally:  # not before: a stop closes the consumer of what is not held
                with self._lock:
                    for receipt in mine:
                        self._held.pop(receipt, None)
        if mine and not self._open and self._held and not self._is_kept():
            self._finish()
        return mine

    def _finish(self) -> None:
        is_done = True
        try:
            if self.are_accepted:
                is_done = self._acknowledge(list(self._held)) is not False
            else:
                self._give_back()
        finally:
            if is_done:
                self.clear()
                self._ended()

    def clear(self) -> None:
        """Hold nothing any more: the session has settled all, or given back all."""
        with self._lock:
            for receipt in self._held:
                receipt.state = State.ENDED
            self._held.clear()
            self._open = self._released = 0
