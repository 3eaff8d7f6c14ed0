"""A user's file as messages: CSV with a header, JSON lines, or one message a line; its content decides which.

A file is read line by line: once when it is opened, so that a broken line is found before anything is sent, and then
at each iteration. The contents of a pipe go into a temporary file first.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import tempfile
import weakref
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol, TypeAlias

from jmslike.compare.phrases import plural

STANDARD_INPUT: Final = "-"
LONGEST_LINE: Final = 16 * 2**20
"""Bytes; a file without line ends must not be read into memory as one message."""
START: Final = 4096
"""Bytes that are looked at before any line is."""
SAMPLE: Final = 50
"""Lines that decide what kind of file it is."""
DELIMITERS: Final = ",;\t|"
NO_TEXT: Final = bytes(range(7)) + bytes(range(14, 27)) + bytes(range(28, 32))
"""Bytes that no text file holds (a tab, line ends and the terminal's escape may be there)."""


class Source(Protocol):
    """Messages, each a text, that can be iterated any number of times."""

    name: str

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[str]: ...


class BadInputError(ValueError):
    """A file that cannot be used; the message names the file, the line and what to do."""


Line: TypeAlias = tuple[int, str]
"""The number of a line, from 1, and its text without the line end."""

Reader: TypeAlias = Callable[[Iterator[Line]], Iterator[str]]


class Format(StrEnum):
    """The formats of a file."""

    CSV = "csv"
    JSONL = "jsonl"
    LINES = "lines"


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
            kind, self._read = _recognise(self._path, file_format)
            self._count = sum(1 for _ in self._texts())
        except BadInputError as error:
            raise self._named(error) from error.__cause__
        except OSError as error:
            raise BadInputError(f"{self._shown}: cannot be read: {error.strerror or error}") from error
        if not self._count:
            raise BadInputError(f"{self._shown}: no messages in it, only a header or blank lines")
        self.name: str = f"{self._shown} ({kind}, {plural(self._count, 'message')})"

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        try:
            yield from self._texts()
        except BadInputError as error:
            raise self._named(error) from error.__cause__

    def _texts(self) -> Iterator[str]:
        return self._read(_lines(self._path))

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


def _recognise(path: Path, file_format: Format | None) -> tuple[str, Reader]:
    texts = [text for _, text in islice(_lines(path), SAMPLE) if text.strip()]
    if not texts:
        raise BadInputError("the file is empty; it needs a message on each line")
    first = texts[0].lstrip()
    if file_format is Format.JSONL or (file_format is None and first.startswith("{")):
        return "JSON lines", _json_lines
    if file_format is None and (first == "[" or first.startswith("[{")):
        raise BadInputError("one JSON array; put each object on a line of its own: jq -c '.[]'")
    delimiter = _delimiter(texts)
    is_csv = delimiter is not None or path.suffix.lower() in (".csv", ".tsv")
    if file_format is Format.CSV or (file_format is None and is_csv):
        return "CSV", _csv_reader(delimiter or max(DELIMITERS, key=texts[0].count))
    return "plain lines", _plain_lines


def _delimiter(texts: list[str]) -> str | None:
    """Return the delimiter under which the first line reads as a header and most of the others have its columns."""
    for delimiter in DELIMITERS:
        rows = _parse_sample(texts, delimiter)
        if rows and _is_header(rows[0]):
            alike = sum(len(row) == len(rows[0]) for row in rows[1:])
            if 2 * alike > len(rows) - 1:
                return delimiter
    return None


def _parse_sample(texts: list[str], delimiter: str) -> list[list[str]]:
    rows = []
    try:
        for row in csv.reader([f"{text}\n" for text in texts], delimiter=delimiter):
            rows.append(row)  # noqa: PERF402 - what came before a broken line still counts
    except csv.Error:
        pass
    return rows


def _is_header(row: list[str]) -> bool:
    names = [name.strip() for name in row]
    return len(names) > 1 and len(set(names)) == len(names) and all(name and not _is_number(name) for name in names)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _lines(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        _check_start(file.read(START))
        file.seek(0)
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                raise BadInputError(f"line {number} is longer than {LONGEST_LINE // 2**20} MiB; split it")
            if number == 1:
                raw = raw.removeprefix(BOM_UTF8)
            _check_text(raw, number)
            try:
                yield number, raw.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                byte = raw[error.start]
                raise BadInputError(
                    f"line {number} is not UTF-8 (byte 0x{byte:02x}); convert the file, for example from Latin-1: "
                    "iconv -f latin1 -t utf-8"
                ) from error


def _check_start(start: bytes) -> None:
    """Refuse UTF-16, pictures and archives; their first line alone may look like text."""
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise BadInputError("the file is UTF-16; convert it: iconv -f utf-16 -t utf-8")
    for number, raw in enumerate(start.split(b"\n"), 1):
        _check_text(raw, number)


def _check_text(raw: bytes, number: int) -> None:
    if raw.translate(None, NO_TEXT) != raw:
        raise BadInputError(f"line {number} holds binary data; use a text file: CSV, JSON lines or plain lines")


def _plain_lines(lines: Iterator[Line]) -> Iterator[str]:
    for _, text in lines:
        if text.strip():
            yield text


def _json_lines(lines: Iterator[Line]) -> Iterator[str]:
    for number, text in lines:
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else error
            raise BadInputError(f"line {number} is not JSON: {reason}") from error
        if not isinstance(value, dict):
            raise BadInputError(f"line {number} is not a JSON object: {text.strip()[:40]}")
        yield text.strip()


def _csv_reader(delimiter: str) -> Reader:
    def read(lines: Iterator[Line]) -> Iterator[str]:
        """Yield each row as a JSON object, so that a message can be understood without the header."""
        header: list[str] | None = None
        reader = csv.reader((f"{text}\n" for _, text in lines), delimiter=delimiter, strict=True)
        while True:
            start = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadInputError(f"line {start} is not CSV: {error}") from error
            if not any(field.strip() for field in row):
                continue
            if header is None:
                header = _names(row, start)
            elif len(row) != len(header):
                raise BadInputError(f"line {start} has {len(row)} columns, the header has {len(header)}")
            else:
                yield json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)

    return read


def _names(row: list[str], line: int) -> list[str]:
    names = [name.strip() for name in row]
    if "" in names:
        raise BadInputError(f"line {line}: column {names.index('') + 1} of the header has no name")
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(f"line {line}: the header names the column {name!r} twice")
    return names
