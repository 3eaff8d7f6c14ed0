"""What one session delivered and nobody settled yet (section 6.2.10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from jmslike.spi import ACCEPT, Delivery, Receipt, Settlement, Subscription

if TYPE_CHECKING:
    from jmslike.consumer import MessageConsumer

Entry: TypeAlias = "tuple[MessageConsumer, Delivery]"
"""A delivery to the application, with the consumer that made it."""


class Ledger:
    """Numbers the deliveries of a session and keeps them until they are settled. A message knows its number only."""

    __slots__ = ("_count", "_entries")

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, consumer: MessageConsumer, delivery: Delivery) -> int:
        """Note a delivery and give its number, from 1 on."""
        self._count = number = self._count + 1
        self._entries[number] = (consumer, delivery)
        return number

    def pop(self, number: int) -> Entry | None:
        """Take one delivery out, or None if it is settled already."""
        return self._entries.pop(number, None)

    def clear(self) -> list[Entry]:
        """Take all deliveries out, oldest first."""
        entries, self._entries = self._entries, {}
        return list(entries.values())

    def accept_all(self) -> None:
        """Acknowledge all deliveries, and take them out."""
        entries = self.clear()
        if len(entries) == 1:  # acknowledged one by one
            consumer, (_, receipt, _) = entries[0]
            consumer._subscription.settle((receipt,), ACCEPT)
        else:
            for subscription, receipts, outcome in acceptances(entries):
                subscription.settle(receipts, outcome)

    def accept(self, number: int) -> None:
        """Acknowledge one delivery and take it out; nothing happens if it is settled already."""
        entry = self.pop(number)
        if entry is not None:
            consumer, (_, receipt, _) = entry
            consumer._subscription.settle((receipt,), ACCEPT)


def acceptances(entries: Iterable[Entry]) -> list[Settlement]:
    """Give the settlements that accept the deliveries, one for each subscription."""
    receipts: dict[Subscription, list[Receipt]] = {}
    for consumer, (_, receipt, _) in entries:
        receipts.setdefault(consumer._subscription, []).append(receipt)
    return [(subscription, those, ACCEPT) for subscription, those in receipts.items()]


def by_consumer(entries: Iterable[Entry]) -> dict[MessageConsumer, list[Delivery]]:
    """Give the deliveries of each consumer, oldest first."""
    deliveries: dict[MessageConsumer, list[Delivery]] = {}
    for consumer, delivery in entries:
        deliveries.setdefault(consumer, []).append(delivery)
    return deliveries
