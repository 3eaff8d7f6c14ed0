"""Each wake-up rule of the engine (E1), with one thread stopped before each line of the engine in turn."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from native_engine import Engine
from tests.unit.engine import scenes
from tests.unit.engine.in_folder import engine_in
from tests.unit.engine.scenes import RULES, Rule
from tests.unit.engine.stepping import explore

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds_wherever_a_thread_is_stopped(rule: Rule) -> None:
    """E1: nothing available has an idle receiver, nothing is lost, nothing comes twice."""
    assert explore(rule.make, *rule.orders) > 5


@pytest.mark.usefixtures("unsynced")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders")
@pytest.mark.parametrize("rule", [rule for rule in RULES if not rule.orders], ids=lambda rule: rule.name)
def test_rule_holds_in_a_folder(rule: Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """E1: also where each step waits for the disk."""
    numbers = count()

    def make(**options: Any) -> Engine:
        return engine_in(tmp_path / f"{next(numbers)}", **options)

    monkeypatch.setattr(scenes, "Engine", make)
    assert explore(rule.make) > 5
