"""The clauses of the SPI on RabbitMQ, over AMQP."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import harness_of


@pytest.fixture(scope="session")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "amqp")
