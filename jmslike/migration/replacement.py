"""What takes the place of a type or member that `jmslike` has not."""

from __future__ import annotations

from dataclasses import dataclass

from jmslike.capabilities import Level
from jmslike.migration.demands import Demand
from jmslike.migration.pages import NOT_THERE


@dataclass(frozen=True, slots=True)
class Replacement:
    """What does the same here, as far as it does, and what that asks a provider for."""

    reason: str
    page: str
    level: Level = Level.EMULATED
    demands: tuple[Demand, ...] = ()


def missing(reason: str, page: str = NOT_THERE) -> Replacement:
    """Return that nothing does it."""
    return Replacement(reason, page, Level.UNSUPPORTED)


def in_part(reason: str, page: str) -> Replacement:
    """Return that something does a part of it."""
    return Replacement(reason, page, Level.PARTIAL)
