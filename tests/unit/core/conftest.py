from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from jmslike.connection import Connection
from tests.unit.core.fake import FakeBroker, Task


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """Return a broker that declares every feature; its connections are closed at the end of the test."""
    broker = FakeBroker()
    yield broker
    shut(broker)


def shut(broker: FakeBroker) -> None:
    broker.actions.clear()
    for completion in broker.held_completions or ():
        completion(None)
    broker.held_completions = None
    closing = [Task(_close, connection) for connection in broker.connections]
    for task in closing:
        task.end()
    names = tuple(f"jmslike-listener-{connection._state.name}" for connection in broker.connections)
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(names)]
    assert not left, f"listener threads still run after close: {left}"


def _close(connection: Connection) -> None:
    connection.close()
