"""Both sides as fixtures. A Java process for each client library is started by the first test that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

_CHECKS = ("java_kinds", "messages", "order", "sessions", "stomp_bodies")
pytest.register_assert_rewrite(*(f"tests.interop.checks_of_{part}" for part in _CHECKS))

from jmslike.testing import Provider  # noqa: E402 - after the registration
from tests.brokers import Broker, UnavailableError  # noqa: E402
from tests.brokers.fixtures import give_up  # noqa: E402
from tests.interop.build import classpath  # noqa: E402
from tests.interop.clients import Java, MakeJava, Python  # noqa: E402
from tests.interop.java_kafka import JavaKafka  # noqa: E402
from tests.interop.peer import Peer  # noqa: E402


@pytest.fixture(scope="session")
def peer() -> Iterator[Callable[..., Peer]]:
    """Return the Java process of a client library, by the library's name and options of Java.

    Without Java the test is skipped, which on CI is a failure.
    """
    started: dict[tuple[str, ...], Peer] = {}

    def give(*client_and_options: str) -> Peer:
        if client_and_options not in started:
            client, *options = client_and_options
            try:
                started[client_and_options] = Peer(client, classpath(), *options)
            except UnavailableError as missing:
                give_up(f"the Java client {client}", missing)
        return started[client_and_options]

    yield give
    for one in started.values():
        one.close()


@pytest.fixture
def java_program(peer: Callable[..., Peer]) -> Iterator[MakeJava]:
    """Return a function that makes Java programs, by client library and broker."""
    made: list[Java] = []

    def make(client: str, broker: Broker, *options: str) -> Java:
        java = Java(peer(client, *options), broker)
        made.append(java)
        return java

    yield make
    for java in made:
        java.close()


@pytest.fixture
def java_kafka(peer: Callable[..., Peer], kafka: Broker) -> Iterator[JavaKafka]:
    """Return a Java program with Kafka's own client."""
    java = JavaKafka(peer("kafka"), kafka)
    yield java
    java.close()


@pytest.fixture
def python(jms: Provider) -> Python:
    """Return a program of ours."""
    return Python(jms)
