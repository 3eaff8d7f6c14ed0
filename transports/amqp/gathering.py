"""Pika's connection, but many frames are written by one system call.

Pika makes one for each frame, which is three for a message, and the first only after another round of its loop.
"""

from __future__ import annotations

from typing import Final

import pika

_ENOUGH: Final = 2**16
"""Bytes that are worth a system call."""


class GatheringConnection(pika.SelectConnection):  # type: ignore[misc]
    """Frames that are emitted between `gather` and `write` wait for each other, and then for nothing."""

    _gathered: list[bytes] | None = None
    _size = 0

    def gather(self) -> None:
        """Keep what is emitted from now on."""
        self._gathered = []

    def write(self) -> None:
        """Write what was kept, as far as the socket takes it, and keep no more."""
        gathered, self._gathered = self._gathered, None
        if gathered:
            self._write(gathered)

    def _adapter_emit_data(self, data: bytes) -> None:
        gathered = self._gathered
        if gathered is None:
            super()._adapter_emit_data(data)
            return
        gathered.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH:
            self._gathered = []
            self._write(gathered)

    def _write(self, frames: list[bytes]) -> None:
        self._size = 0
        stream = self._transport
        if stream is not None:  # it has not ended
            stream.write(b"".join(frames))
            stream._on_socket_writable()
