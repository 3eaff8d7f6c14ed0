"""The formats of a file, each as a function from lines to messages."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeAlias

from jmslike.compare.lines import LONGEST_LINE, BadInputError, Line

Reader: TypeAlias = Callable[[Iterator[Line]], Iterator[str]]

_LIMITING: Final = Lock()


@contextmanager
def _wide_fields() -> Iterator[None]:
    """Let the csv module read fields as long as a line, while the block runs: its limit is that of the process."""
    with _LIMITING:
        before = csv.field_size_limit(LONGEST_LINE)
        try:
            yield
        finally:
            csv.field_size_limit(before)


def plain_lines(lines: Iterator[Line]) -> Iterator[str]:
    """Yield each line as it is, but for its end."""
    for _, text in lines:
        if text.strip():
            yield text.rstrip("\r\n")


def json_lines(lines: Iterator[Line]) -> Iterator[str]:
    """Yield each line, which is a JSON object."""
    for number, line in lines:
        text = line.strip()
        if not text:
            continue
        try:
            value = json.loads(text)
        except RecursionError as error:
            raise BadInputError(f"line {number} is not JSON: nested too deeply") from error
        except json.JSONDecodeError as error:
            more = "; put each object on a line of its own: jq -c ." if error.pos >= len(text) else ""
            raise BadInputError(f"line {number} is not JSON: {error.msg} at column {error.colno}{more}") from error
        except ValueError as error:  # a number of more digits than Python reads
            raise BadInputError(f"line {number} is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BadInputError(f"line {number} is not a JSON object: {text[:40]}")
        yield text


@dataclass(frozen=True, slots=True)
class CsvReader:
    """CSV with a header. `padded`: blanks after a delimiter do not belong to the value."""

    delimiter: str
    padded: bool = False
    declared: bool = False
    """Whether the first line declares the delimiter, as Excel's `sep=;`, and is no header."""

    def __call__(self, lines: Iterator[Line]) -> Iterator[str]:
        """Yield each row as a JSON object, so that a message can be understood without the header.

        A row of empty fields is a row; a blank line is none.
        """
        header: list[str] | None = None
        for number, row in self.rows(lines):
            if not row or (len(row) == 1 and row[0].isspace()):
                continue
            if header is None:
                if any(field.strip() for field in row):  # a spreadsheet may have empty rows above its table
                    header = _names(row, number)
            elif len(row) != len(header):
                raise BadInputError(f"line {number} has {len(row)} columns, the header has {len(header)}")
            else:
                yield json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False)

    def rows(self, lines: Iterator[Line]) -> Iterator[tuple[int, list[str]]]:
        """Yield each row, header and blank lines too, with the number of its first line."""
        if self.declared:
            next(lines)
        reader = csv.reader(
            (text for _, text in lines), delimiter=self.delimiter, skipinitialspace=self.padded, strict=True
        )
        while True:
            number = reader.line_num + 1 + self.declared
            try:
                with _wide_fields():
                    row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadInputError(f"line {number} is not CSV: {_reason(error)}") from error
            yield number, row


def _reason(error: csv.Error) -> str:
    """Return what is wrong in the words of a file, not of the csv module."""
    text = str(error)
    if "unexpected end of data" in text:
        return "a quote in it is never closed"
    if "field limit" in text:
        return f"a field is longer than {LONGEST_LINE // 2**20} MiB; is a quote in it never closed?"
    if "new-line character" in text:
        return "a carriage return outside quotes; put the field into quotes"
    if "expected after" in text:
        return "text follows a closing quote; write a quote inside a field twice"
    return text


def _names(row: list[str], line: int) -> list[str]:
    names = [name.strip() for name in row]
    if "" in names:
        raise BadInputError(f"line {line}: column {names.index('') + 1} of the header has no name")
    for name in names:
        if names.count(name) > 1:
            raise BadInputError(f"line {line}: the header names the column {name!r} twice")
    return names
