"""What the tests of the engine share: an engine, and calls in other threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from native_engine import Engine


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def background() -> Iterator[Callable[..., Future[Any]]]:
    """Calls in other threads, which have to end with the test."""
    pool = ThreadPoolExecutor()
    yield pool.submit
    pool.shutdown()
