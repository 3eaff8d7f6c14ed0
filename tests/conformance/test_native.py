"""The JMS behaviours on the embedded engine, in memory."""

from __future__ import annotations

import pytest

from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness("native", "native://conformance")
