"""The clauses of the SPI through `failover:`, around ActiveMQ Artemis, through its own Java client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import jvm_harness, jvm_url, through_failover

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def harness(artemis: Broker) -> Harness:
    harness = jvm_harness(artemis, "artemis")
    return through_failover(replace(harness, url=jvm_url(artemis, "artemis"), options={"window": 10}))
