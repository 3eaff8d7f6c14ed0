"""One flipped bit costs the entry in which it is, and nothing else; that is reported with its place."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from native_engine.journal import layout
from native_engine.journal.layout import Kind
from native_engine.journal.scan import Found, entries
from native_engine.journal.segment import number_of
from tests.power_loss.disk import Disk
from tests.power_loss.look import Look, Seen

__all__ = ["Hit", "difference", "flip"]


@dataclass
class Hit:
    """A bit that was flipped: its place, the entry that it belongs to, and the numbers that this is about."""

    name: str
    offset: int
    entry: Kind | None = None
    start: int = 0
    records: set[int] = field(default_factory=set)
    destinations: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        return f"a bit at {self.offset} of {self.name}, in {self.entry!r}"


def flip(disk: Disk, chance: random.Random) -> Hit:
    """Flip a bit of the disk: of anything in a file, or of the header of an entry."""
    name = chance.choice(sorted(disk.names))
    file = disk.names[name]
    data, number = bytes(file.data), number_of(name)
    assert number is not None
    headers = [layout.segment_mark(data[at : at + layout.SEGMENT_SIZE], number) for at in (0, layout.SECOND_HEADER)]
    mark, _ = headers[0] or headers[1] or (0, 0)
    found = [each for each in entries(data, mark) if isinstance(each, Found)] if mark else []
    if found and chance.random() < 0.5:
        lengths = [each.entry.length + 1 for each in found]
        offset = chance.choices(found, lengths)[0].offset + chance.randrange(layout.ENTRY_SIZE)
    else:
        offset = chance.randrange(len(data.rstrip(b"\0")) or 1)
    hit = Hit(name, offset)
    for each in found:
        if each.offset <= offset < each.offset + layout.ENTRY_SIZE + each.entry.length:
            hit.entry, hit.start = Kind(each.entry.kind), each.offset
            for operation in operations_in(each, mark):
                note(hit, *operation)
    bit = 1 << chance.randrange(8)
    for content in (file.data, file.safe):
        if offset < len(content):
            content[offset] ^= bit
    return hit


def note(hit: Hit, kind: Kind, number: int, payload: memoryview) -> None:
    """Note what an operation is about."""
    if kind in (Kind.SEND, Kind.HANDED):
        hit.records.add(number)
    elif kind is Kind.SETTLE:
        hit.records.update(layout.numbers_of(payload)[1:])
    elif kind is Kind.REMOVE:
        hit.destinations.add(number)


def operations_in(found: Found, mark: int) -> Iterator[tuple[Kind, int, memoryview]]:
    if found.entry.kind != Kind.TRANSACTION:
        yield Kind(found.entry.kind), found.entry.number, found.payload
        return
    inside = layout.operations(found.payload, layout.inner_mark(mark), found.offset + layout.ENTRY_SIZE)
    for _, entry, payload in inside:
        yield Kind(entry.kind), entry.number, payload


def difference(before: Look, after: Look, hit: Hit) -> Iterator[str]:
    """Yield what a bit that was flipped changed, and should not have."""
    for definition, number in (before.numbers | after.numbers).items():
        if {number, before.numbers.get(definition)} & hit.destinations:
            continue
        seen, then = (
            [each for each in look.places.get(definition, ()) if each.number not in hit.records]
            for look in (before, after)
        )
        if seen != then:
            yield f"{hit}, changed {definition.name}: {keys(seen)} became {keys(then)}"
    if after.unknown:
        yield f"{hit}, took the definition of a destination"
    if hit.entry is not None and not any(
        each.file == hit.name and each.offset <= hit.start < each.offset + each.length
        for each in (*after.damage, *([after.tail] if after.tail else ()))
    ):
        yield f"{hit}, was not reported: {after.damage}, {after.tail}"


def keys(seen: list[Seen]) -> list[str]:
    return [f"{each.message.key} ({each.attempts})" for each in seen]
