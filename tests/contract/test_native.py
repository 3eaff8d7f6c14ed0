"""The clauses of the SPI on the embedded engine, in memory."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.contract.suite import *  # noqa: F403
from jmslike_transports.native import factory

URL = "native://contract"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness("native", URL, cut=lambda: factory.forget(URL))
