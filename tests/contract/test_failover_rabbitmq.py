"""The clauses of the SPI through `failover:`, around RabbitMQ, over AMQP, where a loss is final."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import harness_of, through_failover


@pytest.fixture(scope="session")
def harness(rabbitmq: Broker) -> Harness:
    return through_failover(harness_of(rabbitmq, "amqp"))
