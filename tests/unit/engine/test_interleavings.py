"""Each wake-up rule of the engine (E1), with one thread stopped before each line of the engine in turn."""

from __future__ import annotations

import pytest

from tests.unit.engine.scenes import RULES, Rule
from tests.unit.engine.stepping import explore

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_holds_wherever_a_thread_is_stopped(rule: Rule) -> None:
    """E1: nothing available has an idle receiver, nothing is lost, nothing comes twice."""
    assert explore(rule.make, *rule.orders) > 5
