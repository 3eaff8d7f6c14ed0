"""The JMS behaviours on RabbitMQ's quorum queues, over AMQP with bodies in the clear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import rabbitmq_harness


@pytest.fixture(scope="session")
def harness(rabbitmq: Broker) -> Harness:
    harness = rabbitmq_harness(rabbitmq, "amqp", profile="plain", queue_type="quorum")
    # RabbitMQ 3.10 cannot recover a quorum queue if it is killed in the second after the queue was declared
    return replace(harness, restart=harness.restart and rabbitmq.restart)
