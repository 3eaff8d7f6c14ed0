"""The JMS behaviours through `jmslike.java`, on the embedded engine in memory."""

from __future__ import annotations

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.java.driven import ConnectionFactory

URL = "native://conformance-java"


@pytest.fixture(scope="session")
def harness() -> Harness:
    return Harness(
        "native in Java's names",
        URL,
        {"users": {"jmslike": "secret"}, "user_name": "jmslike", "password": "secret"},
        cut=lambda: jmslike.forget(URL),
        refused_user=("jmslike", "wrong"),
        factory=ConnectionFactory,
    )
