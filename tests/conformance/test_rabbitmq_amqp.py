"""The JMS behaviours on RabbitMQ, over AMQP."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import rabbitmq_harness


@pytest.fixture(scope="session")
def harness(rabbitmq: Broker) -> Harness:
    return rabbitmq_harness(rabbitmq, "amqp")
