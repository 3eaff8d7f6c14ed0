"""The clauses of the SPI through `failover:`, around the embedded engine, which a loss takes for good."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from jmslike_transports.native import factory

INNER = "native://contract-failover"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness("failover", f"failover:({INNER})?max_reconnects=0", cut=lambda: factory.forget(INNER))
