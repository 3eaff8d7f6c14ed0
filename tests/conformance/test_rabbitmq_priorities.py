"""The order of messages in RabbitMQ's queues with priorities, over AMQP."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance.order import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import rabbitmq_harness


@pytest.fixture(scope="session")
def harness(rabbitmq: Broker) -> Harness:
    return rabbitmq_harness(rabbitmq, "amqp", max_priority=9)
