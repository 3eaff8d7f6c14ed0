from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.failover.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """Return two hosts, `one://` and `two://`, behind a `failover:` URL."""
    it = World("one://", "two://")
    yield it
    it.close()
