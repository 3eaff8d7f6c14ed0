"""Headers with numbers: pika 1.4 drops the fractions of those that it reads, and cannot send them. It reads a byte and
a short as it reads an int.

Pika keeps handling all other values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from struct import Struct
from typing import Any, Final

import pika.data

from jmslike.values import Byte, Float, Long, Short


def _kept(value: Any) -> Any:
    return value


_READERS: Final[Mapping[bytes, tuple[Struct, Callable[[Any], Any]]]] = {
    b"b": (Struct(">b"), partial(int.__new__, Byte)),  # without the check of the range, in which it always is
    b"s": (Struct(">h"), partial(int.__new__, Short)),
    b"U": (Struct(">h"), partial(int.__new__, Short)),
    b"l": (Struct(">q"), partial(int.__new__, Long)),
    b"L": (Struct(">q"), partial(int.__new__, Long)),
    b"f": (Struct(">f"), partial(float.__new__, Float)),
    b"d": (Struct(">d"), _kept),
}
"""For each letter of AMQP, how it is read and as what."""
_pack_single, _pack_double, _pack_long = Struct(">cf").pack, Struct(">cd").pack, Struct(">cq").pack


def keep_types() -> None:
    """Patch pika so that it reads and writes numbers with their types."""
    encode, decode = pika.data.encode_value, pika.data.decode_value

    def encode_value(pieces: list[bytes], value: Any) -> int:
        if isinstance(value, float):
            piece = _pack_single(b"f", value) if isinstance(value, Float) else _pack_double(b"d", value)
        elif isinstance(value, Long):
            piece = _pack_long(b"l", value)
        else:
            size: int = encode(pieces, value)
            return size
        pieces.append(piece)
        return len(piece)

    def decode_value(encoded: bytes, offset: int) -> tuple[Any, int]:
        reader = _READERS.get(encoded[offset : offset + 1])
        if reader is None:
            value: tuple[Any, int] = decode(encoded, offset)
            return value
        form, typed = reader
        return typed(form.unpack_from(encoded, offset + 1)[0]), offset + 1 + form.size

    pika.data.encode_value, pika.data.decode_value = encode_value, decode_value
