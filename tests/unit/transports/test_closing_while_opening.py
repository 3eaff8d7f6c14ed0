"""A transport that is closed while it connects to a server that accepts and says nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from jmslike.errors import JMSError
from jmslike.registry import resolve
from jmslike.testing.contract.border import Recorder
from tests.unit.core.fake import PATIENCE, Task


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Return a socket that listens, and whose connections get no answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.mark.parametrize("url", ["stomp://{}", "amqp://{}", "failover:(stomp://{})", "failover:(amqp://{})"])
def test_close_ends_an_open_in_progress(silent: socket.socket, url: str) -> None:
    """C9: the thread that opens it is woken, and the socket is closed."""
    port = silent.getsockname()[1]
    transport = resolve(url.format(f"127.0.0.1:{port}"), {"connect_timeout": 600}).transport(None, None)
    opening = Task(transport.open, Recorder())
    link, _ = silent.accept()
    with link:
        link.settimeout(PATIENCE)
        assert link.recv(1)  # it has begun
        Task(transport.close).end()
        with pytest.raises(JMSError, match="is closed"):
            opening.end()
        while link.recv(4096):
            pass


@pytest.mark.parametrize("scheme", ["stomp", "amqp"])
def test_close_ends_the_attempt_at_the_next_host(silent: socket.socket, scheme: str) -> None:
    """C9: no other host of the URL is tried once it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ports = [each.getsockname()[1] for each in (silent, other)]
        url = f"{scheme}://127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"
        transport = resolve(url, {"connect_timeout": 600}).transport(None, None)
        opening = Task(transport.open, Recorder())
        link, _ = silent.accept()
        with link:
            link.recv(1)
            Task(transport.close).end()
            with pytest.raises(JMSError, match="is closed"):
                opening.end()
        other.setblocking(False)
        with pytest.raises(BlockingIOError):
            other.accept()
