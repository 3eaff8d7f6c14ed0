"""The JMS behaviours through `jmslike.aio`, on the embedded engine in memory: it is called on the event loop."""

from __future__ import annotations

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.aio.driven import connection_factory

URL = "native://conformance-aio"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness(
        "native through asyncio",
        URL,
        {"users": {"jmslike": "secret"}, "user_name": "jmslike", "password": "secret"},
        cut=lambda: jmslike.forget(URL),
        refused_user=("jmslike", "wrong"),
        factory=connection_factory,
    )
