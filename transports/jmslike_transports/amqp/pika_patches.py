"""What any program may put into a message, and pika cannot read: it would end the connection of whoever gets that.

Instead, a time that Python does not know comes as its number, what is nested too deep as its octets, and a name that is
no UTF-8 with a mark for what is none.
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
_number = struct.Struct(">q")
_size = struct.Struct(">I")


class _Depth(threading.local):
    """How deep the value is that this thread reads."""

    level = 0


def tolerate() -> None:
    """Make pika read all that a broker may deliver."""
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
