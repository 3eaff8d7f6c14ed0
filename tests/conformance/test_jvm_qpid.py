"""The JMS behaviours on Qpid Broker-J, through Qpid JMS (AMQP 1.0)."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import jvm_harness

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def harness(qpid: Broker) -> Harness:
    return jvm_harness(qpid, "qpid")
