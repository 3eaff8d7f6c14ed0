"""Putting exported lines into a folder. Nothing is changed unless all lines can be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Final

from jmslike_transports.native.json_lines import Message, Place, read_line
from jmslike_transports.native.store.stock import place_of
from native_engine.journal.layout import Definition
from native_engine.journal.maintenance import Maintenance

__all__ = ["Load"]


class Load:
    """Lines that were checked: each by itself, and that the subscriptions are there for which messages wait."""

    def __init__(self, lines: IO[bytes]) -> None:
        """Read all lines once. Raises ValueError for the first that is wrong."""
        self._file: Final = lines if lines.seekable() else _copy(lines)
        self._start: Final = self._file.tell()
        self._definitions: dict[Place, Definition] = {}
        self._needed: dict[Place, int] = {}  # each with the number of its first line
        self.messages = 0
        for number, line in enumerate(self._file, 1):
            try:
                if line.strip():
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

    def into(self, folder: Maintenance) -> None:
        """Make the subscriptions that are not there, and put the messages behind what waits there.

        Raises ValueError with nothing done if a subscription is missing, or is there and differs; FullError.
        """
        places = {place_of(0, each): each for each in folder.definitions}
        self._check_places(places)
        for definition in self._definitions.values():
            folder.define(definition)
        places |= self._definitions
        self._file.seek(self._start)
        done = 0
        try:
            for message in self._messages():
                marks = [
                    (places.get(place, Definition(place.name)), (tries, until))
                    for place, tries, until in message.waits_in
                ]
                folder.put(message.envelope, marks)
                done += 1
        except BaseException as error:
            error.add_note(f"; {done:,} of {self.messages:,} messages were imported before that")
            raise

    def _check_places(self, known: Mapping[Place, Definition]) -> None:
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

    def _messages(self) -> Iterator[Message]:
        return (each for each in map(read_line, filter(bytes.strip, self._file)) if isinstance(each, Message))


def _copy(lines: IO[bytes]) -> IO[bytes]:
    """Return a file of the same lines, which can be read twice."""
    copy = TemporaryFile()  # noqa: SIM115 - closed with what reads it
    shutil.copyfileobj(lines, copy)
    copy.seek(0)
    return copy
