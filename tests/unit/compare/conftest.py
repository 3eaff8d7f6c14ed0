from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

import jmslike


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://compare-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)
