"""The JMS behaviours on ActiveMQ Classic, through its own Java client (OpenWire)."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import jvm_harness

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def harness(activemq: Broker) -> Harness:
    return jvm_harness(activemq, "activemq", resolution=1.0)  # its scheduler counts in half seconds
