from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jmslike import Connection, ConnectionFactory
from tests.brokers import LOCAL_BROKERS, Broker, LocalBroker
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect


@pytest.fixture(params=LOCAL_BROKERS)
def target(request: pytest.FixtureRequest) -> Broker:
    """Give each broker in turn."""
    it = request.getfixturevalue(request.param)
    assert isinstance(it, Broker)
    return it


@pytest.fixture
def ours(target: Broker) -> LocalBroker:
    """Give each broker in turn that may be killed."""
    if not isinstance(target, LocalBroker):
        pytest.skip(f"{target.name} is given, and not ours to stop")
    return target


@pytest.fixture
def proxy(target: Broker) -> Iterator[Proxy]:
    """Give a way to the broker that fails as told."""
    it = Proxy(target.stomp_url)
    yield it
    it.close()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give what opens and starts connections, which are closed when the test ends."""
    with ExitStack() as opened:

        def open_one(url: str, **options: object) -> Connection:
            connection = opened.enter_context(ConnectionFactory(url, **options).create_connection())
            connection.start()
            return connection

        yield open_one


@pytest.fixture
def name() -> str:
    """Give the name of a queue that nobody else uses."""
    return f"faults-{uuid.uuid4()}"
