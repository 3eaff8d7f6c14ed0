"""What a file is: CSV with a header, JSON lines, or one message a line. Its first lines decide, then its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final
from xml.parsers import expat

from jmslike.compare.lines import BadInputError, Line
from jmslike.compare.readers import CsvReader, Reader, json_lines, plain_lines

SAMPLE_LINES: Final = 50
SAMPLE_SIZE: Final = 2**20
"""Characters after which the sample ends, whatever the number of its lines."""
DELIMITERS: Final = ",;\t|"

_SEPARATOR: Final = re.compile(r'"?sep=([^"\r\n])"?\s*', re.IGNORECASE)
"""The first line by which Excel declares the delimiter."""
_MARKUP: Final = re.compile(r"<(?:\?xml\b|!DOCTYPE\b|[A-Za-z_])", re.IGNORECASE)
_TAG_END: Final = re.compile(r"</|/>|\?>|<!DOCTYPE", re.IGNORECASE)
_PADDED_QUOTE: Final = re.compile(r' +"')
_DIGITS: Final = re.compile(r"\d+")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_YEAR: Final = re.compile(r"(?:1[5-9]|2[01])\d\d")

_AS_LINES: Final = "or send its lines as they are: --format lines"


class Format(StrEnum):
    """The formats of a file."""

    CSV = "csv"
    JSONL = "jsonl"
    LINES = "lines"


def recognise(lines: Iterator[Line], name: str, file_format: Format | None) -> tuple[str, Reader]:
    """Return what the file is, in words, and its reader. `file_format` is what the user says that it is.

    Raises BadInputError for an empty file, and for one that does not have each message in a line, or a row, of its own.
    """
    sample = list(_sample(lines))
    if not sample:
        raise BadInputError("the file is empty; it needs a message on each line")
    first = sample[0][1].strip()
    suffix = Path(name).suffix.lower()
    if file_format is Format.CSV:
        return "CSV", _declared_table(sample) or _table(sample) or _assumed_table(sample)
    if file_format is Format.LINES:
        return "plain lines", plain_lines
    if file_format is Format.JSONL or suffix in (".jsonl", ".ndjson"):
        return "JSON lines", json_lines
    if first[0] in "{[":
        complete = _check_json(first, alone=len(sample) == 1)
        if first[0] == "{":
            return "JSON lines", json_lines
        if complete:
            return "plain lines", plain_lines
    _check_xml(first, sample)
    if reader := _declared_table(sample) or _table(sample):
        return "CSV", reader
    if suffix in (".csv", ".tsv"):
        reader = _assumed_table(sample)
        _check_header(reader, sample)
        return "CSV", reader
    return "plain lines", plain_lines


def _sample(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the first lines that are not blank."""
    size = count = 0
    for number, text in lines:
        size += len(text)
        if text.strip():
            yield number, text
            count += 1
        if count == SAMPLE_LINES or size >= SAMPLE_SIZE:
            return


def _check_json(first: str, *, alone: bool) -> bool:
    """Return whether the first line is a complete JSON value. `alone`: there is no other line.

    Raises BadInputError if it is the beginning of one that goes on in the next line, or an array that is all there is.
    """
    try:
        json.loads(first)
    except json.JSONDecodeError as error:
        if error.pos < len(first):
            return False
    except (ValueError, RecursionError):
        return False
    else:
        if first[0] == "{" or not alone:
            return True
    if first[0] == "{":
        raise BadInputError(f"a JSON object over several lines; put each object on one line: jq -c ., {_AS_LINES}")
    raise BadInputError(f"one JSON array; put each object on a line of its own: jq -c '.[]', {_AS_LINES}")


def _check_xml(first: str, sample: Sequence[Line]) -> None:
    """Raise BadInputError if the first line is the beginning of an XML document that goes on in the next line."""
    if not (_MARKUP.match(first) and any(_TAG_END.search(text) for _, text in sample)):
        return
    parser = expat.ParserCreate()
    try:
        parser.Parse(first, False)
    except expat.ExpatError:
        return
    try:
        parser.Parse("", True)
    except expat.ExpatError:
        raise BadInputError(f"XML over several lines; put each message on one line, {_AS_LINES}") from None


