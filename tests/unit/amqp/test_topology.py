"""What a connection remembers of the destinations it has seen: no more than it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike import Queue, TemporaryQueue, TemporaryTopic, UnsupportedFeatureError
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.amqp.topology import Topology
from jmslike_transports.shared.rabbitmq_delays import LEVELS, LONGEST_DELAY


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


def test_delays_are_declared_once_and_again_when_they_were_deleted() -> None:
    topology, queue = Answering(), Queue("queue")
    ways = {topology.delays.route(queue, milliseconds) for milliseconds in range(1, 101)}
    assert len(ways) == 100
    assert topology.asked == ["find an exchange", "bind a queue"]
    topology.delays.invalidate()
    topology.delays.route(queue, 7)
    again = topology.asked[2:]
    assert again.count("declare a queue") == again.count("bind an exchange") + 1 == LEVELS + 2
    assert "find an exchange" not in again


def test_no_delay_is_longer_than_all_levels_together() -> None:
    topology = Answering()
    topology.delays.route(Queue("queue"), LONGEST_DELAY)
    with pytest.raises(UnsupportedFeatureError, match="nothing was sent: RabbitMQ delays a message by at most 24 days"):
        topology.delays.route(Queue("queue"), LONGEST_DELAY + 1)
