"""The JMS behaviours through `jmslike.aio` on Apache Artemis, through its own Java client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.aio.driven import connection_factory
from tests.brokers import Broker
from tests.harnesses import jvm_harness

pytestmark = pytest.mark.long


@pytest.fixture(scope="session")
def harness(artemis: Broker) -> Harness:
    return replace(jvm_harness(artemis, "artemis"), factory=connection_factory)
