"""What the tests of the engine share: engines in memory and in a folder, and calls in other threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from native_engine import Engine
from tests.unit.engine.in_folder import engine_in

PLACES = ["memory", "folder"] if hasattr(os, "fork") else ["memory"]


@pytest.fixture(params=PLACES)
def make(request: pytest.FixtureRequest) -> Iterator[Callable[..., Engine]]:
    """Make engines with these options, in memory or each in a folder of its own."""
    numbers, stack = count(1), ExitStack()
    with stack:
        if request.param == "memory":
            yield lambda **options: stack.enter_context(Engine(**options))
        else:
            path: Path = request.getfixturevalue("tmp_path")
            request.getfixturevalue("unsynced")
            yield lambda **options: stack.enter_context(engine_in(path / f"engine {next(numbers)}", **options))


@pytest.fixture
def engine(make: Callable[..., Engine]) -> Engine:
    return make()


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk, where no power is lost."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda file: None, raising=False)


@pytest.fixture
def background() -> Iterator[Callable[..., Future[Any]]]:
    """Calls in other threads, which have to end with the test."""
    pool = ThreadPoolExecutor()
    yield pool.submit
    pool.shutdown()
