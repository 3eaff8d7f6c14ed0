"""What one session delivered and has not settled yet (section 6.2.10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

from jmslike.spi import ACCEPT, Delivery, Receipt, Settlement, Subscription


class Source(Protocol):
    """Where a delivery came from, and where it goes when it has to be delivered again."""

    subscription: Subscription

    def redeliver(self, deliveries: list[Delivery], reason: str = "") -> None:
        """Deliver these, oldest first, again, each with one more attempt; `reason`: why the last one failed."""


Entry: TypeAlias = "tuple[Source, Delivery]"
"""A delivery to the application, with its source."""


class Ledger:
    """Numbers the deliveries of a session and keeps them until they are settled. A message knows its number only (C8).

    Used by the session's thread; `close` of a session may follow on another one.
    """

    __slots__ = ("_count", "_entries")

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, number: int) -> bool:
        return number in self._entries

    def add(self, source: Source, delivery: Delivery) -> int:
        """Note a delivery. Return its number, which counts from 1."""
        self._count = number = self._count + 1
        self._entries[number] = (source, delivery)
        return number

    def pop(self, number: int) -> Entry | None:
        """Take one delivery out; None if it is settled already."""
        return self._entries.pop(number, None)

    def clear(self) -> list[Entry]:
        """Take all deliveries out, oldest first."""
        entries, self._entries = self._entries, {}
        return list(entries.values())

    def accept_all(self) -> None:
        """Acknowledge all deliveries, and take them out."""
        entries = self.clear()
        if len(entries) == 1:  # acknowledged one by one
            source, (_, receipt, _) = entries[0]
            source.subscription.settle((receipt,), ACCEPT)
        else:
            for subscription, receipts, outcome in acceptances(entries):
                subscription.settle(receipts, outcome)

    def accept(self, number: int) -> None:
        """Acknowledge one delivery and take it out; nothing happens if it is settled already."""
        entry = self.pop(number)
        if entry is not None:
            source, (_, receipt, _) = entry
            source.subscription.settle((receipt,), ACCEPT)

    def release_all(self) -> None:
        """Release all deliveries to the broker, each with one more attempt, and take them out."""
        for source, (_, receipt, attempts) in self.clear():
            source.subscription.settle((receipt,), attempts + 1)


def acceptances(entries: Iterable[Entry]) -> list[Settlement]:
    """Return the settlements that accept the deliveries, one for each subscription."""
    receipts: dict[Subscription, list[Receipt]] = {}
    for source, (_, receipt, _) in entries:
        receipts.setdefault(source.subscription, []).append(receipt)
    return [(subscription, those, ACCEPT) for subscription, those in receipts.items()]


def redeliver(entries: Iterable[Entry]) -> None:
    """Return each delivery to its source, oldest first, to be handed over again."""
    deliveries: dict[Source, list[Delivery]] = {}
    for source, delivery in entries:
        deliveries.setdefault(source, []).append(delivery)
    for source, those in deliveries.items():
        source.redeliver(those)
