"""Scenario, and the checks that all scenarios share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from jmslike import Capabilities, Feature, Level
from jmslike.compare.measure import Journal, Tally
from jmslike.compare.results import Check, exactly, unpromised
from jmslike.compare.stage import Stage

Play: TypeAlias = Callable[[Stage], list[Check]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: its columns by title, each played on a stage of its own; `story` may use {receivers}.

    `headline` is how the label begins of the check that a summary shows. `note` explains what may surprise a newcomer
    in the numbers.
    """

    name: str
    title: str
    story: str
    features: Sequence[Feature]
    columns: Mapping[str, Play]
    headline: str
    note: str = ""


def part(journal: Journal, shared: set[int], least: int = 0) -> Check:
    """Check that a receiver got at least `least` messages, and none that another one got as well."""
    expected = f"at least {least}, its own" if least else "only its own"
    ok = len(journal) >= least and shared.isdisjoint(journal.keys)
    return Check(f"received by {journal.receiver}", len(journal), expected, ok)


def integrity(result: Tally, capabilities: Capabilities, lost: int = 0, *, ordered: bool = True) -> list[Check]:
    """Check that nothing was lost (or what had to be), nothing came twice, in the wrong order or damaged.

    `ordered`: JMS promises an order here, on a provider that keeps it at all.
    """
    if ordered and capabilities.level(Feature.ORDER) in (Level.NATIVE, Level.EMULATED):
        order = exactly("out of order", result.reordered, 0)
    else:
        order = unpromised("out of order", result.reordered)
    return [
        exactly("lost, as a topic must" if lost else "lost", result.lost, lost),
        exactly("duplicated", result.duplicated, 0),
        order,
        exactly("damaged", result.damaged, 0),
    ]
