"""STOMP 1.2 frames as bytes. stomp.py reads them; it does not write header names that need escaping, so we do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_SPECIAL: Final = re.compile(r"[\\\n\r:]")
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", ":": "\\c"}


def escape(text: str) -> str:
    """Give a header's name or value as it is written (STOMP 1.2, "Value Encoding")."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text) if _SPECIAL.search(text) else text


def header_lines(headers: Mapping[str, str]) -> str:
    """Give the lines of the headers."""
    return "".join([f"{escape(name)}:{escape(value)}\n" for name, value in headers.items()])


def frame(command: str, lines: str, body: bytes = b"") -> bytes:
    """Give the frame with these header lines."""
    return b"".join((f"{command}\n{lines}\n".encode(), body, b"\0"))


def ack_frame(ack: str) -> bytes:
    """Give the ACK of the message with that `ack` header."""
    return f"ACK\nid:{escape(ack)}\n\n\0".encode()
