"""The JMS behaviours through `jmslike.aio` on Apache Artemis, over STOMP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.aio.driven import connection_factory
from tests.brokers import Broker
from tests.harnesses import harness_of


@pytest.fixture(scope="session")
def harness(artemis: Broker) -> Harness:
    return replace(harness_of(artemis, "stomp"), factory=connection_factory)
