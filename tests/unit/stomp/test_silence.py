"""A broker that says nothing: every wait has its bound, and one loss is reported."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, JMSError, JMSSecurityError, Message
from tests.unit.stomp.server import CONNECTED, Server, wire_of


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    made: list[Server] = []
    yield made
    for server in made:
        server.close()


def started(servers: list[Server], **answers: bytes) -> str:
    servers.append(Server({command.encode(): answer for command, answer in answers.items()}))
    return servers[-1].url


def test_a_port_that_does_not_answer(servers: list[Server]) -> None:
    with pytest.raises(ConnectionLostError, match="no answer to CONNECT"):
        ConnectionFactory(started(servers), connect_timeout=0.05).create_connection()


def test_the_next_host_is_tried(servers: list[Server]) -> None:
    silent, good = started(servers), started(servers, CONNECT=CONNECTED % b"0,0")
    url = f"{silent},{good.removeprefix('stomp://')}"
    with ConnectionFactory(url, connect_timeout=3, request_timeout=0.05).create_connection() as connection:
        assert connection.capabilities.product == "ActiveMQ Artemis"


def test_a_port_that_speaks_something_else(servers: list[Server]) -> None:
    with pytest.raises(JMSError):
        ConnectionFactory(started(servers, CONNECT=b"SSH-2.0\r\n"), connect_timeout=0.1).create_connection()


def test_a_refusal_is_a_security_error(servers: list[Server]) -> None:
    refusal = b"ERROR\nmessage:User name [u] or password is invalid\n\n\0"
    with pytest.raises(JMSSecurityError, match="password is invalid"):
        ConnectionFactory(started(servers, CONNECT=refusal)).create_connection()


def test_an_unknown_server_is_named(servers: list[Server]) -> None:
    answer = b"CONNECTED\nversion:1.2\nserver:Unheard/1\n\n\0"
    with pytest.raises(JMSError, match="dialect"):
        ConnectionFactory(started(servers, CONNECT=answer), request_timeout=0.05).create_connection()


def test_a_server_that_names_itself_has_no_other_dialect(servers: list[Server]) -> None:
    url = started(servers, CONNECT=CONNECTED % b"0,0")
    with pytest.raises(JMSError, match="whose dialect is 'artemis' and not 'rabbitmq'"):
        ConnectionFactory(url, dialect="rabbitmq", request_timeout=0.05).create_connection()


def test_a_broker_that_is_lost_while_it_is_asked_what_it_can_do(servers: list[Server]) -> None:
    answer = b"CONNECTED\nversion:1.2\nserver:ActiveMQ/6.1.4\nsession:ID:silent-1:1\n\n\0"
    with pytest.raises(ConnectionLostError, match="no answer to SEND"):
        ConnectionFactory(started(servers, CONNECT=answer), request_timeout=0.1).create_connection()


def test_a_request_without_answer_is_a_loss(servers: list[Server]) -> None:
    url = started(servers, CONNECT=CONNECTED % b"0,0")
    losses: list[JMSError] = []
    reported = threading.Event()

    def note(error: JMSError) -> None:
        losses.append(error)
        reported.set()

    with ConnectionFactory(url, request_timeout=0.1).create_connection() as connection:
        connection.exception_listener = note
        session = connection.create_session()
        with pytest.raises(ConnectionLostError, match="no answer to SEND"):
            session.create_producer(session.create_queue("q")).send(session.create_text_message("x"))
        with pytest.raises(ConnectionLostError):
            session.create_consumer(session.create_queue("q"))
        assert reported.wait(10)
    assert len(losses) == 1


class Outcomes:
    """Keeps how asynchronous sends ended."""

    def __init__(self) -> None:
        self.errors: list[tuple[str | None, type[Exception]]] = []
        self.all_there = threading.Event()

    def on_completion(self, message: Message) -> None:
        raise AssertionError("nobody confirmed it")

    def on_exception(self, message: Message, error: Exception) -> None:
        self.errors.append((message.get_body(str), type(error)))
        if len(self.errors) == 2:
            self.all_there.set()


def test_asynchronous_sends_without_answer_are_a_loss(servers: list[Server]) -> None:
    url, outcomes = started(servers, CONNECT=CONNECTED % b"0,0"), Outcomes()
    with ConnectionFactory(url, request_timeout=0.1, max_in_flight=2).create_connection() as connection:
        session = connection.create_session()
        producer = session.create_producer(session.create_queue("q"))
        for text in ("1", "2"):
            producer.send(session.create_text_message(text), completion_listener=outcomes)
        with pytest.raises(ConnectionLostError):
            producer.send(session.create_text_message("3"), completion_listener=outcomes)
        assert outcomes.all_there.wait(10)
    assert outcomes.errors == [("1", ConnectionLostError), ("2", ConnectionLostError)]


def test_a_missing_heartbeat_is_a_loss(servers: list[Server]) -> None:
    url = started(servers, CONNECT=CONNECTED % b"50,0")
    reported = threading.Event()
    with ConnectionFactory(url, heartbeat=0.05, request_timeout=60).create_connection() as connection:
        connection.exception_listener = lambda _: reported.set()
        assert reported.wait(10)


def test_the_first_heartbeat_may_be_no_later_than_the_others(servers: list[Server]) -> None:
    url = started(servers, CONNECT=CONNECTED % b"10000,0")
    with ConnectionFactory(url, heartbeat=10, request_timeout=0.1).create_connection() as connection:
        heard = wire_of(connection)._connection.received_heartbeat
        assert heard <= time.monotonic()
