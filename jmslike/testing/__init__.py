"""The suites that prove a transport: the same tests of JMS behaviour, through the public API, on every transport.

A transport runs them by a file of a few lines, with `pytest_plugins = ["jmslike.testing.plugin"]` in its conftest:

    import pytest

    from jmslike.testing import Harness
    from jmslike.testing.conformance import *


    @pytest.fixture(scope="session")
    def harness():
        return Harness("my broker", "mine://localhost:1234")

What the live connection declares in its `Capabilities` decides what each test must do: see `behaviour`.
"""

from __future__ import annotations

from jmslike.testing.behaviour import requires
from jmslike.testing.harness import Harness
from jmslike.testing.provider import Provider, Task

__all__ = ["Harness", "Provider", "Task", "requires"]
