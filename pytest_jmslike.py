"""The plugin of pytest that comes with jmslike: the fixture `jms_url`, and what a JVM needs at the end.

pytest loads it in every project in whose environment jmslike is. So it stands outside the package, and imports nothing
of it before a test asks for the fixture. `-p no:jmslike` leaves it out.
"""

from __future__ import annotations

import sys
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


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave Java the handler of SIGSEGV, if a JVM has started, which needs it until the process ends.

    pytest's own plugin would put back the handler that was there before, and Java's next null would end the process.
    """
    jpype, plugins = sys.modules.get("jpype"), session.config.pluginmanager
    if jpype is not None and jpype.isJVMStarted() and plugins.has_plugin("faulthandler"):
        plugins.unregister(name="faulthandler")
