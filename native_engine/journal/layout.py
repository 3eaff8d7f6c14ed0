"""The bytes of a journal; docs/journal-format.md describes them for others. All numbers are little-endian."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple, TypeAlias
from zlib import crc32

__all__ = [
    "ENTRY_SIZE",
    "FIRST_ENTRY",
    "FORMAT_VERSION",
    "MARK",
    "SECOND_HEADER",
    "SEGMENT_SIZE",
    "Definition",
    "Destination",
    "Entry",
    "Handed",
    "Key",
    "Kind",
    "Sent",
    "Start",
    "UnknownVersionError",
    "definition",
    "definition_of",
    "entry_at",
    "entry_header",
    "handed",
    "handed_of",
    "inner_mark",
    "numbers",
    "numbers_of",
    "operations",
    "segment_header",
    "segment_mark",
    "sent",
    "sent_of",
    "sent_once",
    "start",
    "start_of",
]

FORMAT_VERSION: Final = 1

_MAGIC: Final = b"JMSLIKE\n"
_SEGMENT: Final = Struct("<8sIIQQI")  # magic, version, mark, number and size of the segment, CRC of those
SEGMENT_SIZE: Final = _SEGMENT.size
SECOND_HEADER: Final = 512
"""Where a segment repeats its header, in another sector of the disk."""
FIRST_ENTRY: Final = 1024

_HEAD: Final = Struct("<IIIIQ")  # mark, length and CRC of the payload, kind, number
_BOUND_HEAD: Final = Struct("<IIIIQQ")  # the same, and the offset of the entry in its segment
_ENTRY: Final = Struct("<IIIIQI")  # the head, and its CRC
ENTRY_SIZE: Final = _ENTRY.size
MARK: Final = Struct("<I")

_SENT: Final = Struct("<BBIIqq")  # priority, flags, number of destinations, length of the group, expiration, due
_DESTINATION: Final = Struct("<QIq")  # its number, attempts, and until when it is postponed
_SENT_ONCE: Final = Struct("<BBIIqqQIq")  # both, for one destination
_HANDED: Final = Struct("<QIq")  # destination, attempts, until
_START: Final = Struct("<QQI")  # the next record, the next destination, how many destinations follow
_CLOSES_GROUP: Final = 1


class UnknownVersionError(Exception):
    """A segment of a version that this one does not know."""


class Kind(IntEnum):
    """The kinds of entries."""

    START = 1
    DEFINE = 2
    REMOVE = 3
    SEND = 4
    SETTLE = 5
    HANDED = 6
    TRANSACTION = 7
    END = 8


# ---- segments and entries -------------------------------------------------------------------------------------------


def segment_header(number: int, mark: int, size: int) -> bytes:
    """Return the header of a segment. `mark` begins each of its entries, and is no other segment's."""
    head = _SEGMENT.pack(_MAGIC, FORMAT_VERSION, mark, number, size, 0)[:-4]
    return head + MARK.pack(crc32(head))


def segment_mark(data: bytes, number: int) -> tuple[int, int] | None:
    """Return mark and size in the header of this segment; None if it is damaged. Raises UnknownVersionError."""
    if len(data) < SEGMENT_SIZE:
        return None
    magic, version, mark, written, size, check = _SEGMENT.unpack_from(data)
    if magic != _MAGIC or crc32(data[: SEGMENT_SIZE - 4]) != check:
        return None
    if version != FORMAT_VERSION:
        raise UnknownVersionError(version)
    return (mark, size) if written == number else None


def inner_mark(mark: int) -> int:
    """Return the mark of the operations inside a transaction, which are no entries by themselves."""
    return mark ^ 0xFFFFFFFF


class Entry(NamedTuple):
    """The header of an entry, or of an operation inside a transaction."""

    length: int
    check: int
    kind: int
    number: int


def entry_header(mark: int, offset: int, kind: int, number: int, length: int, check: int) -> bytes:
    """Return the header of an entry at this offset, for a payload of this length and CRC."""
    return _ENTRY.pack(
        mark, length, check, kind, number, crc32(_BOUND_HEAD.pack(mark, length, check, kind, number, offset))
    )


def entry_at(data: bytes | memoryview, offset: int, mark: int, base: int = 0) -> Entry | None:
    """Return the entry whose header is at this offset of the data; None if there is none.

    `base` is the offset of the data in the segment.
    """
    if offset + ENTRY_SIZE > len(data):
        return None
    found, length, check, kind, number, header_check = _ENTRY.unpack_from(data, offset)
    if found != mark or header_check != crc32(_BOUND_HEAD.pack(found, length, check, kind, number, base + offset)):
        return None
    return Entry(length, check, kind, number)


