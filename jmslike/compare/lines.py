"""A file as numbered lines of text: what is no text is refused, and no line is longer than a bound."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Generator
from pathlib import Path
from typing import Final, TypeAlias

LONGEST_LINE: Final = 16 * 2**20
"""Bytes; a file without line ends must not be read into memory as one message."""
START: Final = 4096
"""Bytes that are looked at before any line is."""
NO_TEXT: Final = bytes(range(7)) + bytes(range(14, 27)) + bytes(range(28, 32))
"""Bytes that no text file holds (a tab, line ends and the terminal's escape may be there)."""

Line: TypeAlias = tuple[int, str]
"""The number of a line, from 1, and its text with its line end, if it has one."""


class BadInputError(ValueError):
    """A file that cannot be used; the message names the file, the line and what to do."""


def lines(path: Path) -> Generator[Line, None, None]:
    """Read a file line by line. Only a line feed ends a line, after a carriage return or not.

    Raises BadInputError for what is not UTF-8 or no text, and for a line that is too long.
    """
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
                yield number, raw.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = raw[error.start]
                raise BadInputError(
                    f"line {number} is not UTF-8 (byte 0x{byte:02x}); convert the file, for example from Latin-1: "
                    "iconv -f latin1 -t utf-8"
                ) from error


def _check_start(start: bytes) -> None:
    """Refuse UTF-16, pictures, archives and line ends of an old Mac; the first line alone may look like text."""
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise BadInputError("the file is UTF-16; convert it: iconv -f utf-16 -t utf-8")
    for number, raw in enumerate(start.split(b"\n"), 1):
        _check_text(raw, number)
    if b"\n" not in start and b"\r" in start.rstrip():
        raise BadInputError(r"its lines end with a carriage return only; convert the file: tr '\r' '\n'")


def _check_text(raw: bytes, number: int) -> None:
    if raw.translate(None, NO_TEXT) != raw:
        raise BadInputError(f"line {number} holds binary data; use a text file: CSV, JSON lines or plain lines")
