"""The clauses of the SPI through `failover:`, around Apache Kafka, where a loss is final."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import kafka_harness, through_failover


@pytest.fixture(scope="session")
def harness(kafka: Broker) -> Harness:
    return through_failover(kafka_harness(kafka))
