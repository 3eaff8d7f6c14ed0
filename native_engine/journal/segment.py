"""A segment: one file of a journal."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import Final

from native_engine.journal import layout
from native_engine.journal.files import Files

__all__ = ["Segment", "create", "name_of", "number_of"]

_NAME: Final = re.compile(r"(\d{10})\.journal")
_ZEROS: Final = bytes(1 << 18)


class Segment:
    """A file of entries. What lives in it is counted under the lock of the log."""

    __slots__ = ("end", "file", "live", "live_bytes", "mark", "number", "size")

    def __init__(self, number: int, mark: int, file: int, size: int, end: int = layout.FIRST_ENTRY) -> None:
        self.number: Final = number
        self.mark: Final = mark
        self.file: Final = file
        self.size: Final = size
        self.end: int = end  # where the next entry goes
        self.live: int = 0  # records here that some queue or subscription holds
        self.live_bytes: int = 0

    @property
    def name(self) -> str:
        """The name of its file."""
        return name_of(self.number)


def name_of(number: int) -> str:
    """Return the name of the file of a segment."""
    return f"{number:010}.journal"


def number_of(name: str) -> int | None:
    """Return the number of the segment in a file of that name; None if the name is none of a segment."""
    match = _NAME.fullmatch(name)
    return int(match[1]) if match else None


def create(files: Files, number: int, size: int) -> Segment:
    """Make an empty segment that is safe. It is filled with zeros, so that no write needs room. Raises OSError.

    A segment that cannot be made leaves no file behind. A file of that name is replaced: it was
    finished when a signal's handler raised, or could not be removed.
    """
    mark = 0
    while mark in (0, 0xFFFFFFFF):
        mark = int.from_bytes(os.urandom(4), "little")
    name = name_of(number)
    try:
        file = files.create(name)
    except FileExistsError:
        files.unlink(name)
        file = files.create(name)
    try:
        header = layout.segment_header(number, mark, size)
        first = bytearray(min(size, len(_ZEROS)))
        for at in (0, layout.SECOND_HEADER):
            first[at : at + len(header)] = header
        files.pwrite(file, first, 0)
        for at in range(len(first), size, len(_ZEROS)):
            files.pwrite(file, _ZEROS[: size - at], at)
        files.fdatasync(file)
        files.sync_folder()
    except BaseException:
        files.close_file(file)
        with suppress(OSError):
            files.unlink(name)
        raise
    return Segment(number, mark, file, size)
