"""A URL that names several hosts: each is tried, and the failure of one does not affect the next."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from jmslike import ConnectionFactory
from tests.brokers import Broker
from tests.brokers.broker import free_ports
from tests.faults.steps import within_bounds


@pytest.fixture
def often_interrupted() -> Iterator[None]:
    """Make the interpreter switch threads much more often."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("often_interrupted")
def test_a_host_that_is_down_comes_first(rabbitmq: Broker) -> None:
    (nobody,) = free_ports(1)
    factory = ConnectionFactory(rabbitmq.url("amqp").replace("@", f"@127.0.0.1:{nobody},"))
    for _ in range(20):
        with within_bounds(factory.create_connection) as connection:
            connection.create_session().close()
