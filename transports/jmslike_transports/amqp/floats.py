"""Headers with floating-point numbers: pika 1.4 cannot send them, and drops the fraction of those that it reads.

Pika keeps handling all other values. A pika that keeps fractions is not patched.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import pika.data

from jmslike.values import Float

_NUMBER: Final = 1.5
_READERS: Final = {b"f": struct.Struct(">f"), b"d": struct.Struct(">d")}
_pack_single, _pack_double = struct.Struct(">cf").pack, struct.Struct(">cd").pack


def keep_floats() -> None:
    """Patch pika so that it keeps fractions, unless it does already."""
    if not _are_kept():
        encode, decode = pika.data.encode_value, pika.data.decode_value

        def encode_value(pieces: list[bytes], value: Any) -> int:
            if isinstance(value, float):
                piece = _pack_single(b"f", value) if isinstance(value, Float) else _pack_double(b"d", value)
                pieces.append(piece)
                return len(piece)
            size: int = encode(pieces, value)
            return size

        def decode_value(encoded: bytes, offset: int) -> tuple[Any, int]:
            reader = _READERS.get(encoded[offset : offset + 1])
            if reader is None:
                value: tuple[Any, int] = decode(encoded, offset)
                return value
            return reader.unpack_from(encoded, offset + 1)[0], offset + 1 + reader.size

        pika.data.encode_value, pika.data.decode_value = encode_value, decode_value


def _are_kept() -> bool:
    pieces: list[bytes] = []
    try:
        pika.data.encode_table(pieces, {"n": _NUMBER})
    except pika.exceptions.UnsupportedAMQPFieldException:
        return False
    table, _ = pika.data.decode_table(b"".join(pieces), 0)
    return bool(table == {"n": _NUMBER})
