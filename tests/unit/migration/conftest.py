from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jmslike.capabilities import Capabilities, Expecting
from jmslike.migration.check import Checked, check
from jmslike.registry import resolve

Checking = Callable[..., Checked]

PROVIDERS = {
    "amqp": "amqp://nowhere",
    "artemis": "stomp://nowhere?dialect=artemis",
    "classic": "stomp://nowhere?dialect=activemq",
    "kafka": "kafka://nowhere",
    "memory": "native://",
    "rabbitmq": "stomp://nowhere?dialect=rabbitmq",
}


def capabilities_of(provider: str) -> Capabilities:
    transport = resolve(PROVIDERS[provider], {}).transport(None, None)
    assert isinstance(transport, Expecting)
    expected = transport.expected()
    assert expected is not None
    return expected.capabilities


@pytest.fixture
def checked(tmp_path: Path) -> Checking:
    """Check the source of a program for one of the providers."""

    def run(source: str, provider: str = "memory", *, name: str = "program.py") -> Checked:
        path = tmp_path / name
        path.write_text(source, encoding="utf-8")
        return check(path, capabilities_of(provider))

    return run
