"""How a link is opened, over TLS too, and what is said of one that is not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from stomp.utils import PollableQueue

from jmslike import Connection, ConnectionFactory, ConnectionLostError, DeliveryMode, JMSError, JMSSecurityError
from jmslike_transports.shared.tls import explained
from tests.unit.stomp.server import CERTIFICATE, CONNECTED, Server

Started = Callable[[bytes], Server]


@pytest.fixture
def started() -> Iterator[Started]:
    """Starts a server that gives this answer to CONNECT."""
    servers: list[Server] = []

    def start(answer: bytes) -> Server:
        servers.append(Server({b"CONNECT": answer}, secure=True))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def connect(url: str, **options: Any) -> Connection:
    return ConnectionFactory(url, tls_ca=CERTIFICATE, request_timeout=1, **options).create_connection()


def loss_of(connection: Connection, cause: Callable[[], None] = lambda: None) -> JMSError:
    losses: list[JMSError] = []
    reported = threading.Event()

    def note(error: JMSError) -> None:
        losses.append(error)
        reported.set()

    connection.exception_listener = note
    cause()
    assert reported.wait(10)
    return losses[0]


def test_a_certificate_that_is_not_trusted_is_refused_and_said_why(started: Started) -> None:
    factory = ConnectionFactory(started(CONNECTED % b"0,0").url)
    with pytest.raises(JMSSecurityError, match=r"certificate verify failed.*tls_ca.*tls_verify"):
        factory.create_connection()


def test_a_certificate_may_be_taken_unseen(started: Started) -> None:
    factory = ConnectionFactory(started(CONNECTED % b"0,0").url, tls_verify=False, request_timeout=0.1)
    with factory.create_connection() as connection:
        assert connection.capabilities.product == "ActiveMQ Artemis"


def test_the_clients_certificate_is_shown(started: Started) -> None:
    server = started(CONNECTED % b"0,0")
    server.demand_certificate()
    with connect(server.url, tls_cert=CERTIFICATE) as connection:
        assert connection.capabilities.product == "ActiveMQ Artemis"
    with pytest.raises(JMSError, match="tls_cert"):
        connect(server.url)


def test_a_refusal_that_comes_before_connect_is_written_says_why(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TLS 1.3 the server refuses the client after the handshake; stomp.py may have closed its queue by then."""
    server = started(CONNECTED % b"0,0")
    server.demand_certificate()
    put = PollableQueue.put

    def put_late(queue: PollableQueue, frame: object) -> None:
        deadline = time.monotonic() + 10
        while queue.fileno() != -1 and time.monotonic() < deadline:
            time.sleep(0.001)
        put(queue, frame)

    monkeypatch.setattr(PollableQueue, "put", put_late)
    with pytest.raises(JMSError, match="tls_cert"):
        connect(server.url)


def test_the_servers_alert_is_explained() -> None:
    alert = ssl.SSLError(1, "[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)")
    for error in (alert, OSError(f"Stream connection lost: {alert!r}")):
        assert isinstance(explained(error), JMSSecurityError)
        assert "certificate required; give tls_cert and tls_key" in str(explained(error))


def test_the_end_of_a_secured_link_is_a_loss(started: Started) -> None:
    server = started(CONNECTED % b"0,0")
    with connect(server.url, heartbeat=0) as connection:
        assert "closed" in str(loss_of(connection, server.end_links))


def test_a_missing_heartbeat_of_a_secured_link_is_a_loss(started: Started) -> None:
    with connect(started(CONNECTED % b"50,0").url, heartbeat=0.05) as connection:
        assert "no heartbeat" in str(loss_of(connection))


def test_a_secured_link_that_is_not_read_is_given_up(started: Started) -> None:
    with connect(started(CONNECTED % b"0,0").url, heartbeat=0) as connection:
        session = connection.create_session()
        producer = session.create_producer(session.create_queue("q"))
        producer.delivery_mode = DeliveryMode.NON_PERSISTENT
        message = session.create_text_message("x" * 100_000)

        def send_on() -> None:
            for _ in range(10_000):
                producer.send(message)

        with pytest.raises(ConnectionLostError, match="has read nothing for 1 seconds"):
            send_on()


def test_who_refuses_is_said() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionLostError, match="refused"):
            ConnectionFactory(f"stomp://127.0.0.1:{unused.getsockname()[1]}").create_connection()
