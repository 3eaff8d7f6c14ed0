"""Why a client could not connect to a place."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jmslike.errors import ConnectionLostError
from jmslike_transports.jvm.address import Address, parse_address
from jmslike_transports.jvm.places import why

AMQP = b"AMQP\x00\x01\x00\x00"
FAILED = ConnectionLostError("the client failed")
ALERT = b"\x15\x03\x03\x00\x02\x02\x32"


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """Serve a port that gives this answer to anything; yield its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link:
                    link.recv(4096)
                    link.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def refusal_of(host: str, port: int) -> str:
    """Return what a socket says that cannot connect there."""
    try:
        socket.create_connection((host, port)).close()
    except OSError as refusal:
        return str(refusal)
    pytest.fail(f"something answers at {host}:{port}")


def address_of(place: str, **options: str) -> Address:
    return parse_address(f"jvm:artemis://{place}", options, None, None)


@pytest.mark.parametrize(
    ("answer", "options", "told"),
    [
        (ALERT, {}, "; this port speaks TLS: add tls=true"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", {}, "; this port speaks HTTP: this is not the port for messages"),
        (AMQP, {}, ""),
        (AMQP, {"tls": "true"}, "; this port speaks without TLS: take the port for TLS"),
        (ALERT, {"tls": "true"}, ""),
        (b"whatever", {}, ""),
    ],
)
def test_the_protocol_of_the_port_is_told(answer: bytes, options: dict[str, str], told: str) -> None:
    with answering(answer) as port:
        assert why(address_of(f"127.0.0.1:{port}", **options), FAILED) == f"the client failed{told}"


def test_an_unknown_host_is_told() -> None:
    assert why(address_of("nowhere.invalid"), FAILED) == refusal_of("nowhere.invalid", 61616)


def test_a_port_where_nothing_listens_is_told() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # without listening
        port = bound.getsockname()[1]
        assert why(address_of(f"127.0.0.1:{port}"), FAILED) == refusal_of("127.0.0.1", port)


def test_where_jndi_leads_only_the_provider_knows(tmp_path: Path) -> None:
    file = tmp_path / "jndi.properties"
    file.touch()
    assert why(parse_address(f"jvm://{file}", {"factory": "shop"}, None, None), FAILED) == "the client failed"
