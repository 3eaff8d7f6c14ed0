"""Each wake-up rule is needed: without it, the interleaving test of that rule fails."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from native_engine.backlog import Backlog
from native_engine.bounds import Bounds
from native_engine.queue import Queue
from native_engine.receiver import Receiver
from tests.unit.engine import scenes
from tests.unit.engine.planting import plant
from tests.unit.engine.scenes import RULES
from tests.unit.engine.stepping import explore


class Bug(NamedTuple):
    """What is taken out of the engine, and the rule that is broken by it."""

    rule: str
    owner: type
    method: str
    healthy: str
    sick: str = "pass"


BUGS = [
    Bug("arm, look again, sleep", Receiver, "_rest", "self._queue.attention = True"),
    Bug("arm, look again, sleep", Receiver, "_take_or_wait", "calls = queue.offer()  # this", "calls = []  # this"),
    Bug("arm a listener, look again", Receiver, "ready", "calls = self._queue.offer()", "calls = []"),
    Bug("wake one for each", Receiver, "_rise", "self._arrive()"),
    Bug("pass on when interrupted", Receiver, "interrupt", "self._wake()"),
    Bug("pass on when closed", Queue, "discard", "receiver._wake()"),
    Bug("pass on when closed while armed", Queue, "discard", "receiver._arrive()"),
    Bug("pass on to a take when disarmed", Receiver, "ready", "self._arrive()"),
    Bug(
        "pass on to a listener when disarmed",
        Receiver,
        "ready",
        "calls = self._queue.offer()",
        "calls = self._queue.offer() if callback is not None else []",
    ),
    Bug("pass on when closed while armed", Queue, "discard", "return self.offer()", "return []"),
    Bug("offer to a take when busy", Receiver, "_decline", "return self._queue.offer()", "return []"),
    Bug("offer to a listener when busy", Receiver, "_decline", "self._arrive()"),
    Bug("free the group when its owner closes", Backlog, "discard", "self._look_again(group)"),
    Bug("free the group when its last is taken", Backlog, "take", "self._look_again(constraints.group)"),
    Bug("wake for what comes due", Queue, "tick", "calls = self.offer()", "calls = []"),
    Bug("wake for what was postponed", Receiver, "postpone", "calls = self._queue.offer()", "calls = []"),
    Bug("wake at the end", Queue, "close", "receiver._wake()"),
    Bug("wake a sender when there is room", Bounds, "leave", "self.wake_first()"),
]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.method}-{bug.rule}")
def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    """E1: the test of the rule does not pass without the rule."""
    monkeypatch.setattr(scenes, "PATIENCE", 0.2)
    plant(monkeypatch, bug.owner, bug.method, bug.healthy, bug.sick)
    rule = next(rule for rule in RULES if rule.name == bug.rule)
    with pytest.raises((AssertionError, TimeoutError)):
        explore(rule.make, *rule.orders)
