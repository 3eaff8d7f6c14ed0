"""What a transaction keeps from everything else while it is written."""

from __future__ import annotations

from native_engine.bounds import Room
from native_engine.calls import Call
from native_engine.part import Part
from native_engine.receiver import Receiver
from native_engine.records import Receipt

__all__ = ["Claim"]


class Claim:
    """Room and receipts of one queue, for the records and settlements of a part.

    All methods are called with the lock of the queue held. Between `take` and `lift` or `roll_back` it is free.
    """

    __slots__ = ("_part", "_receipts", "_room")

    def __init__(self, part: Part) -> None:
        self._part = part
        self._room: Room | None = None
        self._receipts: list[tuple[Receiver, Receipt]] = []

    def take(self) -> None:
        """Keep the room from other senders, and the receipts from everything else that settles or releases."""
        part = self._part
        if part.is_limited and part.queue.bounds is not None:
            self._room = part.queue.bounds.reserve(part.records, part.leaving)
        for receiver, receipts, _ in part.settlements:
            for receipt in receipts:
                self._receipts.append((receiver, receipt))  # noted first, so that an interruption loses none
                if not receiver._claim(receipt):
                    self._receipts.pop()

    def lift(self) -> None:
        """Free the room and hold the receipts again, for the part to be applied before the lock is free."""
        self._free_room()
        for receiver, receipt in self._receipts:
            receiver._unclaim(receipt)

    def roll_back(self) -> list[Call]:
        """Free the room, and hold or release the receipts; return the calls to make."""
        self._free_room()
        for receiver, receipt in self._receipts:
            receiver._roll_back(receipt)
        return self._part.queue.offer()

    def _free_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and self._part.queue.bounds is not None:
            self._part.queue.bounds.free(room)
