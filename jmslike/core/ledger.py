"""What one session delivered and has not settled yet (section 6.2.10)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Protocol, TypeAlias

from jmslike.spi import ACCEPT, Delivery, Receipt, Settlement, Subscription


class Source(Protocol):
    """Where a delivery came from, and where it goes when it has to be delivered again."""

    subscription: Subscription

    def redeliver(self, failures: list[Failure]) -> None:
        """Deliver these, oldest first, again, each with one more attempt."""


Failure: TypeAlias = "tuple[Delivery, str]"
"""A delivery that has to be handed over again, and why: empty if that is not known."""

Entry: TypeAlias = "tuple[Source, Delivery]"
"""A delivery to the application, with its source."""


class Ledger:
    """Numbers the deliveries of a session and keeps them until they are settled. A message knows its number only (C8).

    Used by the session's thread. Another one may take all deliveries out, when it stops or closes the session.
    """

    __slots__ = ("_count", "_entries", "_reasons", "_taking")

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._reasons: dict[int, str] = {}  # of those whose listener failed
        self._count = 0
        self._taking = threading.Lock()  # each delivery is taken out by one thread

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
        if self._reasons:
            self._reasons.pop(number, None)
        return self._entries.pop(number, None)

    def note(self, number: int, reason: str) -> None:
        """Note why a delivery that is still here failed."""
        if number in self._entries:
            self._reasons[number] = reason

    def clear(self) -> list[Entry]:
        """Take all deliveries out, oldest first."""
        entries, _ = self._take()
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

    def redeliver_all(self, reason: str) -> None:
        """Return all deliveries to their sources, oldest first, to be handed over again, and take them out.

        `reason` is of those for which none is noted.
        """
        entries, reasons = self._take()
        redeliver((source, (delivery, reasons.get(number, reason))) for number, (source, delivery) in entries.items())

    def release_all(self) -> None:
        """Release all deliveries to the broker, each with one more attempt, and take them out."""
        for source, (_, receipt, attempts) in self.clear():
            source.subscription.settle((receipt,), attempts + 1)

    def _take(self) -> tuple[dict[int, Entry], dict[int, str]]:
        with self._taking:
            taken = self._entries, self._reasons
            self._entries, self._reasons = {}, {}
        return taken


def acceptances(entries: Iterable[Entry]) -> list[Settlement]:
    """Return the settlements that accept the deliveries, one for each subscription."""
    receipts: dict[Subscription, list[Receipt]] = {}
    for source, (_, receipt, _) in entries:
        receipts.setdefault(source.subscription, []).append(receipt)
    return [(subscription, those, ACCEPT) for subscription, those in receipts.items()]


def redeliver(failures: Iterable[tuple[Source, Failure]]) -> None:
    """Return each delivery to its source, oldest first, to be handed over again."""
    by_source: dict[Source, list[Failure]] = {}
    for source, failure in failures:
        by_source.setdefault(source, []).append(failure)
    for source, those in by_source.items():
        source.redeliver(those)
