"""Patches that let pika read every header that another program may send.

Pika by itself raises for some of them, which ends the connection of the consumer. With the patches, a time that Python
cannot represent comes as its number, a table or list nested too deep as its bytes, and a name that is no UTF-8 with
replacement characters.
"""

from __future__ import annotations

import struct
import threading
from typing import Any, Final

import pika.data
from pika.compat import long

_TIME: Final = b"T"
_NESTED: Final = (b"A", b"F")
_DEEPEST: Final = 30
"""Levels of nesting that are read."""
_number = struct.Struct(">q")
_size = struct.Struct(">I")


class _Depth(threading.local):
    """The level of nesting of the value that a thread reads."""

    level = 0


def tolerate() -> None:
    """Replace the functions of `pika.data` that raise."""
    decode, decode_text, depth = pika.data.decode_value, pika.data.decode_short_string, _Depth()

    def decode_value(encoded: bytes, offset: int) -> tuple[Any, int]:
        kind = encoded[offset : offset + 1]
        if kind == _TIME:
            try:
                return decode(encoded, offset)  # type: ignore[no-any-return]
            except (ValueError, OverflowError, OSError):
                return long(_number.unpack_from(encoded, offset + 1)[0]), offset + 1 + _number.size
        if kind not in _NESTED:
            return decode(encoded, offset)  # type: ignore[no-any-return]
        if depth.level == _DEEPEST:
            start = offset + 1 + _size.size
            end = start + _size.unpack_from(encoded, offset + 1)[0]
            return encoded[start:end], end
        depth.level += 1
        try:
            return decode(encoded, offset)  # type: ignore[no-any-return]
        finally:
            depth.level -= 1

    def decode_short_string(encoded: bytes, offset: int) -> tuple[str, int]:
        text, end = decode_text(encoded, offset)
        return text.decode(errors="replace") if isinstance(text, bytes) else text, end

    pika.data.decode_value, pika.data.decode_short_string = decode_value, decode_short_string
