"""A program in Java's names on an engine of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import jmslike
from jmslike.java import Connection, ConnectionFactory, JMSContext, Session

URL = "native://java"


@pytest.fixture
def factory() -> Iterator[ConnectionFactory]:
    """Return a factory of an engine that is empty."""
    jmslike.forget(URL)
    yield ConnectionFactory(URL)
    jmslike.forget(URL)


@pytest.fixture
def connection(factory: ConnectionFactory) -> Iterator[Connection]:
    """Return a connection that is started."""
    with factory.createConnection() as made:
        made.start()
        yield made


@pytest.fixture
def session(connection: Connection) -> Session:
    """Return a session that acknowledges automatically."""
    return connection.createSession(False, Session.AUTO_ACKNOWLEDGE)


@pytest.fixture
def context(factory: ConnectionFactory) -> Iterator[JMSContext]:
    """Return a context that acknowledges automatically."""
    with factory.createContext() as made:
        yield made
