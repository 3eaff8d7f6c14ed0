"""The scenarios: each plays the same messages through the queue and through the topic, and checks every number."""

from __future__ import annotations

from typing import Final

from jmslike.compare.scenarios import closing, death, delivery, offline, sharing
from jmslike.compare.scenarios.scenario import Scenario

SCENARIOS: Final[dict[str, Scenario]] = {
    module.SCENARIO.name: module.SCENARIO for module in (delivery, sharing, offline, closing, death)
}
"""All scenarios by name, in the order in which they are played."""

__all__ = ["SCENARIOS", "Scenario"]
