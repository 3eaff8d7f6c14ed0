"""A consumer that waits does next to nothing, whether a broker answers or not: its polls are counted, not its time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from kafka import KafkaConsumer
from kafka.coordinator.base import BaseCoordinator
from kafka.net.manager import KafkaConnectionManager

from tests.brokers import Broker
from tests.faults.kafka_broker import killed, own
from tests.faults.steps import PATIENCE, Connect, put, take

LONG_ENOUGH = 90.0


class Calls:
    """Counts the calls of a method of the library, in all threads."""

    def __init__(self, patch: pytest.MonkeyPatch, owner: type, method: str) -> None:
        self.count = 0
        self._changed = threading.Condition()
        counted: Callable[..., Any] = getattr(owner, method)

        def call(*arguments: Any, **named: Any) -> Any:
            with self._changed:
                self.count += 1
                self._changed.notify_all()
            return counted(*arguments, **named)

        patch.setattr(owner, method, call)

    def wait_for(self, more: int) -> None:
        """Wait for so many more calls."""
        with self._changed:
            wanted = self.count + more
            assert self._changed.wait_for(lambda: self.count >= wanted, PATIENCE)


@pytest.mark.parametrize("is_queue", [True, False])
def test_it_does_not_poll_for_each_fetch(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch, is_queue: bool
) -> None:
    session = connect(kafka.url("kafka")).create_session()
    destination = session.create_queue(name) if is_queue else session.create_topic(name)
    with session.create_consumer(destination) as consumer:
        if is_queue:
            put(session, name, ["it reads"])
            take(consumer)
        polls = Calls(monkeypatch, KafkaConsumer, "poll")
        requests = Calls(monkeypatch, KafkaConnectionManager, "send")  # fetches, and the heartbeats of a group
        requests.wait_for(5)  # after what was under way
        before = polls.count, requests.count
        requests.wait_for(20)
        assert 3 * (polls.count - before[0]) <= requests.count - before[1]


def test_it_asks_for_no_broker_more_often_than_one_may_answer(
    kafka: Broker, connect: Connect, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = own(kafka)
    session = connect(it.url("kafka"), request_timeout=LONG_ENOUGH).create_session()
    with session.create_consumer(session.create_queue(name)), killed(it):
        attempts = Calls(monkeypatch, KafkaConnectionManager, "update_backoff")
        polls = Calls(monkeypatch, KafkaConsumer, "poll")
        lookups = Calls(monkeypatch, BaseCoordinator, "lookup_coordinator")
        attempts.wait_for(20)  # until the pauses between two have grown
        before = attempts.count, polls.count, lookups.count
        attempts.wait_for(10)
        assert polls.count - before[1] <= 3 * (attempts.count - before[0])
        assert lookups.count - before[2] <= 3 * (attempts.count - before[0])
