from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jmslike import Connection, ConnectionFactory
from tests.brokers import Broker, LocalBroker
from tests.brokers.rabbitmq import RabbitMQ
from tests.faults.administrator import Administrator, Guest
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect
from tests.faults.targets import KINDS, Target


@pytest.fixture(params=KINDS)
def target(request: pytest.FixtureRequest) -> Target:
    """Give each broker by each protocol in turn."""
    name, protocol = KINDS[request.param]
    broker = request.getfixturevalue(name)
    assert isinstance(broker, Broker)
    return Target(broker, protocol)


@pytest.fixture
def ours(target: Target) -> Target:
    """Give each target in turn whose broker may be killed."""
    if not isinstance(target.broker, LocalBroker):
        pytest.skip(f"{target.broker.name} is given, and not ours to stop")
    return target


@pytest.fixture
def proxy(target: Target) -> Iterator[Proxy]:
    """Give a way to the broker that fails as told."""
    it = Proxy(target.url)
    yield it
    it.close()


@pytest.fixture
def administrator(rabbitmq: Broker) -> Administrator:
    """Give who may do anything to a RabbitMQ of ours."""
    if not isinstance(rabbitmq, RabbitMQ):
        pytest.skip("RabbitMQ is given, and not ours to trouble")
    return Administrator(rabbitmq)


@pytest.fixture
def guest(administrator: Administrator) -> Iterator[Guest]:
    """Give a user of RabbitMQ with a virtual host of its own."""
    with administrator.guest() as it:
        yield it


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
