"""The brokers as fixtures of a test run: each is started by the first test that asks for it, and once."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from typing import NoReturn

import pytest

from tests.brokers import Broker, LocalBroker, UnavailableError, broker


@pytest.fixture(scope="session")
def artemis() -> Iterator[Broker]:
    """Return Apache Artemis, started if need be."""
    yield from _running("artemis")


@pytest.fixture(scope="session")
def activemq() -> Iterator[Broker]:
    """Return ActiveMQ Classic, started if need be."""
    yield from _running("activemq")


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[Broker]:
    """Return RabbitMQ, started if need be."""
    yield from _running("rabbitmq")


@pytest.fixture(scope="session")
def kafka() -> Iterator[Broker]:
    """Return Apache Kafka, started if need be."""
    yield from _running("kafka")


@pytest.fixture(scope="session")
def qpid() -> Iterator[Broker]:
    """Return Apache Qpid Broker-J, started if need be."""
    yield from _running("qpid")


@pytest.fixture(scope="session")
def openmq() -> Iterator[Broker]:
    """Return Eclipse OpenMQ, started if need be."""
    yield from _running("openmq")


def _running(name: str) -> Iterator[Broker]:
    """Run the broker; where it cannot run, its tests are skipped, which on CI is a failure."""
    try:
        with broker(name) as it:
            yield it
    except UnavailableError as missing:
        give_up(name, missing)


def give_up(what: str, missing: UnavailableError) -> NoReturn:
    """Skip the test that needs what this machine cannot run; on CI it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}: {missing}")
    pytest.skip(f"{what}: {missing}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show, with a failure, how the logs of the brokers that the test used end."""
    report = yield
    if report.failed:
        for used in getattr(item, "funcargs", {}).values():
            if isinstance(used, LocalBroker) and used.folder.exists():  # unless it is the step that failed
                report.sections.append((f"End of the log of {used.name}", used.end_of_log()))
    return report
