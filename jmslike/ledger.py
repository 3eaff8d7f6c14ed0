"""What one session delivered and nobody settled yet (section 6.2.10)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from jmslike.spi import ACCEPT, Envelope, Receipt, Settlement, Subscription

if TYPE_CHECKING:
    from jmslike.consumer import MessageConsumer


class Entry(NamedTuple):
    """One delivery to the application."""

    consumer: MessageConsumer
    envelope: Envelope
    receipt: Receipt
    attempts: int


class Ledger:
    """Numbers the deliveries of a session and keeps them until they are settled. A message knows its number only."""

    __slots__ = ("_count", "_entries")

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> int:
        """Note a delivery and give its number, from 1 on."""
        self._count = number = self._count + 1
        self._entries[number] = entry
        return number

    def pop(self, number: int) -> Entry | None:
        """Take one delivery out, or None if it is settled already."""
        return self._entries.pop(number, None)

    def clear(self) -> list[Entry]:
        """Take all deliveries out, oldest first."""
        entries, self._entries = self._entries, {}
        return list(entries.values())


def acceptances(entries: Iterable[Entry]) -> list[Settlement]:
    """Give the settlements that accept the deliveries, one for each subscription."""
    receipts: dict[Subscription, list[Receipt]] = {}
    for entry in entries:
        receipts.setdefault(entry.consumer._subscription, []).append(entry.receipt)
    return [(subscription, those, ACCEPT) for subscription, those in receipts.items()]
