"""A network with faults: a proxy between a client and a broker, which cuts, half-closes, freezes and delays."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
LONGEST = 10.0
CHUNK = 65536
RESET = struct.pack("ii", 1, 0)
"""What makes the end of a socket a reset, as the other side of a broken network sees it."""


def port_of(url: str) -> int:
    """Return the port in a broker's URL."""
    port = _address_of(url).port
    assert port is not None
    return port


def _address_of(url: str) -> SplitResult:
    return urlsplit(url.removeprefix("jvm:"))


class Proxy:
    """Forwards what comes to `url` to the broker and back, each way with a delay of `delay` seconds."""

    def __init__(self, broker_url: str) -> None:
        address, port = _address_of(broker_url), port_of(broker_url)
        self.delay = 0.0
        self.sprung = threading.Event()
        self.accepted = threading.Event()
        """Set when a client connects; a test clears it."""
        self._broker = (address.hostname, port)
        self._trap: tuple[bytes, bool] | None = None
        self._noticing: tuple[bytes, threading.Event] | None = None
        self._links: set[asyncio.StreamWriter] = set()
        self._to_clients: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._link, "127.0.0.1", 0))
        own_port = self._server.sockets[0].getsockname()[1]
        self.url = broker_url.replace(f":{port}", f":{own_port}")

    def cut(self) -> None:
        """Break every link at once; what is on its way is lost. New ones are served."""
        self._loop.call_soon_threadsafe(self._cut)

    def half_close(self) -> None:
        """End what comes from the broker on every link, and go on forwarding what the clients send."""
        self._loop.call_soon_threadsafe(self._half_close)

    def freeze(self) -> None:
        """Forward nothing more, but keep every link, and accept new ones."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def thaw(self) -> None:
        """Forward again, also what came meanwhile."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    def cut_before(self, octets: bytes, *, from_client: bool) -> None:
        """Once, instead of forwarding these octets when they come, break every link; then `sprung` is set.

        What was written before them has been forwarded.
        """
        self._trap = octets, from_client

    def notice(self, octets: bytes) -> threading.Event:
        """Return an event that is set when these octets come from the broker."""
        noticed = threading.Event()
        self._noticing = octets, noticed
        return noticed

    def close(self) -> None:
        """Break every link, and accept no more."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST)
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST)

    async def _close(self) -> None:
        self._server.close()
        self._flowing.set()
        self._cut()
        links = asyncio.all_tasks() - {asyncio.current_task()}
        if links:
            await asyncio.wait(links)

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_broker, to_broker = await asyncio.open_connection(*self._broker)
        except OSError:
            writer.transport.abort()
            return
        self.accepted.set()
        ends = (writer, to_broker)
        self._links.update(ends)
        self._to_clients.add(writer)
        try:
            await asyncio.gather(
                self._forward(reader, to_broker, from_client=True),
                self._forward(from_broker, writer, from_client=False),
            )
        finally:
            self._links.difference_update(ends)
            self._to_clients.discard(writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_client: bool) -> None:
        with suppress(OSError):
            while octets := await reader.read(CHUNK):
                await self._flowing.wait()
                if self.delay:
                    await asyncio.sleep(self.delay)
                if self._trap is not None and self._trap[1] == from_client and self._trap[0] in octets:
                    writer.write(octets[: octets.index(self._trap[0])])
                    self._trap = None
                    self._cut()
                    self.sprung.set()
                    break
                if self._noticing is not None and not from_client and self._noticing[0] in octets:
                    self._noticing[1].set()
                if from_client or writer in self._to_clients:
                    writer.write(octets)
                    await writer.drain()
        writer.close()

    def _cut(self) -> None:
        for end in [end for end in self._links if not end.is_closing()]:
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.transport.abort()

    def _half_close(self) -> None:
        for writer in self._to_clients:
            writer.write_eof()
        self._to_clients.clear()
