"""What a folder holds, for those who only look, also while another process uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Final, Self

from jmslike.envelope import Envelope
from jmslike_transports.native.json_lines import Message, Place, Waiting
from jmslike_transports.native.record_format import EnvelopeFormat
from native_engine.journal import Contents, Damage, read
from native_engine.journal.contents import Place as Held
from native_engine.journal.folder import FolderFiles
from native_engine.journal.journal import record_in
from native_engine.journal.layout import ENTRY_SIZE, Definition
from native_engine.journal.stored import Stored

__all__ = ["Stock", "place_of", "unknown_queue"]

_MOST_READINGS: Final = 5
_MOST_NAMES: Final = 10
"""How many queues an error names."""


class Stock:
    """What a folder holds at one moment. Its files stay open until `close`, also those that are removed meanwhile."""

    def __init__(self, path: str) -> None:
        """Read the folder. Raises FolderError and OSError."""
        self._format = EnvelopeFormat()
        self._files, self.contents = _read(path)
        self.path: Final = self._files.path
        self.held: Final[Mapping[Place, Held]] = {
            place_of(number, held.definition): held for number, held in self.contents.places.items()
        }
        self.damage: Final[list[Damage]] = list(self.contents.damage)
        """What cannot be read; messages are found to be so when they are looked at."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    @property
    def subscriptions(self) -> list[Definition]:
        """The durable subscriptions."""
        definitions = [held.definition for held in self.contents.places.values()]
        return [each for each in definitions if each is not None and each.topic is not None]

    def messages(self) -> Iterator[Message]:
        """Yield all messages in the order in which they were sent, each with the places where it waits."""
        waits_in: dict[int, list[Waiting]] = defaultdict(list)
        stored: dict[int, Stored] = {}
        for place, held in self.held.items():
            for number, record in held.records.items():
                stored[number] = record
                waits_in[number].append(Waiting(place, *held.marks.get(number, (0, 0))))
        for number in sorted(stored):
            envelope = self._envelope(stored[number])
            if envelope is not None:
                yield Message(envelope, waits_in[number])

    def waiting_in(self, place: Place) -> Iterator[Message]:
        """Yield the messages of one place, in the order of delivery. Raises ValueError if there is no such place."""
        held = self.held.get(place)
        if held is None:
            if place.kind == "queue":
                raise ValueError(unknown_queue(self.path, place, self.held))
            raise ValueError(f"{self.path} has no durable subscription {place.name!r}" + _owned(place))
        for record in sorted(held.records.values(), key=lambda each: _turn(held, each)):
            envelope = self._envelope(record)
            if envelope is not None:
                yield Message(envelope, [Waiting(place, *held.marks.get(record.number, (0, 0)))])

    def _envelope(self, record: Stored) -> Envelope | None:
        """Return a message; None if it cannot be read, which is damage."""
        segment, offset, length = record.segment, record.offset, ENTRY_SIZE + record.length
        if segment is None:
            return None
        try:
            return self._format.decode(record_in(self._files.pread(segment.file, length, offset), segment, offset))
        except ValueError as error:
            what = f"message {record.number} cannot be read, and is lost ({error})"
            self.damage.append(Damage(segment.name, offset, length, what))
            return None


def unknown_queue(folder: str, place: Place, known: Iterable[Place]) -> str:
    """Return that a queue is not there, and which are: one is made by its first message."""
    names = sorted(each.name for each in known if each.kind == "queue")
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    others = f"{folder} has {', '.join(names[:_MOST_NAMES])}{more}" if names else f"{folder} has no queue"
    return f"no message waits in queue {place.name}; {others}"


def place_of(number: int, definition: Definition | None) -> Place:
    """Return the place of this definition, or the unknown one of this number."""
    if definition is None:
        return Place("unknown", str(number))
    return Place("queue" if definition.topic is None else "subscription", definition.name, definition.owner)


def _owned(place: Place) -> str:
    return " without a client id" if place.client_id is None else f" of the client id {place.client_id!r}"


def _turn(held: Held, record: Stored) -> tuple[int, bool, int]:
    """Order by priority; then what was handed over before comes first, and then what was sent first."""
    return -record.priority, record.number not in held.marks, record.number


def _read(path: str) -> tuple[FolderFiles, Contents]:
    """Read a folder, again if its process removed a file meanwhile, or seems to have left damage, or an end that is not
    written: it may be writing."""
    before: tuple[list[Damage], Damage | None] = [], None
    reading = 0
    while True:
        reading += 1
        files = FolderFiles.look(path)
        try:
            contents = read(files)
            found = contents.damage, contents.tail
            if found == before or reading == _MOST_READINGS:
                return files, contents
            before = found
        except FileNotFoundError:
            if reading == _MOST_READINGS:
                raise
        except BaseException:
            files.close()
            raise
        files.close()
