"""What one Java session has handed out and not settled: it acknowledges all of that, or gives back all of it.

A session in the provider's individual mode acknowledges each message by itself, and gives back all that are left.
"""

from __future__ import annotations

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
    """

    def __init__(
        self,
        acknowledge: Callable[[Sequence[Receipt]], object],
        give_back: Callable[[], object],
        *,
        individually: bool = False,
    ) -> None:
        self._acknowledge: Final = acknowledge
        self._give_back: Final = give_back
        self._individually: Final = individually
        self._held: dict[Receipt, None] = {}  # in their order
        self._open = 0
        self._released = 0

    def add(self, receipt: Receipt) -> None:
        """Hold one more."""
        self._held[receipt] = None
        self._open += 1

    def of(self, source: object) -> bool:
        """Whether a message of that subscription is held."""
        return any(receipt.source is source for receipt in list(self._held))

    @property
    def are_accepted(self) -> bool:
        """Whether the session may acknowledge all that it has received."""
        return not self._open and not self._released

    def mark(self, receipts: Iterable[Receipt], outcome: Outcome) -> list[Receipt]:
        """Note the outcome of these, as far as they are open, and return them."""
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
                for receipt in mine:
                    self._held.pop(receipt, None)
        if mine and not self._open and self._held:
            are_accepted, held = self.are_accepted, list(self._held)
            self.clear()
            if are_accepted:
                self._acknowledge(held)
            else:
                self._give_back()
        return mine

    def clear(self) -> None:
        """Hold nothing any more: the session has settled all, or given back all."""
        for receipt in self._held:
            receipt.state = State.ENDED
        self._held.clear()
        self._open = self._released = 0
