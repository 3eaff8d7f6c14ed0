"""STOMP 1.2 frames as bytes. They are written here because stomp.py does not escape the names of headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.codec import utf8

LINE_ENDS: Final = frozenset("\r\n")
_NOT_IN_CONNECT: Final = LINE_ENDS | {"\0"}


def escape(text: str) -> str:
    """Return a header's name or value as it is written (STOMP 1.2, "Value Encoding")."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if ":" in text:
        text = text.replace(":", "\\c")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    return text.replace("\r", "\\r") if "\r" in text else text


def header_lines(headers: Mapping[str, str]) -> str:
    """Return the headers as lines. Raises MessageFormatError for a text that UTF-8 cannot hold."""
    lines = "".join([f"{escape(name)}:{escape(value)}\n" for name, value in headers.items()])
    if not lines.isascii():
        utf8(lines)
    return lines


def fits_connect(value: str) -> bool:
    """Whether the value can stand in a CONNECT frame, in which nothing is escaped."""
    return _NOT_IN_CONNECT.isdisjoint(value) and value.encode(errors="replace").decode() == value


def escaped_for_connect(value: str | None) -> str | None:
    """Return the value for the CONNECT frame of a broker that unescapes it, against STOMP 1.2."""
    return None if value is None else value.replace("\\", "\\\\")


def frame(command: str, lines: str, body: bytes = b"") -> bytes:
    """Return the frame with these header lines."""
    return b"".join((f"{command}\n{lines}\n".encode(), body, b"\0"))


def ack_frame(ack: str) -> bytes:
    """Return the ACK of the message with that `ack` header."""
    return f"ACK\nid:{escape(ack)}\n\n\0".encode()


def nack_frame(ack: str) -> bytes:
    """Return the NACK of the message with that `ack` header."""
    return f"NACK\nid:{escape(ack)}\n\n\0".encode()


def unsubscribe_frame(identifier: str) -> bytes:
    """Return the UNSUBSCRIBE of the subscription with that id."""
    return f"UNSUBSCRIBE\nid:{escape(identifier)}\n\n\0".encode()
