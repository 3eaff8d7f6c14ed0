"""A user's file as messages: CSV with a header, JSON lines, or one message a line; its content decides which.

A file is read line by line: once when it is opened, so that a broken line is found before anything is sent, and then
at each iteration. The contents of a pipe go into a temporary file first.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from jmslike.compare.lines import BadInputError, lines
from jmslike.compare.phrases import plural
from jmslike.compare.readers import CsvReader
from jmslike.compare.recognition import Format, recognise

__all__ = ["BadInputError", "FileSource", "Format", "Source"]

STANDARD_INPUT: Final = "-"


class Source(Protocol):
    """Messages, each a text, that can be iterated any number of times."""

    name: str

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...


class FileSource:
    """The messages of a file; `-` is the standard input. Without `file_format` its content decides what it is.

    Raises BadInputError when it is made if any line of the file cannot be used.
    """

    def __init__(self, path: str | os.PathLike[str], file_format: Format | None = None) -> None:
        self._path = Path(path)
        self._shown = "standard input" if str(path) == STANDARD_INPUT else str(path)
        try:
            if str(path) == STANDARD_INPUT or self._path.is_fifo():
                self._spool()
            with closing(lines(self._path)) as found:
                kind, self._read = recognise(found, self._shown, file_format)
            self._count = sum(1 for _ in self._texts())
        except BadInputError as error:
            raise self._named(error) from error.__cause__
        except OSError as error:
            raise BadInputError(f"{self._shown}: cannot be read: {error.strerror or error}") from error
        if not self._count:
            raise BadInputError(f"{self._shown}: no messages in it, only a header or blank lines")
        header = " below a header" if isinstance(self._read, CsvReader) else ""
        self.name: str = f"{self._shown} ({kind}, {plural(self._count, 'message')}{header})"

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self._texts()
        except BadInputError as error:
            raise self._named(error) from error.__cause__

    def _texts(self) -> Iterator[str]:
        with closing(lines(self._path)) as found:  # also if the reader raises
            yield from self._read(found)

    def _named(self, error: BadInputError) -> BadInputError:
        return BadInputError(f"{self._shown}: {error}")

    def _spool(self) -> None:
        """Copy what can be read only once into a file, which is deleted with this object."""
        descriptor, name = tempfile.mkstemp(prefix="jmslike-")
        spooled = Path(name)
        weakref.finalize(self, spooled.unlink, missing_ok=True)
        with open(descriptor, "wb") as copy, _opened(self._path) as pipe:
            shutil.copyfileobj(pipe, copy)
        self._path = spooled


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    if str(path) != STANDARD_INPUT:
        return path.open("rb")
    if sys.stdin is None:
        raise BadInputError("it is closed")
    return nullcontext(sys.stdin.buffer)
