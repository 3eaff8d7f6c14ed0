"""The JMS behaviours on ActiveMQ Classic, over STOMP."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import harness_of


@pytest.fixture(scope="session")
def harness(activemq: Broker) -> Harness:
    return harness_of(activemq, "stomp", resolution=1.0)  # its scheduler counts in half seconds
