"""The socket of a connection that ends before stomp.py's thread has begun, or that gets no thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from jmslike_transports.stomp.address import parse_address
from jmslike_transports.stomp.library import disconnect, make_connection


@pytest.fixture
def connection() -> Iterator[Any]:
    """Return a connection of stomp.py to a server that says nothing; it is not connected yet."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = server.getsockname()[:2]
        address = parse_address(f"stomp://127.0.0.1:{host[1]}", {}, None, None)
        yield make_connection(host, address, {}, lambda: None, lambda failure: None)


def test_it_is_closed_by_the_thread(connection: Any) -> None:
    start, links, threads = connection.transport.create_thread_fc, [], []

    def end_and_start(loop: Any) -> None:
        links.append(connection.transport.socket)
        disconnect(connection)
        threads.append(start(loop))

    connection.transport.override_threading(end_and_start)
    connection.transport.start()
    threads[0].join(10)
    assert links[0].fileno() == -1


def test_it_is_closed_without_a_thread(connection: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    links: list[socket.socket] = []

    def refuse(thread: threading.Thread) -> None:
        links.append(connection.transport.socket)
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError):
        connection.transport.start()
    assert links[0].fileno() == -1
