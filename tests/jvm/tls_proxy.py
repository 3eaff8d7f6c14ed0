"""TLS in front of a broker that has none: a server that ends TLS and passes on what is inside."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from tests.brokers.certificates import Authority, Credentials

_Result = TypeVar("_Result")
_CHUNK = 65536
_LONGEST = 10.0


@contextmanager
def tls_in_front_of(port: int, server: Credentials, clients: Authority | None = None) -> Iterator[int]:
    """Serve the port of this machine at another port, which is returned; `clients` must sign those that connect."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.certificate, server.key)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.file)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run(work: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(work, loop).result(_LONGEST)

    links: set[asyncio.Task[None]] = set()

    async def serve() -> asyncio.Server:
        return await asyncio.start_server(link, "127.0.0.1", 0, ssl=context)

    async def link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        links.add(task)
        writers = [writer]
        try:
            of_broker, to_broker = await asyncio.open_connection("127.0.0.1", port)
            writers.append(to_broker)
            await asyncio.gather(_copy(reader, to_broker), _copy(of_broker, writer))
            await asyncio.gather(*(each.wait_closed() for each in writers))
        except OSError:
            pass
        finally:
            for each in writers:
                each.transport.abort()

    async def stop() -> None:
        made.close()
        for task in links:
            task.cancel()
        await asyncio.gather(*links, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted closes in the loop's next round

    made = run(serve())
    try:
        yield made.sockets[0].getsockname()[1]
    finally:
        run(stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_LONGEST)
        loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()
