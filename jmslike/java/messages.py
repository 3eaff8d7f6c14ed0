"""Messages and destinations under Java names (sections 2.5 and 3)."""

from __future__ import annotations

from typing import Final

import jmslike
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.java.names import java_names
from jmslike.message.typed import BytesLike

for _kind in (Destination, Queue, Topic, TemporaryQueue, TemporaryTopic):
    # the core's own classes: a destination goes through the transports, which know exactly these
    java_names(_kind)


def _part(value: BytesLike | None, offset: int, length: int | None) -> BytesLike | None:
    """Return `length` bytes from `offset` on, by default all that follow. Raises IndexError if there are too few."""
    if value is None or (offset == 0 and length is None):
        return value
    end = len(value) if length is None else offset + length
    if not 0 <= offset <= end <= len(value):
        raise IndexError(f"{len(value)} bytes have no part from {offset} to {end}")
    return value[offset:end]


def _space(buffer: bytearray, length: int | None) -> int:
    """Return how many bytes fit. Raises IndexError for a length that is negative or more than that."""
    if length is not None and not 0 <= length <= len(buffer):
        raise IndexError(f"a buffer of {len(buffer)} bytes cannot take {length}")
    return len(buffer) if length is None else length


@java_names
class Message(jmslike.Message):
    """As `jmslike.Message`."""

    __slots__ = ()


@java_names
class TextMessage(Message, jmslike.TextMessage):
    """As `jmslike.TextMessage`."""

    __slots__ = ()


@java_names
class ObjectMessage(Message, jmslike.ObjectMessage):
    """As `jmslike.ObjectMessage`."""

    __slots__ = ()


@java_names
class BytesMessage(Message, jmslike.BytesMessage):
    """As `jmslike.BytesMessage`, with Java's arrays."""

    __slots__ = ()

    def readBytes(self, value: bytearray, length: int | None = None, /) -> int:
        """Read at most `length` bytes, by default as many as fit, into `value`; return their number, -1 at the end.

        Raises IndexError for a length that is negative or more than fits.
        """
        size = _space(value, length)
        chunk = super().read_bytes(size)
        value[: len(chunk)] = chunk
        return len(chunk) if chunk or not size else -1

    def writeBytes(self, value: BytesLike, offset: int = 0, length: int | None = None, /) -> None:
        """Write bytes, or `length` of them from `offset` on. Raises IndexError if there are not so many."""
        super().write_bytes(_part(value, offset, length))  # type: ignore[arg-type]  # the core refuses None


@java_names
class MapMessage(Message, jmslike.MapMessage):
    """As `jmslike.MapMessage`, with Java's arrays."""

    __slots__ = ()

    def setBytes(self, name: str, value: BytesLike | None, offset: int = 0, length: int | None = None, /) -> None:
        """Set bytes, or `length` of them from `offset` on. Raises IndexError if there are not so many."""
        super().set_bytes(name, _part(value, offset, length))


@java_names
class StreamMessage(Message, jmslike.StreamMessage):
    """As `jmslike.StreamMessage`, with Java's arrays."""

    __slots__ = ()

    def readBytes(self, value: bytearray, /) -> int:
        """Read the field of bytes, or as many of its next bytes as fit, into `value`; return their number.

        Returns -1 at the end of a field that was read in parts, and for a null field.
        """
        begun = bool(getattr(self, "_taken", 0))
        chunk = super().read_bytes(len(value))
        if chunk is None or (begun and not chunk):
            return -1
        value[: len(chunk)] = chunk
        return len(chunk)

    def writeBytes(self, value: BytesLike | None, offset: int = 0, length: int | None = None, /) -> None:
        """Write a field of bytes, or of `length` of them from `offset` on. Raises IndexError if there are too few."""
        super().write_bytes(_part(value, offset, length))


MESSAGE_TYPES: Final[dict[str, type[jmslike.Message]]] = {
    each.kind: each for each in (Message, TextMessage, BytesMessage, MapMessage, StreamMessage, ObjectMessage)
}
"""The class of each kind of message."""
