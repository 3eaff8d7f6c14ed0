from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

import jmslike
from tests.unit.core.conftest import shut
from tests.unit.core.fake import FakeBroker
from tests.unit.telemetry.recording import Recording

_numbers = itertools.count()


@pytest.fixture
def recording() -> Recording:
    """Return telemetry that keeps what it records."""
    return Recording()


@pytest.fixture
def url() -> Iterator[str]:
    url = f"native://telemetry{next(_numbers)}"
    yield url
    jmslike.forget(url)


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    broker = FakeBroker()
    yield broker
    shut(broker)
