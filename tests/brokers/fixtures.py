"""The brokers as fixtures of a test run: each is started by the first test that asks for it, and once."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from tests.brokers import Broker, LocalBroker, UnavailableError, broker


@pytest.fixture(scope="session")
def artemis() -> Iterator[Broker]:
    """Give Apache Artemis."""
    yield from _running("artemis")


@pytest.fixture(scope="session")
def activemq() -> Iterator[Broker]:
    """Give ActiveMQ Classic."""
    yield from _running("activemq")


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Broker]:
    """Give RabbitMQ."""
    yield from _running("rabbitmq")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker]:
    """Give Apache Kafka."""
    yield from _running("kafka")


def _running(name: str) -> Iterator[Broker]:
    """Run the broker; where it cannot be had, its tests are reported as not run, which on CI is a failure."""
    try:
        with broker(name) as it:
            yield it
    except UnavailableError as missing:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{name}: {missing}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, with a failure, how the logs of the brokers that the test used end."""
    report = yield
    if report.failed:
        for used in getattr(item, "funcargs", {}).values():
            if isinstance(used, LocalBroker) and used.folder.exists():  # not if it is what failed to end
                report.sections.append((f"End of the log of {used.name}", used.end_of_log()))
    return report
