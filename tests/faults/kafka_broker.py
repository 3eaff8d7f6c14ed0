"""The Kafka of the tests, as what troubles it needs it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.brokers import Broker
from tests.brokers.kafka import Kafka
from tests.harnesses import cut_links_to


def own(broker: Broker) -> Kafka:
    """Give the broker if it is ours to trouble."""
    if not isinstance(broker, Kafka):
        pytest.skip("kafka is given, and not ours to trouble")
    return broker


@contextmanager
def frozen(kafka: Kafka) -> Iterator[None]:
    """Let it take connections and answer nothing, until the block ends."""
    os.killpg(kafka._group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(kafka._group, signal.SIGCONT)


@contextmanager
def killed(kafka: Kafka) -> Iterator[None]:
    """Let there be none until the block ends."""
    kafka.kill()
    try:
        yield
    finally:
        kafka.restart()


def cut_links(kafka: Kafka) -> None:
    """Break all connections of this process to it."""
    cut_links_to(kafka.ports["clients"])
