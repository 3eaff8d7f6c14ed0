"""The plugin of pytest that comes with jmslike: the fixture `jms_url`.

pytest loads it in every project in whose environment jmslike is. So it stands outside the package, and imports nothing
of it before a test asks for the fixture. `-p no:jmslike` leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture
def jms_url() -> Iterator[str]:
    """Return the URL of an engine in memory that this test alone uses. It is forgotten when the test ends.

    A test that leaves a connection to it open fails, and the connection is closed.
    """
    from jmslike.testing.fresh import FreshEngine

    engine = FreshEngine()
    yield engine.url
    left = engine.end()
    if left:
        pytest.fail(left, pytrace=False)
