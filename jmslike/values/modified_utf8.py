"""The encoding of Java's DataOutput.writeUTF, without its length: NUL takes two bytes, a character beyond U+FFFF two
surrogates of three bytes each, so that no byte is zero and no sequence is longer than three.
"""

from __future__ import annotations

import re

_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_LONGER = re.compile(rb"[\xf0-\xff]")


def encode(text: str) -> bytes:
    """Encode any text."""
    units = _ASTRAL.sub(_surrogates, text)
    return units.encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")


def decode(data: bytes) -> str:
    """Decode what `encode` returned. Raises ValueError for anything else."""
    if _LONGER.search(data):
        raise ValueError("a sequence of four bytes is not modified UTF-8")
    units = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def _surrogates(match: re.Match[str]) -> str:
    offset = ord(match[0]) - 0x10000
    return chr(0xD800 + (offset >> 10)) + chr(0xDC00 + (offset & 0x3FF))
