"""Engines in a folder, with small files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from native_engine import Engine
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles
from tests.unit.engine.record_format import JsonFormat

SEGMENT = 64 << 10


def engine_in(path: Path | str, **options: Any) -> Engine:
    """Return an engine that keeps its records in this folder."""
    return Engine(journal=Journal(FolderFiles.lock(str(path)), JsonFormat(), SEGMENT), **options)