def operations(payload: memoryview, mark: int, offset: int) -> Iterator[tuple[int, Entry, memoryview]]:
    """Yield the operations of a transaction whose payload is at this offset, each with its own offset and payload."""
    at = 0
    while at < len(payload):
        entry = entry_at(payload, at, mark, offset)
        if entry is None:
            raise ValueError("an operation of a transaction has a wrong header")
        yield offset + at, entry, payload[at + ENTRY_SIZE : at + ENTRY_SIZE + entry.length]
        at += ENTRY_SIZE + entry.length


# ---- payloads -------------------------------------------------------------------------------------------------------


class Destination(NamedTuple):
    """A queue or subscription that a record waits in, with what a crash must not forget of it there."""

    number: int
    attempts: int = 0
    until: int = 0
    """When it may be taken again, in milliseconds since the epoch; 0 for at once."""


class Sent(NamedTuple):
    """The payload of SEND: a record and where it waits."""

    priority: int
    expiration: int
    due: int
    group: str | None
    closes_group: bool
    destinations: Sequence[Destination]
    data: bytes | memoryview


def sent(record: Sent) -> bytes:
    """Return the payload of SEND."""
    priority, expiration, due, name, closes_group, places, data = record
    group = b"" if name is None else name.encode("utf-8", "surrogatepass")
    head = _SENT.pack(priority, _CLOSES_GROUP * closes_group, len(places), len(group), expiration, due)
    rows = b"".join([_DESTINATION.pack(*place) for place in places])
    return b"".join((head, rows, group, data))


def sent_once(priority: int, destination: int, data: bytes) -> bytes:
    """Return the payload of SEND for what most records are: without limits, and for one destination."""
    return _SENT_ONCE.pack(priority, 0, 1, 0, 0, 0, destination, 0, 0) + data


def sent_of(payload: bytes | memoryview) -> Sent:
    """Return what the payload of SEND says."""
    priority, flags, count, length, expiration, due = _SENT.unpack_from(payload)
    start = _SENT.size + count * _DESTINATION.size
    places = [Destination(*row) for row in _DESTINATION.iter_unpack(payload[_SENT.size : start])]
    group = str(payload[start : start + length], "utf-8", "surrogatepass") if length else None
    return Sent(priority, expiration, due, group, bool(flags & _CLOSES_GROUP), places, payload[start + length :])


def numbers(*values: int) -> bytes:
    """Return the payload of SETTLE (the destination, then the records) or REMOVE (the destination)."""
    return Struct(f"<{len(values)}Q").pack(*values)


def numbers_of(payload: memoryview) -> tuple[int, ...]:
    """Return what `numbers` was given."""
    return Struct(f"<{len(payload) // 8}Q").unpack_from(payload)


Handed = Destination
"""The payload of HANDED, whose entry has the number of the record."""


def handed(place: tuple[int, int, int]) -> bytes:
    """Return the payload of HANDED."""
    return _HANDED.pack(*place)


def handed_of(payload: memoryview) -> Handed:
    """Return what the payload of HANDED says."""
    return Handed(*_HANDED.unpack_from(payload))


class Start(NamedTuple):
    """The payload of START, the first entry of a segment: what exists at that moment."""

    next_record: int
    next_destination: int
    destinations: Sequence[int]


def start(state: Start) -> bytes:
    """Return the payload of START."""
    head = _START.pack(state.next_record, state.next_destination, len(state.destinations))
    return head + numbers(*state.destinations)


def start_of(payload: memoryview) -> Start:
    """Return what the payload of START says."""
    next_record, next_destination, count = _START.unpack_from(payload)
    return Start(next_record, next_destination, numbers_of(payload[_START.size : _START.size + 8 * count]))


Key: TypeAlias = "tuple[bool, str | None, str]"


class Definition(NamedTuple):
    """A queue (`topic` is None), or a durable subscription."""

    name: str
    topic: str | None = None
    owner: str | None = None
    shared: bool = False
    selector_text: str | None = None
    excluded_origin: str | None = None

    @property
    def key(self) -> Key:
        """What only one of all queues and subscriptions has at a time."""
        return self.topic is None, self.owner, self.name


def definition(what: Definition) -> bytes:
    """Return the payload of DEFINE: a JSON object."""
    return json.dumps({name: value for name, value in what._asdict().items() if value not in (None, False)}).encode()


def definition_of(payload: memoryview) -> Definition:
    """Return what the payload of DEFINE says."""
    return Definition(**json.loads(bytes(payload)))
