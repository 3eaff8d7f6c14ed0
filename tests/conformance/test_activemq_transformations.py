"""The bodies of messages on ActiveMQ Classic, where it turns maps into its own MapMessages and back."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance.bodies import *  # noqa: F403
from jmslike.testing.conformance.hostile_values import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import harness_of


@pytest.fixture(scope="session")
def harness(activemq: Broker) -> Harness:
    return harness_of(activemq, "stomp", resolution=1.0, transformations=True)
