"""The clauses of the SPI on OpenMQ, through its own Java client."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from tests.brokers import Broker
from tests.harnesses import jvm_harness


@pytest.fixture(scope="session")
def harness(openmq: Broker) -> Harness:
    return jvm_harness(openmq, "openmq", window=10)
