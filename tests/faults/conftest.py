from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from jmslike import Connection, ConnectionFactory
from tests.brokers import Broker, LocalBroker
from tests.brokers.rabbitmq import RabbitMQ
from tests.faults.administrator import Administrator, Guest
from tests.faults.proxy import Proxy
from tests.faults.steps import Connect
from tests.faults.targets import KINDS, LASTING, TARGETS, Target, each


@pytest.fixture(params=each(KINDS))
def target(request: pytest.FixtureRequest) -> Target:
    """Return each broker by each protocol in turn."""
    return target_of(request)


@pytest.fixture
def ours(target: Target) -> Target:
    """Return each target in turn whose broker may be killed."""
    return killable(target)


@pytest.fixture(params=each(LASTING))
def lasting(request: pytest.FixtureRequest) -> Target:
    """Return each target in turn whose broker may be killed, with Kafka."""
    return killable(target_of(request))


def target_of(request: pytest.FixtureRequest) -> Target:
    name, protocol = TARGETS[request.param]
    broker = request.getfixturevalue(name)
    assert isinstance(broker, Broker)
    return Target(broker, protocol)


def killable(target: Target) -> Target:
    if not isinstance(target.broker, LocalBroker):
        pytest.skip(f"{target.broker.name} was not started by the tests")
    return target


@pytest.fixture
def proxy(target: Target) -> Iterator[Proxy]:
    """Return a proxy to the broker, which fails when the test says so."""
    it = Proxy(target.url)
    yield it
    it.close()


@pytest.fixture
def administrator(rabbitmq: Broker) -> Administrator:
    """Return an administrator of a RabbitMQ that the tests started."""
    if not isinstance(rabbitmq, RabbitMQ):
        pytest.skip("the tests did not start this RabbitMQ")
    return Administrator(rabbitmq)


@pytest.fixture
def guest(administrator: Administrator) -> Iterator[Guest]:
    """Return a user of RabbitMQ with a virtual host of its own."""
    with administrator.guest() as it:
        yield it


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a function that opens and starts connections; they are closed when the test ends."""
    with ExitStack() as opened:

        def open_one(url: str, **options: Any) -> Connection:
            connection = opened.enter_context(ConnectionFactory(url, **options).create_connection())
            connection.start()
            return connection

        yield open_one


@pytest.fixture
def name() -> str:
    """Return the name of a queue that is used nowhere else."""
    return f"faults-{uuid.uuid4()}"
