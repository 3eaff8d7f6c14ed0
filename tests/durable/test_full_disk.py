"""A full disk: sends are refused and nothing is lost, receiving goes on and makes room, and then sends work again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.durable.full_disk import SCENES, SIZE
from tests.durable.small_disk import run_on_small_disk


@pytest.mark.parametrize("name", SCENES)
def test_on_a_full_disk(name: str, tmp_path: Path) -> None:
    """PROD-13, TX-13"""
    run_on_small_disk("tests.durable.full_disk", name, tmp_path, SIZE)
