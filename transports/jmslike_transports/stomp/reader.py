"""A reader of MESSAGE and RECEIPT frames, because stomp.py takes four times as long for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_LENGTH: Final = re.compile(rb"^content-length:[ \t]*(\d+)", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\.")
_MEANING: Final = {"\\c": ":", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}

_LINE_ENDS: Final = (b"\n", b"\r")
_ALIVE: Final = b"\n"
"""What stomp.py takes for a heartbeat."""
_END: Final = 2
"""Bytes that end a frame: a NUL, and a line's end that brokers write, and count, after it."""


class PushedFrame:
    """A MESSAGE or RECEIPT frame, with the attributes of a frame of stomp.py."""

    __slots__ = ("body", "headers", "size")

    def __init__(self, headers: dict[str, str], body: bytes, size: int) -> None:
        self.headers = headers
        self.body = body
        self.size = size  # in bytes, on the wire


Handler = Callable[[PushedFrame], None]


class Reader:
    """A filter between the socket and stomp.py: calls the handler of a frame's command, and passes other frames on."""

    def __init__(self, receive: Callable[[], bytes | None], handlers: Mapping[bytes, Handler]) -> None:
        self._receive = receive
        self._handlers = handlers
        self._pieces: list[bytes] = []
        self._size = 0
        self._needed = 0

    def receive(self) -> bytes | None:
        """Read from the socket, and return the part for stomp.py: at least a heartbeat; empty at the end."""
        octets = self._receive()
        if not octets:
            return octets
        if not self._pieces and not octets.strip(b"\r\n"):
            return _ALIVE
        self._pieces.append(octets)
        self._size += len(octets)
        if self._size < self._needed or (not self._needed and b"\0" not in octets):
            return _ALIVE
        return self._read(b"".join(self._pieces)) or _ALIVE

    def _read(self, data: bytes) -> bytes:
        others = []
        start = 0
        while True:
            while data[start : start + 1] in _LINE_ENDS:  # heartbeats, and what may follow a frame
                start += 1
            end = _end_of_frame(data, start)
            if end < 0 or end >= len(data):
                break
            handler = self._handlers.get(data[start : data.find(b"\n", start)].rstrip(b"\r"))
            if handler is not None:
                handler(read_frame(data[start:end]))
            else:
                others.append(data[start : end + 1])
            start = end + 1
        rest = data[start:]
        self._pieces = [rest] if rest else []
        self._size = len(rest)
        self._needed = end + 1 - start if end >= 0 else 0
        return b"".join(others)


def _end_of_frame(data: bytes, start: int) -> int:
    """Return where the frame that begins at `start` has its NUL, or will have it; -1 if that is not known yet.

    A NUL among the headers does not end a frame: brokers let it pass in a value.
    """
    head = _HEAD_END.search(data, start)
    if head is None:
        return -1
    length = _LENGTH.search(data, start, head.start())
    return head.end() + int(length[1]) if length is not None else data.find(b"\0", head.end())


def read_frame(octets: bytes) -> PushedFrame:
    """Read a frame without its NUL. Of a repeated header the first counts (STOMP 1.2)."""
    head, _, body = octets.partition(b"\n\n")
    if b"\r" in head:
        found = _HEAD_END.search(octets)
        assert found is not None, "a frame has an end of its headers"
        head, body = octets[: found.start()].replace(b"\r\n", b"\n"), octets[found.end() :]
    text = head.decode("utf-8", "replace")
    lines = text.split("\n")[1:]
    try:
        headers: dict[str, str] = dict([line.split(":", 1) for line in lines])
    except ValueError:  # a line without colon
        headers = {}
    if len(headers) != len(lines):
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers.setdefault(name, value)
    if "\\" in text:
        headers = {_unescaped(name): _unescaped(value) for name, value in headers.items()}
    return PushedFrame(headers, body, len(octets) + _END)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    if "\\\\" in text:
        return _ESCAPED.sub(lambda found: _MEANING.get(found[0], found[0]), text)
    return text.replace("\\c", ":").replace("\\n", "\n").replace("\\r", "\r")
