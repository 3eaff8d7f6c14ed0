"""kill -9 of a process that works with a durable folder: nothing is lost, doubled, torn or false."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durable.kills import run

KILLS = 50
pytestmark = pytest.mark.slow


def test_a_folder_survives_kills_at_any_moment(tmp_path: Path) -> None:
    """PROD-13, PROD-21, SUB-09"""
    it = run(tmp_path, KILLS, "the same in each run")
    assert it.model.violations == []
    assert it.kills == KILLS
