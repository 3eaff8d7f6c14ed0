"""The clauses of the SPI through `failover:`, around ActiveMQ Artemis, over STOMP, where a loss is final."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import harness_of, through_failover


@pytest.fixture(scope="session")
def harness(artemis: Broker) -> Harness:
    return through_failover(harness_of(artemis, "stomp"))
