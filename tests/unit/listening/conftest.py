from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import jmslike
from jmslike.clock import SystemClock
from tests.unit.core.conftest import shut
from tests.unit.core.fake import FakeBroker


@pytest.fixture(params=["memory", "folder", "failover"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an engine: in memory, with a folder, or behind a transport that reconnects."""
    url = f"native://{tmp_path}/engine" if request.param == "folder" else f"native://{uuid.uuid4().hex}"
    yield f"failover:({url})" if request.param == "failover" else url
    jmslike.forget(url)


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """Return a broker that declares every feature, whose time passes."""
    broker = FakeBroker(SystemClock())
    yield broker
    shut(broker)
