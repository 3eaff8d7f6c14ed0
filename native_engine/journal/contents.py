"""What a folder holds: its segments, read in order, make the queues and subscriptions as they were left.

Reading changes nothing, so it also serves those who only look while another process writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from native_engine.errors import FolderError
from native_engine.journal import layout
from native_engine.journal.damage import Damage
from native_engine.journal.files import Files
from native_engine.journal.layout import Definition, Entry, Key, Kind, Sent
from native_engine.journal.scan import Broken, Found, entries
from native_engine.journal.segment import Segment, name_of, number_of
from native_engine.journal.stored import Mark, Restrictions, Stored, set_mark

__all__ = ["Contents", "Place", "read"]


class Place:
    """A queue or subscription with the records that wait in it, or were handed over and not settled."""

    def __init__(self) -> None:
        self.definition: Definition | None = None  # None: it cannot be read
        self.records: dict[int, Stored] = {}  # by their number
        self.marks: dict[int, Mark] = {}  # of those that were handed over, or are postponed

    def in_order(self) -> list[Stored]:
        """Return the records in the order in which they were sent."""
        return [self.records[number] for number in sorted(self.records)]


class Contents:
    """What a folder holds."""

    def __init__(self) -> None:
        self.places: dict[int, Place] = {}
        self.segments: list[Segment] = []
        self.empty: list[Segment] = []  # at the end, with nothing in them
        self.useless: list[str] = []  # files at the end that were never finished
        self.highest: int = 0  # number of a file
        self.unfinished: list[tuple[Segment, Broken]] = []  # what was being written when the process or power ended
        self.torn: Segment | None = None  # the last one of which a part cannot be read
        self.damage: list[Damage] = []
        self.tail: Damage | None = None  # all of that
        self.next_record: int = 1
        self.next_destination: int = 1


def read(files: Files) -> Contents:
    """Read a folder. Raises FolderError for an unknown version, OSError if it cannot be read."""
    reading = Reading(files)
    reading.all()
    return reading.contents


class Reading:
    """Replays the segments of a folder."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.contents: Final = Contents()
        self._removed: set[int] = set()
        self._numbers: dict[Key, int] = {}  # of what was defined, by its key
        self._listed: Collection[int] = ()  # the destinations that the last START names
        self._unlisted = 0  # those from this number on were made after it
        self._broken: list[tuple[Segment, Broken]] = []  # not known yet whether anything follows
        self._replays: Mapping[int, Callable[[Segment, int, Entry, memoryview], None]] = {
            Kind.START: self._start,
            Kind.DEFINE: self._define,
            Kind.REMOVE: self._remove,
            Kind.SEND: self._send,
            Kind.SETTLE: self._settle,
            Kind.HANDED: self._handed,
            Kind.TRANSACTION: self._transaction,
            Kind.END: self._finish,
        }

    def all(self) -> None:
        """Read all segments."""
        contents = self.contents
        numbers = sorted(number for name in self._files.names() if (number := number_of(name)) is not None)
        if numbers and self._was_being_made(numbers[-1]):
            contents.useless.append(name_of(numbers.pop()))
        previous = numbers[0] - 1 if numbers else 0
        for number in numbers:
            for missing in range(previous + 1, number):
                self._report(name_of(missing), 0, 0, "the file is missing, with all that was in it")
            previous = contents.highest = number
            self._read(number)
        self._judge_tail()
        self._miss_everything()
        self._count()

    def _was_being_made(self, number: int) -> bool:
        """Whether a file was not finished when the process or the power ended: nothing was ever appended to it."""
        file = self._files.open(name_of(number))
        try:
            size = self._files.size(file)
            header = self._header(file, number)
            if header is not None and size >= header[1]:
                return False
            data = bytearray(self._files.pread(file, size, 0))
            for at in (0, layout.SECOND_HEADER):
                data[at : at + layout.SEGMENT_SIZE] = bytes(len(data[at : at + layout.SEGMENT_SIZE]))
            return not data.strip(b"\0")
        finally:
            self._files.close_file(file)

    def _read(self, number: int) -> None:
        contents, name = self.contents, name_of(number)
        file = self._files.open(name)
        size = self._files.size(file)
        header = self._header(file, number)
        if header is None:
            self._files.close_file(file)
            self._report(name, 0, size, "its header cannot be read, so that all that is in it is lost")
            return
        mark, made = header
        segment = Segment(number, mark, file, size)
        if size < made:
            self._report(name, size, made - size, "the file was cut, and what stood there is lost")
        if self._replay(segment):
            contents.segments += [*contents.empty, segment]
            contents.empty.clear()
        else:
            contents.empty.append(segment)

    def _header(self, file: int, number: int) -> tuple[int, int] | None:
        try:
            for at in (0, layout.SECOND_HEADER):
                header = layout.segment_mark(self._files.pread(file, layout.SEGMENT_SIZE, at), number)
                if header is not None:
                    return header
        except layout.UnknownVersionError as error:
            raise FolderError(
                f"{name_of(number)} has version {error} of the journal's format, and this program knows version "
                f"{layout.FORMAT_VERSION}: use the program that wrote it; nothing was changed"
            ) from None
        return None

    # -- entries

    def _replay(self, segment: Segment) -> bool:
        """Replay a segment; return whether anything is in it."""
        data = self._files.pread(segment.file, segment.size, 0)
        replays = self._replays
        found: Found | Broken
        anything = False
        for found in entries(data, segment.mark):
            anything = True
            if isinstance(found, Broken):
                self._broken.append((segment, found))
                self.contents.torn = segment
                continue
            if self._broken:
                self._tell_broken()
            offset, entry, payload = found
            replay = replays.get(entry.kind)
            if replay is None:
                self._report(segment.name, offset, len(payload), f"an entry of the unknown kind {entry.kind}")
            else:
                replay(segment, offset, entry, payload)
            segment.end = offset + layout.ENTRY_SIZE + entry.length
        return anything

    def _start(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        contents = self.contents
        state = layout.start_of(payload)
        contents.next_record = max(contents.next_record, state.next_record)
        contents.next_destination = max(contents.next_destination, state.next_destination)
        known = set(state.destinations)
        for number in known:
            contents.places.setdefault(number, Place())
        for number in [number for number in contents.places if number not in known]:
            del contents.places[number]
        self._listed, self._unlisted = known, state.next_destination

    def _define(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        definition, number = layout.definition_of(payload), entry.number
        earlier = self._numbers.setdefault(definition.key, number)
        if earlier < number:  # it has ended, though the entry that says so is damaged
            self._numbers[definition.key] = number
            self._end(earlier)
        if earlier <= number:
            self._place(number).definition = definition
        else:
            self._end(number)
        self.contents.next_destination = max(self.contents.next_destination, number + 1)

    def _remove(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        self._end(entry.number)

    def _end(self, number: int) -> None:
        self._removed.add(number)
        self.contents.places.pop(number, None)

    def _send(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        number = entry.number
        sent = layout.sent_of(payload)
        places = [(self._place(each.number), each) for each in sent.destinations if not self._is_removed(each.number)]
        self.contents.next_record = max(self.contents.next_record, number + 1)
        stored: Stored | None = None
        for place, _ in places:  # it may be a copy of one that is known
            stored = stored or place.records.get(number)
        if stored is None:
            stored = _stored(number, sent)
        stored.segment, stored.offset, stored.length = segment, offset, entry.length
        for place, destination in places:
            place.records[number] = stored
            if destination.attempts or destination.until:
                place.marks[number] = (destination.attempts, destination.until)

    def _settle(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        destination, *settled = layout.numbers_of(payload)
        place = self.contents.places.get(destination)
        if place is not None:
            for number in settled:
                place.records.pop(number, None)
                place.marks.pop(number, None)

    def _handed(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        handed = layout.handed_of(payload)
        place = self.contents.places.get(handed.number)
        if place is not None and entry.number in place.records:
            set_mark(place.marks, entry.number, handed.attempts, handed.until)

    def _transaction(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        inner = layout.inner_mark(segment.mark)
        for at, operation, inside in layout.operations(payload, inner, offset + layout.ENTRY_SIZE):
            self._replays[operation.kind](segment, at, operation, inside)

    def _finish(self, segment: Segment, offset: int, entry: Entry, payload: memoryview) -> None:
        """Do nothing: what stands before it was safe, so that what of it cannot be read was damaged later."""

    def _is_removed(self, number: int) -> bool:
        return number in self._removed or (number < self._unlisted and number not in self._listed)

    def _place(self, number: int) -> Place:
        place = self.contents.places.get(number)
        if place is None:
            place = self.contents.places[number] = Place()
        return place

    # -- what cannot be read

    def _report(self, file: str, offset: int, length: int, what: str) -> None:
        self.contents.damage.append(Damage(file, offset, length, what))

    def _tell_broken(self) -> None:
        """Report as damaged what cannot be read, although something was written after it."""
        for segment, broken in self._broken:
            self._report(segment.name, broken.offset, broken.length, f"{broken.what} cannot be read, and is lost")
        self._broken.clear()

    def _judge_tail(self) -> None:
        if not self._broken:
            return
        self.contents.unfinished = self._broken
        first, broken = self._broken[0]
        length = sum(each.length for segment, each in self._broken if segment is first)
        later = sorted({segment.name for segment, _ in self._broken if segment is not first})
        self.contents.tail = Damage(
            first.name,
            broken.offset,
            length,
            f"{broken.what} at the end of the journal cannot be read{', nor ' if later else ''}"
            f"{' and '.join(f'what follows in {name}' for name in later)}: it was not written to its end, and so never "
            "confirmed, or was damaged later; it is left out",
        )

    def _miss_everything(self) -> None:
        """Report that all is gone, if there are more files than a new folder has, and nothing in any of them."""
        contents = self.contents
        if not contents.segments and contents.empty and (len(contents.empty) > 1 or contents.empty[0].number > 1):
            self._report(contents.empty[0].name, 0, 0, "all that was written here or before is missing")

    def _count(self) -> None:
        """Count references and what lives in each segment, and report what waits for something unknown."""
        contents = self.contents
        for number, place in contents.places.items():
            if place.definition is None:
                self._report(
                    contents.segments[0].name if contents.segments else "", 0, 0,
                    f"the definition of destination {number} cannot be read; its {len(place.records):,} messages are "
                    "kept, and reach no consumer",
                )  # fmt: skip
            for stored in place.records.values():
                if not stored.references and stored.segment is not None:
                    stored.segment.live += 1
                    stored.segment.live_bytes += stored.length
                stored.references += 1


def _stored(number: int, sent: Sent) -> Stored:
    stored = Stored()
    stored.number = number
    stored.priority = sent.priority
    stored.constraints = None
    if sent.expiration or sent.due or sent.group is not None:
        stored.constraints = Restrictions(sent.expiration, sent.due, sent.group, sent.closes_group)
    stored.record = stored.data = None
    stored.size = len(sent.data)
    stored.references = 0
    return stored
