"""Pika's connection, which writes many frames by one system call and reads deliveries without decoding their headers.

Pika by itself makes a system call for each frame, three for a message, and the first only after another round of its
loop. It reads frame by frame, and decodes all headers, which the body may say again.

This rests on names that pika does not document, as of version 1.4. Only this module uses them, and pika_patches.py and
number_types.py replace functions of `pika.data`; tests/unit/amqp/test_library_names.py lists all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pika
from pika.frame import decode_frame

from jmslike_transports.amqp.frames import FRAME_OVERHEAD, is_delivery, payload_size, read_delivery

_LARGE_ENOUGH: Final = 2**16
"""Bytes that are worth a system call."""


class GatheringConnection(pika.SelectConnection):  # type: ignore[misc]
    """A connection that gathers the frames emitted between `gather` and `write`. Used by its thread only."""

    _frame_buffer: bytes
    _gathered: list[bytes] | None = None
    _size = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        self.receivers: dict[str, Callable[[Any, Any, bytes], None]] = {}
        """What is called with the deliveries to a consumer, by its tag. Pika handles all other deliveries."""
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
            size = payload_size(data, start)
            consumed, frame = decode_frame(
                data[start:] if size is None else data[start : start + size + FRAME_OVERHEAD]
            )
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
        """Write what was kept, as far as the socket takes it now, and keep no more."""
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
        if self._size >= _LARGE_ENOUGH:
            self._gathered = []
            self._write(gathered)

    def _write(self, frames: list[bytes]) -> None:
        self._size = 0
        stream = self._transport
        if stream is not None:  # else the connection has ended
            stream.write(b"".join(frames))
            stream._on_socket_writable()

    # ---- the end --------------------------------------------------------------------------------------------------

    def abandon(self, loop: Any) -> None:
        """Close the socket, if pika has not, after its loop has ended. Never raises."""
        with suppress(Exception):
            stream = self._transport
            if stream is not None:
                stream.abort()
                loop.add_callback_threadsafe(loop.stop)
                loop.start()  # closes the socket


def keep_pushing(channel: Any, consumer_tag: str) -> None:
    """Let what is still delivered to a cancelled consumer come. Pika would give it back before earlier deliveries."""
    channel._cancelled.discard(consumer_tag)
