"""The JMS behaviours on the embedded engine, in memory."""

from __future__ import annotations

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403

URL = "native://conformance"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness(
        "native",
        URL,
        {"users": {"jmslike": "secret"}, "user_name": "jmslike", "password": "secret"},
        cut=lambda: jmslike.forget(URL),
        refused_user=("jmslike", "wrong"),
    )
