"""The JMS behaviours on the embedded engine, in a folder."""

from __future__ import annotations

from urllib.parse import quote

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    url = f"native://{quote(str(tmp_path_factory.mktemp('conformance')))}"
    return Harness(
        "native, in a folder",
        url,
        {"users": {"jmslike": "secret"}, "user_name": "jmslike", "password": "secret"},
        cut=lambda: jmslike.forget(url),
        restart=lambda: jmslike.forget(url),
        refused_user=("jmslike", "wrong"),
    )
