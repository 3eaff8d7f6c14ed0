"""The JMS behaviours through `failover:`, around the embedded engine, which a loss takes for good."""

from __future__ import annotations

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403

URL = "failover:(native://conformance-failover)?max_reconnects=0"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness("failover", URL, cut=lambda: jmslike.forget(URL))
