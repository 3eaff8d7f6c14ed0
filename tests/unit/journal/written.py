"""Segments that a test writes entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from native_engine.journal import layout
from native_engine.journal.files import Files
from native_engine.journal.layout import Definition, Destination, Kind, Sent, Start
from native_engine.journal.segment import create

SIZE = 16 << 10


class Written:
    """A segment, and where its entries are."""

    def __init__(self, files: Files, number: int = 1, size: int = SIZE) -> None:
        self._files = files
        self.segment = create(files, number, size)
        self.offsets: list[int] = []

    def add(self, kind: int, number: int, payload: bytes) -> int:
        """Write an entry; return its offset."""
        segment, offset = self.segment, self.segment.end
        data = layout.entry_header(segment.mark, offset, kind, number, len(payload), crc32(payload)) + payload
        self._files.pwrite(segment.file, data, offset)
        segment.end += len(data)
        self.offsets.append(offset)
        return offset

    def start(self, *destinations: int, next_record: int = 1, next_destination: int | None = None) -> None:
        following = max(destinations, default=0) + 1 if next_destination is None else next_destination
        self.add(Kind.START, 0, layout.start(Start(next_record, following, destinations)))

    def define(self, number: int, name: str, **details: str | bool) -> None:
        for _ in range(2):
            self.add(Kind.DEFINE, number, layout.definition(Definition(name, **details)))  # type: ignore[arg-type]

    def remove(self, number: int) -> None:
        self.add(Kind.REMOVE, number, b"")

    def send(self, number: int, *places: int | Destination, text: str = "") -> int:
        return self.add(Kind.SEND, number, sent(text or f"record {number}", *places))

    def settle(self, destination: int, *records: int) -> None:
        self.add(Kind.SETTLE, records[0], layout.numbers(destination, *records))

    def handed(self, destination: int, record: int, attempts: int, until: int = 0) -> None:
        self.add(Kind.HANDED, record, layout.handed((destination, attempts, until)))

    def transaction(self, *operations: tuple[Kind, int, bytes]) -> int:
        mark, base, data = layout.inner_mark(self.segment.mark), self.segment.end + layout.ENTRY_SIZE, b""
        for kind, number, payload in operations:
            data += layout.entry_header(mark, base + len(data), kind, number, len(payload), crc32(payload)) + payload
        return self.add(Kind.TRANSACTION, 0, data)

    def spoil(self, offset: int, data: bytes | None = None) -> None:
        """Overwrite bytes; the one at the offset by another if it is not said by which."""
        (byte,) = self._files.pread(self.segment.file, 1, offset)
        self._files.pwrite(self.segment.file, bytes([byte ^ 0xFF]) if data is None else data, offset)


def sent(text: str, *places: int | Destination) -> bytes:
    """Return the payload of a record that waits there."""
    destinations: Sequence[Destination] = [Destination(each) if isinstance(each, int) else each for each in places]
    return layout.sent(Sent(4, 0, 0, None, False, destinations, text.encode()))
