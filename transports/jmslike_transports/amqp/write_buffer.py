"""Pika's connection, but many frames are written by one system call, and deliveries read at one go.

Pika makes a call for each frame, which is three for a message, and the first only after another round of its loop. It
reads frame by frame, each into objects of its own, and all headers, which the body may say again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pika
from pika.frame import decode_frame

from jmslike_transports.amqp.frames import AROUND, is_delivery, read_delivery, size_of_payload

_ENOUGH: Final = 2**16
"""Bytes that are worth a system call."""


class GatheringConnection(pika.SelectConnection):  # type: ignore[misc]
    """Frames that are emitted between `gather` and `write` wait for each other, and then for nothing."""

    _frame_buffer: bytes
    _gathered: list[bytes] | None = None
    _size = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        self.receivers: dict[str, Callable[[Any, Any, bytes], None]] = {}
        """Who gets what is delivered to a consumer, by its tag; to others pika gives it."""
        super().__init__(*args, **options)

    # ---- reading --------------------------------------------------------------------------------------------------

    def _on_data_available(self, data_in: bytes) -> None:
        data = self._frame_buffer + data_in
        self.bytes_received += len(data_in)  # a sign of life
        start = 0
        while start < len(data):
            pushed = read_delivery(data, start) if is_delivery(data, start) else None
            receiver = self.receivers.get(pushed.method.consumer_tag) if pushed is not None else None
            if pushed is not None and receiver is not None:
                start = pushed.end
                receiver(pushed.method, pushed.properties, pushed.body)
                continue
            size = size_of_payload(data, start)
            consumed, frame = decode_frame(data[start:] if size is None else data[start : start + size + AROUND])
            if not frame:
                break
            start += consumed
            self._process_frame(frame)
            if self.is_closed:
                return
        self._frame_buffer = data[start:]

    # ---- writing --------------------------------------------------------------------------------------------------

    def gather(self) -> None:
        """Keep what is emitted from now on."""
        self._gathered = []

    def write(self) -> None:
        """Write what was kept, as far as the socket takes it, and keep no more."""
        gathered, self._gathered = self._gathered, None
        if gathered:
            self._write(gathered)

    def emit(self, frames: bytes) -> None:
        """Write whole frames."""
        self._adapter_emit_data(frames)

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
