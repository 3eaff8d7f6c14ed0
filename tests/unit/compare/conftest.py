from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator

import pytest

import jmslike


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://compare-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)


@pytest.fixture(autouse=True, scope="session")
def _small_collections() -> Iterator[None]:
    """Each run of a comparison collects garbage first, and need not look at all that the tests have loaded."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
