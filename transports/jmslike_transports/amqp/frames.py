"""The frames of messages, as bytes. Pika takes several times as long for each, and messages come by the thousand.

AMQP 0-9-1, sections 2.3.5 (frames), 1.8.3.7 (basic.publish), 1.8.3.13 (basic.deliver) and 2.3.5.2 (content headers).
"""

from __future__ import annotations

import struct
from struct import Struct
from typing import Any, Final, NamedTuple

import pika

METHOD, HEADER, BODY = 1, 2, 3
FRAME_OVERHEAD: Final = 8
"""Bytes of a frame beside its payload."""
_END: Final = b"\xce"
_HAS_REPLY_TO: Final = 0x02
"""A bit in the first byte of the flags that say which properties follow."""
_BASIC: Final = 60

_frame_head = Struct(">BHI")
_content_head = Struct(">HHQ")
_PUBLISH: Final = b"\x00\x3c\x00\x28\x00\x00"
_DELIVER: Final = b"\x00\x3c\x00\x3c"
_delivery = Struct(">QB")


def payload_size(data: bytes, start: int) -> int | None:
    """Return the size of the payload of the frame that begins at `start`; None if its head is not there yet."""
    return _frame_head.unpack_from(data, start)[2] if len(data) - start >= _frame_head.size else None


# ---- publishing ------------------------------------------------------------------------------------------------------


def publish_method(exchange: str, key: str, *, mandatory: bool) -> bytes:
    """Return the payload of a basic.publish."""
    return b"".join((_PUBLISH, _short(exchange), _short(key), b"\x01" if mandatory else b"\x00"))


def _short(text: str) -> bytes:
    octets = text.encode()
    return bytes((len(octets),)) + octets


def publish_frames(
    channel: int, method: bytes, properties: pika.BasicProperties, body: bytes, longest_frame: int
) -> bytes:
    """Return the frames of a message. Raises what pika raises for properties that it cannot encode."""
    head = b"".join((_content_head.pack(_BASIC, 0, len(body)), *properties.encode()))
    pieces = [
        _frame_head.pack(METHOD, channel, len(method)),
        method,
        _END,
        _frame_head.pack(HEADER, channel, len(head)),
        head,
        _END,
    ]
    longest = longest_frame - FRAME_OVERHEAD
    for start in range(0, len(body), longest):
        piece = body[start : start + longest]
        pieces += (_frame_head.pack(BODY, channel, len(piece)), piece, _END)
    return b"".join(pieces)


# ---- deliveries ------------------------------------------------------------------------------------------------------


class Method(NamedTuple):
    """The arguments of a basic.deliver."""

    consumer_tag: str
    delivery_tag: int
    redelivered: bool
    exchange: str
    routing_key: str


class Properties:
    """The properties of a delivery, decoded when one of them is read. A body of the Java client repeats them all."""

    __slots__ = ("_decoded", "_encoded")

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._decoded: pika.BasicProperties | None = None

    @property
    def reply_to(self) -> str | None:
        """The routing key for answers."""
        return self.__getattr__("reply_to") if self._encoded[0] & _HAS_REPLY_TO else None

    def __getattr__(self, name: str) -> Any:
        if self._decoded is None:
            self._decoded = pika.BasicProperties().decode(self._encoded)
        return getattr(self._decoded, name)


class PushedMessage(NamedTuple):
    """A delivery whose frames are all there; `end` is where they end."""

    method: Method
    properties: Properties
    body: bytes
    end: int


def is_delivery(data: bytes, start: int) -> bool:
    """Whether a basic.deliver begins at `start`."""
    return data[start : start + 1] == b"\x01" and data[start + 7 : start + 11] == _DELIVER


def read_delivery(data: bytes, start: int) -> PushedMessage | None:
    """Read the frames of a delivery. Return None if they are not all there, or if the body has several frames."""
    try:
        _, channel, size = _frame_head.unpack_from(data, start)
        position = start + 11
        tag_end = position + 1 + data[position]
        delivery_tag, redelivered = _delivery.unpack_from(data, tag_end)
        exchange_start = tag_end + 9
        exchange_end = exchange_start + 1 + data[exchange_start]
        method_end = start + 7 + size
        head_start = method_end + 8
        kind, head_channel, head_size = _frame_head.unpack_from(data, method_end + 1)
        head_end = head_start + head_size
        _, _, body_size = _content_head.unpack_from(data, head_start)
        end = head_end + 1
        body = b""
        if body_size:
            body_kind, body_channel, size = _frame_head.unpack_from(data, end)
            if size != body_size or body_kind != BODY or body_channel != channel:
                return None  # in several frames
            body = data[end + 7 : end + 7 + size]
            end += 7 + size + 1
        if end > len(data) or kind != HEADER or head_channel != channel:
            return None
        method = Method(
            data[position + 1 : tag_end].decode(),
            delivery_tag,
            bool(redelivered & 1),
            data[exchange_start + 1 : exchange_end].decode(),
            data[exchange_end + 1 : method_end].decode(),
        )
    except (IndexError, ValueError, struct.error):
        return None
    return PushedMessage(method, Properties(data[head_start + 12 : head_end]), body, end)
