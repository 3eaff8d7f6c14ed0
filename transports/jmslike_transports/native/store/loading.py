"""Putting exported lines into a folder. Nothing is changed unless all lines can be read."""

from __future__ import annotations

import shutil
import threading
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Final

from jmslike.compare.phrases import plural
from jmslike_transports.native.json_lines import Message, Place, read_line
from jmslike_transports.native.store.stock import place_of
from native_engine.journal.layout import Definition
from native_engine.journal.maintenance import Maintenance


class Load:
    """Lines that were checked: each by itself, and that the subscriptions are there for which messages wait."""

    def __init__(self, lines: IO[bytes]) -> None:
        """Read all lines once. Raises ValueError for the first that is wrong."""
        self._file: Final = lines if lines.seekable() else _copy(lines)
        self._start: Final = self._file.tell()
        self._definitions: dict[Place, Definition] = {}
        self._needed: dict[Place, int] = {}  # each with the number of its first line
        self.messages = 0
        for number, line in self._lines():
            try:
                self._check(number, line)
            except ValueError as error:
                raise ValueError(f"line {number}: {error}; nothing was imported") from error

    def _check(self, number: int, line: bytes) -> None:
        read = read_line(line)
        if isinstance(read, Message):
            if read.envelope.delivery_mode != 2:
                raise ValueError("the message is not persistent (its delivery_mode is not 2), so no folder keeps it")
            for place, *_ in read.waits_in:
                if place.kind == "unknown":
                    raise ValueError(
                        "it is unknown where the message waits: that could not be read any more; replace "
                        '"unknown" by "queue" or "subscription" and its name'
                    )
                self._needed.setdefault(place, number)
            self.messages += 1
        else:
            place = place_of(0, read)
            if self._definitions.setdefault(place, read) != read:
                raise ValueError(f"the durable subscription {read.name!r} is in two lines that differ")

    def into(self, folder: Maintenance, interruption: threading.Event) -> int:
        """Make the subscriptions that are not there, and put the messages behind what waits there.

        Returns how many subscriptions were made. Raises ValueError with nothing done if a subscription is missing, or
        is there and differs; FullError, and KeyboardInterrupt once there is an interruption.
        """
        places = {place_of(0, each): each for each in folder.definitions}
        self.check_places(places)
        made = [each for place, each in self._definitions.items() if place not in places]
        places |= self._definitions
        self._file.seek(self._start)
        done = last = 0
        try:
            for definition in made:
                folder.define(definition)
            for number, message in self._messages():
                if interruption.is_set():
                    raise KeyboardInterrupt
                marks = [
                    (places.get(place, Definition(place.name)), (tries, until))
                    for place, tries, until in message.waits_in
                ]
                folder.put(message.envelope, marks)
                done, last = done + 1, number
        except BaseException as error:
            note = f"; {done:,} of {plural(self.messages, 'message')} were imported before that"
            if done:
                note += f": to go on, import the lines after line {last}; all lines would bring these messages twice"
            error.add_note(note)
            raise
        return len(made)

    def check_places(self, known: Mapping[Place, Definition]) -> None:
        """Raise ValueError if a subscription is not among these nor in a line, or is another one there."""
        for place, definition in self._definitions.items():
            if known.get(place, definition) != definition:
                raise ValueError(
                    f"the durable subscription {place.name!r} is there with another topic, selector, noLocal or way of "
                    "sharing; nothing was imported: unsubscribe it first, or import into another folder"
                )
        for place, number in self._needed.items():
            if place.kind == "subscription" and place not in known and place not in self._definitions:
                raise ValueError(
                    f"line {number}: the message waits in the durable subscription {place.name!r}, which is neither "
                    "there nor in another line; nothing was imported: add the line of the subscription"
                )

    def _messages(self) -> Iterator[tuple[int, Message]]:
        for number, line in self._lines():
            read = read_line(line)
            if isinstance(read, Message):
                yield number, read

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        return ((number, line) for number, line in enumerate(self._file, 1) if line.strip().strip(BOM_UTF8))


def _copy(lines: IO[bytes]) -> IO[bytes]:
    """Return a file of the same lines, which can be read twice."""
    copy = TemporaryFile()  # noqa: SIM115 - closed with what reads it
    shutil.copyfileobj(lines, copy)
    copy.seek(0)
    return copy
