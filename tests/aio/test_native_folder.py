"""The JMS behaviours through `jmslike.aio`, on the embedded engine in a folder: calls wait in threads."""

from __future__ import annotations

from urllib.parse import quote

import pytest

import jmslike
from jmslike.testing import Harness
from jmslike.testing.conformance import *  # noqa: F403
from tests.aio.driven import connection_factory


@pytest.fixture(scope="session")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Harness:
    url = f"native://{quote(str(tmp_path_factory.mktemp('conformance-aio')))}"
    return Harness(
        "native, in a folder, through asyncio",
        url,
        {"users": {"jmslike": "secret"}, "user_name": "jmslike", "password": "secret"},
        cut=lambda: jmslike.forget(url),
        restart=lambda: jmslike.forget(url),
        refused_user=("jmslike", "wrong"),
        factory=connection_factory,
    )
