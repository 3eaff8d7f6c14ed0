"""The contract suite, to be imported with `*` into a test module that has a `harness` fixture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jmslike.testing.collection import collect
from jmslike.testing.contract.border import Border
from jmslike.testing.harness import Harness

_tests = collect(__name__.rpartition(".")[0])
globals().update(_tests)
__all__ = ["border", *_tests]


@pytest.fixture
def border(harness: Harness) -> Iterator[Border]:
    """Open a transport to the provider; what the test opens on it is closed when the test ends."""
    border = Border(harness)
    yield border
    border.close()
