"""Reading a segment: its entries in order, and where something cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple
from zlib import crc32

from native_engine.journal import layout
from native_engine.journal.layout import Entry, Kind

__all__ = ["Broken", "Found", "entries"]

_ZEROS: Final = bytes(1 << 16)


class Found(NamedTuple):
    """An entry as it was written."""

    offset: int
    entry: Entry
    payload: memoryview


class Broken(NamedTuple):
    """Bytes that are no entry, up to the next one or to the end of what is written."""

    offset: int
    length: int
    what: str


def entries(data: bytes, mark: int) -> Iterator[Found | Broken]:
    """Yield the entries of a segment in order, and what stands between them."""
    view, offset = memoryview(data), layout.FIRST_ENTRY
    written = _written(data)
    while True:
        entry = layout.entry_at(view, offset, mark)
        if entry is None:
            if offset >= written:
                return
            following = _following(data, offset, mark)
            if following is None:
                yield Broken(offset, written - offset, "an entry")
                return
            yield Broken(offset, following - offset, "one or more entries")
            offset = following
            continue
        end = offset + layout.ENTRY_SIZE + entry.length
        payload = view[offset + layout.ENTRY_SIZE : end]
        if len(payload) == entry.length and crc32(payload) == entry.check:
            yield Found(offset, entry, payload)
        else:
            yield Broken(offset, min(end, len(data)) - offset, _name(entry))
        offset = end


def _written(data: bytes) -> int:
    """Return the length of the data without the zeros at its end, which are most of a young segment."""
    end = len(data)
    while data.endswith(_ZEROS, 0, end):
        end -= len(_ZEROS)
    start = max(0, end - len(_ZEROS))
    return start + len(data[start:end].rstrip(b"\0"))


def _following(data: bytes, offset: int, mark: int) -> int | None:
    """Return the offset of the first entry behind this one."""
    pattern = layout.MARK.pack(mark)
    at = data.find(pattern, offset + 1)
    while at >= 0:
        if layout.entry_at(data, at, mark) is not None:
            return at
        at = data.find(pattern, at + 1)
    return None


def _name(entry: Entry) -> str:
    try:
        kind = Kind(entry.kind)
    except ValueError:
        return f"an entry of the unknown kind {entry.kind}"
    if kind is Kind.SEND:
        return f"message {entry.number}"
    return f"an entry {kind.name} of message {entry.number}" if kind is Kind.HANDED else f"an entry {kind.name}"
