"""The clauses of the SPI on Kafka."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import kafka_harness


@pytest.fixture(scope="session")
def harness(kafka: Broker) -> Harness:
    return kafka_harness(kafka)
