"""What is written goes at once: nothing waits until the broker has confirmed what went before."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from jmslike import Connection, ConnectionFactory, DeliveryMode
from tests.unit.stomp.server import CERTIFICATE, CONNECTED, Obliging, Server, wire_of

_SIOCOUTQNSD = 0x894B
"""Asks Linux how much of what was written has not been sent."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody can look at what waits")


@pytest.fixture
def server() -> Iterator[Obliging]:
    it = Obliging()
    yield it
    it.close()


def waiting(link: socket.socket) -> int:
    """Return how many bytes wait to be sent."""
    from fcntl import ioctl

    return int(struct.unpack("i", ioctl(link, _SIOCOUTQNSD, b"\0\0\0\0"))[0])


def link_of(connection: Connection) -> socket.socket:
    link: socket.socket = wire_of(connection)._connection.transport.socket
    return link


def test_messages_do_not_wait_for_each_other(server: Obliging) -> None:
    with ConnectionFactory(server.url).create_connection() as connection:
        session = connection.create_session()
        hasty, patient = (session.create_producer(session.create_queue("q")) for _ in range(2))
        hasty.delivery_mode = DeliveryMode.NON_PERSISTENT
        message = session.create_text_message("x")
        for _ in range(50):
            hasty.send(message)
            hasty.send(message)
            assert not waiting(link_of(connection))
            patient.send(message)  # which confirms them


def test_acknowledgements_may_wait_and_go_with_what_follows(server: Obliging) -> None:
    with ConnectionFactory(server.url).create_connection() as connection:
        wire = wire_of(connection)
        acknowledgement = b"ACK\nid:1\n\n\0"
        for _ in range(1000):
            wire.write(acknowledgement, at_once=False)
            if waiting(link_of(connection)):
                break
        else:
            pytest.fail("each went alone")
        wire.write(acknowledgement)
        assert not waiting(link_of(connection))


def test_nothing_waits_on_a_secured_link() -> None:
    server = Server({b"CONNECT": CONNECTED % b"0,0"}, secure=True)
    try:
        factory = ConnectionFactory(server.url, tls_ca=CERTIFICATE, request_timeout=0.1)
        with factory.create_connection() as connection:
            assert link_of(connection).getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    finally:
        server.close()
