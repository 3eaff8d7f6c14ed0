from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest

import jmslike
from tests.unit.core.fake import FakeBroker


@pytest.fixture(params=["on the loop", "in threads"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an engine in memory, and of one in a folder, which waits for its disk."""
    url = f"native://{uuid4().hex}" if request.param == "on the loop" else f"native://{quote(str(tmp_path / 'engine'))}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def broker() -> FakeBroker:
    """Return a broker that declares every feature, for which calls wait in threads."""
    return FakeBroker()
