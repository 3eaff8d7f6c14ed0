"""Faults of the Kafka that the tests started: frozen, killed, cut off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.brokers import Broker
from tests.brokers.kafka import Kafka
from tests.faults.suspension import suspended
from tests.harnesses import cut_links_to


def own(broker: Broker) -> Kafka:
    """Return the broker if the tests started it, else skip the test."""
    if not isinstance(broker, Kafka):
        pytest.skip("the tests did not start this Kafka")
    return broker


def frozen(kafka: Kafka) -> AbstractContextManager[None]:
    """Make it accept connections and answer nothing until the block ends."""
    return suspended(kafka._group)  # of one process


@contextmanager
def killed(kafka: Kafka) -> Iterator[None]:
    """Kill it, and restart it when the block ends."""
    kafka.kill()
    try:
        yield
    finally:
        kafka.restart()


def cut_links(kafka: Kafka) -> None:
    """Break all connections of this process to it."""
    cut_links_to(kafka.ports["clients"])
