"""What the tests of the journal share: a folder on the disk, and calls in other threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.journal.faulty_files import FaultyFiles


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the disk: these tests count the calls that sync, and lose no power."""
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda file: None, raising=False)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FaultyFiles]:
    files = FaultyFiles.of(tmp_path / "folder")
    yield files
    files.close()


@pytest.fixture
def background() -> Iterator[Callable[..., Future[Any]]]:
    """Calls in other threads, which have to end with the test."""
    pool = ThreadPoolExecutor()
    yield pool.submit
    pool.shutdown()
