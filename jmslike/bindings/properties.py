r"""Properties files, as `java.util.Properties.load(InputStream)` reads them.

    # a comment, as with !
    queue.orders = shop.orders      "=", ":" or a blank ends the key
    topic.news : shop.\
        news                        a line goes on after an odd number of backslashes

The bytes are ISO 8859-1; other characters are written \uXXXX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_BLANKS: Final = " \t\f"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_PAIR: Final = re.compile(
    r"(?P<key>(?:\\.|[^\\=: \t\f])*)[ \t\f]*(?:[=:][ \t\f]*)?(?P<value>.*)",
    re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u(?P<hex>.{0,4})|(?P<other>.))", re.DOTALL)
_HEX: Final = re.compile("[0-9A-Fa-f]{4}")
_CONTROLS: Final = {"t": "\t", "r": "\r", "n": "\n", "f": "\f"}


def parse_properties(data: bytes) -> dict[str, str]:
    r"""Return the entries; of a key that is there twice, the last. Raises ValueError for a \u without four digits."""
    return dict(_pair(line) for line in _logical_lines(data.decode("iso-8859-1")))


def _logical_lines(text: str) -> Iterator[str]:
    """Yield the lines that are neither empty nor comments, each with those that continue it."""
    line = part = ""
    for natural in _LINE_END.split(text):
        part = natural.lstrip(_BLANKS)
        if not line and part.startswith(("#", "!")):
            continue  # a comment does not go on
        line += part
        if _ends_in_backslash(line):
            line = line[:-1]
        elif line:
            yield line
            line = ""
    if line or part == "\\":  # Java makes an entry of a backslash that ends the file
        yield line


def _ends_in_backslash(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _pair(line: str) -> tuple[str, str]:
    pair = _PAIR.fullmatch(line)
    assert pair is not None, "it matches every line"
    return _unescape(pair["key"]), _unescape(pair["value"])


def _unescape(text: str) -> str:
    units = _ESCAPE.sub(_character, text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")  # joins surrogate pairs


def _character(escape: re.Match[str]) -> str:
    digits, other = escape["hex"], escape["other"]
    if digits is None:
        return _CONTROLS.get(other, other)
    if not _HEX.fullmatch(digits):
        raise ValueError(r"a \u must have four hexadecimal digits")
    return chr(int(digits, 16))
