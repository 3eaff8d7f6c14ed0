"""What a connection remembers of the destinations it has seen: no more than it needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from jmslike import TemporaryQueue, TemporaryTopic, UnsupportedFeatureError
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.amqp.topology import Topology


class Answering(Topology):
    """A topology that is told yes to everything."""

    def __init__(self) -> None:
        super().__init__(None, PROFILES["jms"], {})  # type: ignore[arg-type]
        self.asked: list[str] = []

    def call(self, what: str, start: Callable[[Any, Any], object]) -> Any:
        self.asked.append(what)


def test_who_answers_a_thousand_programs_remembers_none() -> None:
    topology = Answering()
    for number in range(1000):
        topology.ensure(TemporaryQueue(f"jms-temp-queue-{number}"))
        topology.ensure(TemporaryTopic(f"jms-temp-topic-{number}"))
    assert topology.asked == ["declare an exchange"]
    assert topology._known == set()


def test_a_delay_is_declared_once_a_minute_and_then_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    topology, now = Answering(), 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    names = {topology.delay("", milliseconds) for milliseconds in range(1, 101)}
    assert len(names) == 100
    asked = len(topology.asked)
    assert topology.delay("", 7) in names
    assert len(topology.asked) == asked
    now = 61.0
    assert topology.delay("", 7) in names
    assert len(topology.asked) == asked + 3
    assert len(topology._delays) == 1


def test_no_delay_is_longer_than_a_queue_lives() -> None:
    topology = Answering()
    day = 24 * 3600 * 1000
    topology.delay("", 49 * day)
    with pytest.raises(UnsupportedFeatureError, match="49 days"):
        topology.delay("", 50 * day)