def _declared_table(sample: Sequence[Line]) -> CsvReader | None:
    """Return the reader for a file whose first line declares the delimiter."""
    number, text = sample[0]
    found = _SEPARATOR.fullmatch(text)
    if found is None or number > 1:
        return None
    reader = CsvReader(found[1], declared=True)
    return replace(reader, padded=_is_padded(_rows(reader, sample)))


def _table(sample: Sequence[Line]) -> CsvReader | None:
    """Return the reader under which the first row reads as a header and most of the others have its columns."""
    for delimiter in DELIMITERS:
        reader = CsvReader(delimiter)
        rows = _rows(reader, sample)
        if _is_padded(rows):
            reader = CsvReader(delimiter, padded=True)
            rows = _rows(reader, sample)
        elif rows and _has_blanks(rows[0]):
            continue  # a sentence above lines that are no sentences
        if not rows or len(rows[0]) < 2 or not _is_header(rows):
            continue
        alike = sum(len(row) == len(rows[0]) for row in rows[1:])
        if 2 * alike > len(rows) - 1:
            return reader
    return None


def _assumed_table(sample: Sequence[Line]) -> CsvReader:
    """Return the reader for a file that is CSV, because its name or the user says so."""
    delimiter = max(DELIMITERS, key=sample[0][1].count)
    return CsvReader(delimiter, padded=_is_padded(_rows(CsvReader(delimiter), sample)))


def _rows(reader: CsvReader, sample: Sequence[Line]) -> list[list[str]]:
    """Return the rows of the sample from the header on, up to one that is broken, or cut by the sample's end."""
    rows: list[list[str]] = []
    with suppress(BadInputError):
        for _, row in reader.rows(iter(sample)):
            if rows or any(field.strip() for field in row):
                rows.append(row)
    return rows


def _is_padded(rows: Sequence[Sequence[str]]) -> bool:
    """Whether blanks after a delimiter are layout: after all of them, or before a quote, where they have no use."""
    if any(_PADDED_QUOTE.match(field) for row in rows for field in row[1:]):
        return True
    return bool(rows) and _has_blanks(rows[0]) and 2 * sum(map(_has_blanks, rows)) > len(rows)


def _has_blanks(row: Sequence[str]) -> bool:
    return len(row) > 1 and all(field.startswith(" ") or not field for field in row[1:])


def _check_header(reader: CsvReader, sample: Sequence[Line]) -> None:
    rows = _rows(reader, sample)
    if rows and _looks_like_values(rows):
        raise BadInputError(
            "the first row looks like values, not like the names of columns; add a header, or name the format: "
            "--format csv takes it as the header, --format lines sends each line as it is"
        )


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    names = [name.strip() for name in rows[0]]
    return len(set(names)) == len(names) and all(names) and not _looks_like_values(rows)


def _looks_like_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds values: a number that is no year, an assignment, or what its column looks like."""
    return any(_is_value(name.strip()) for name in rows[0]) or any(
        _DIGITS.search(name)
        and not _YEAR.fullmatch(name.strip())
        and _is_of_kind(name, [row[column] for row in rows[1:] if column < len(row)])
        for column, name in enumerate(rows[0])
    )


def _is_value(name: str) -> bool:
    if "=" in name:
        return True
    try:
        float(name)
    except ValueError:
        return False
    return not _YEAR.fullmatch(name)


def _is_of_kind(name: str, values: Sequence[str]) -> bool:
    """Whether most of the values are as the name is, but for other digits."""
    return 2 * sum(_shape(value) == _shape(name) for value in values) > len(values)


def _shape(text: str) -> str:
    """Return the text with one digit for each number; beside a time of day, with one letter for each word."""
    shape = _DIGITS.sub("0", text.strip())
    return _WORDS.sub("a", shape) if "0:0" in shape else shape
