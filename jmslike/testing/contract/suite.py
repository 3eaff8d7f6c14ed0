"""The whole contract: import everything from here into a test file that has a `harness` fixture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jmslike.testing.contract.border import Border
from jmslike.testing.contract.closing import *  # noqa: F403
from jmslike.testing.contract.delivering import *  # noqa: F403
from jmslike.testing.contract.failing import *  # noqa: F403
from jmslike.testing.contract.settling import *  # noqa: F403
from jmslike.testing.contract.waking import *  # noqa: F403
from jmslike.testing.harness import Harness


@pytest.fixture
def border(harness: Harness) -> Iterator[Border]:
    """Give the border over the harness, and close what the test opened."""
    border = Border(harness)
    yield border
    border.close()
