"""Broken journals: each of them breaks one promise, and the runs have to find that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Final, TypeAlias
from unittest.mock import patch

import pytest

import native_engine.journal.contents
import native_engine.journal.journal
import native_engine.journal.log
import native_engine.journal.opening
import native_engine.journal.upkeep
from native_engine import Engine
from native_engine.journal import layout
from native_engine.journal.holdings import Holdings
from native_engine.journal.journal import Journal
from native_engine.journal.layout import Destination, Kind
from native_engine.journal.log import Log
from native_engine.journal.pipeline import Pipeline
from native_engine.journal.receiver import DurableReceiver
from native_engine.journal.transaction_entry import TransactionEntry
from native_engine.journal.upkeep import Upkeep
from native_engine.receiver import Receiver
from native_engine.records import Delivery, Outcome, Receipt
from tests.unit.engine.planting import plant

__all__ = ["VARIANTS"]

Planting: TypeAlias = "Callable[[pytest.MonkeyPatch], None]"

contents, journal, log, opening, upkeep = (
    native_engine.journal.contents,
    native_engine.journal.journal,
    native_engine.journal.log,
    native_engine.journal.opening,
    native_engine.journal.upkeep,
)


def planted(method: str, healthy: str, sick: str, *owners: type | ModuleType) -> Planting:
    """Replace a line of a function, wherever it is known by its name."""

    def plant_all(monkeypatch: pytest.MonkeyPatch) -> None:
        for owner in owners:
            plant(monkeypatch, owner, method, healthy, sick)

    return plant_all


def replaced(owner: type, method: str, function: Callable[..., object]) -> Planting:
    return lambda monkeypatch: monkeypatch.setattr(owner, method, function)


# ---- variants that differ in more than a line ------------------------------------------------------------------------


def drop_any(self: Upkeep) -> None:
    """Remove what nothing lives in, the youngest first."""
    log = self._holdings.log
    for segment in [each for each in log.closed if not each.live][::-1]:
        log.wait(log.position)
        self._files.unlink(segment.name)
        self._files.sync_folder()
        log.closed.remove(segment)


def copy_what_was_settled(self: Upkeep, oldest: object, number: int, sent: layout.Sent, room: object) -> None:
    """Write the copy of a record after what became of it."""
    holdings, log = self._holdings, self._holdings.log
    with log.lock:
        books = [holdings.defined[each.number] for each in sent.destinations if each.number in holdings.defined]
        if not any(number in book.records for book in books):
            places = [Destination(book.number) for book in books]
            payload = layout.sent(sent._replace(destinations=places))
            if books and log.has_room(len(payload)):
                log.append(Kind.SEND, number, payload)
            return
    copy_what_lives(self, oldest, number, sent, room)  # type: ignore[arg-type]


copy_what_lives = Upkeep._append_copy


def settle_and_flush(self: DurableReceiver, receipts: Iterable[Receipt], outcome: Outcome) -> None:
    Receiver.settle(self, receipts, outcome)
    self._journal.flush()


def take_without_writing(self: DurableReceiver, timeout: float | None, settle: bool = False) -> Delivery | None:
    with patch.object(self._journal, "flush"):
        return take(self, timeout, settle)


take = DurableReceiver.take


def append_one_by_one(self: TransactionEntry, operations: list[tuple[int, int, bytes]], length: int) -> None:
    """Write the operations of a transaction as so many entries."""
    holdings, log = self._holdings, self._holdings.log
    places = []
    for kind, number, payload in operations:
        offset = log.append(kind, number, payload)
        places.append((log.active, offset))
    self.position = log.position
    first = len(operations) - len(self._sent)
    for (record, books), (_, number, payload), (segment, at) in zip(
        self._sent.items(), operations[first:], places[first:], strict=True
    ):
        holdings.note(record, number, books, segment, at, len(payload))
    for book, record in self._settled:
        holdings.leave(book, record)


VARIANTS: Final[dict[str, Planting]] = {
    # ---- a sync is left out
    "a send returns before it is safe": planted(
        "send",
        "interruption = self._append(entry) if completion is not None else self._make_safe(entry)",
        "interruption = self._append(entry); self._log.flush()",
        Journal,
    ),
    "a send is completed before it is safe": planted(
        "work", "self._wait(max(each.position for each in batch))", "self._wait(0)", Pipeline
    ),
    "a commit returns before it is safe": planted(
        "write", "self._make_safe(entry)", "(self._append(entry), self._log.flush())[0]", Journal
    ),
    "acknowledge returns before it is safe": replaced(DurableReceiver, "settle", settle_and_flush),
    "unsubscribe returns before it is safe": planted(
        "unsubscribe", "self._journal.wait()", "self._journal.flush()", Engine
    ),
    "subscribe returns before it is safe": planted(
        "define", "interruption = log.finish(position)", "interruption = log.flush()", Holdings
    ),
    "only the last segment is synced": planted(
        "_write", "segments = [*self._unsynced, self.active]", "segments = [self.active]", Log
    ),
    "the name of a new segment is not synced": planted("create", "files.sync_folder()", "pass", log, opening),
    "a new segment is not synced": planted("create", "files.fdatasync(file)", "pass", log, opening),
    "what a killed process wrote is not synced": planted("open_log", "files.fdatasync(segment.file)", "pass", journal),
    # ---- a write is left out
    "a hand-over is not written": replaced(DurableReceiver, "take", take_without_writing),
    "an acknowledgement is not written": replaced(DurableReceiver, "settle", Receiver.settle),
    "a new segment has no definitions": planted("catalogue", "if book.definition is not None:", "if False:", Holdings),
    "definitions that were torn are not written again": planted(
        "__init__", "self._has_catalogue = is_whole and", "self._has_catalogue =", Log
    ),
    "what is in memory only is not copied": planted("_copy", "log.flush()", "pass", Upkeep),
    # ---- the order is another
    "a message can be received before it is safe": planted(
        "send",
        "self._pipeline.add(entry.position, partial(self._enter, record, held, queues), completion)",
        "self._enter(record, held, queues); self._pipeline.add(entry.position, lambda: None, completion)",
        Journal,
    ),
    "a segment is removed before its copies are safe": planted("_drop", "log.wait(position)", "pass", Upkeep),
    "segments are removed in no order, as their names are not synced": planted(
        "_drop", "self._files.sync_folder()", "pass", Upkeep
    ),
    "the youngest segment is removed first": replaced(Upkeep, "_drop", drop_any),
    "a copy is written after the acknowledgement of its record": replaced(
        Upkeep, "_append_copy", copy_what_was_settled
    ),
    "a transaction is several entries": replaced(TransactionEntry, "_append", append_one_by_one),
    "a transaction is in the order of its queues": planted(
        "__init__",
        "for record in records if",
        "for record in (each for part in parts for each in part.records) if",
        TransactionEntry,
    ),
    # ---- what is read is not checked
    "the checksum of a payload does not count": planted(
        "entries",
        "if len(payload) == entry.length and crc32(payload) == entry.check:",
        "if len(payload) == entry.length:",
        contents,
        upkeep,
    ),
    "the checksum of a header does not count": planted(
        "entry_at", "if found != mark or header_check !=", "if found != mark or 0 and header_check !=", layout
    ),
    "the operations of a transaction have the mark of entries": planted(
        "inner_mark", "return mark ^ 0xFFFFFFFF", "return mark", layout
    ),
    "all segments have one mark": planted(
        "create", 'mark = int.from_bytes(os.urandom(4), "little")', "mark = 7", log, opening
    ),
}
