"""Scenario, what its columns return, and the checks that all scenarios share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from jmslike import Capabilities, Feature, Level
from jmslike.compare.measure import Journal, Tally
from jmslike.compare.plan import Setting
from jmslike.compare.results import Better, Check, Figure, Kept, Series, Side, exactly, unpromised
from jmslike.compare.stage import Stage

REPEATS: Final = 10
"""The repeats of most timed scenarios."""

Pairs: TypeAlias = Callable[[Sequence[Side], Sequence[Side]], list[tuple[Side, Side]]]
"""Chooses what is compared, from the columns of the providers and those without one: of each pair, the second is judged
against the first.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """One measured value. `histogram` is the distribution behind it, and how many values were beyond its range."""

    name: str
    unit: str
    better: Better
    value: float
    case: str = ""
    histogram: tuple[str, int] | None = None
    series: Sequence[Series] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a column gave. A reading that is left out is one that this run could not give."""

    checks: Sequence[Check]
    readings: Sequence[Reading] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A column with a provider: what goes through its queue or topic, on a stage of its own for each run.

    `kept` is where messages are for a receiver that is away; None: wherever the provider keeps messages.
    """

    title: str
    play: Callable[[Stage], Outcome]
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """A column without a provider, such as a direct call: what a queue is compared with."""

    title: str
    play: Callable[[Setting], Outcome]
    kept: Kept


def against_first(routes: Sequence[Side], baselines: Sequence[Side]) -> list[tuple[Side, Side]]:
    """Pair a column with the first of its provider, with itself on the first provider, and with the first baseline."""
    pairs = []
    for position, side in enumerate(routes):
        of_provider = [other for other in routes[:position] if other.report == side.report]
        of_column = [other for other in routes[:position] if other.column == side.column]
        pairs += [(first, side) for first in (*of_provider[:1], *of_column[:1], *baselines[:1])]
    return pairs + [(baselines[0], other) for other in baselines[1:]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: its columns in their order; `story` may use {receivers}.

    `headline` is how the label begins of the check that a summary shows. `note` explains what may surprise a newcomer
    in the numbers. `repeats` is the most that it needs: with more than one it is a timed scenario, whose columns take
    turns, after a warm-up of each. Raises ValueError if there is nothing to play on a provider.
    """

    name: str
    title: str
    story: str
    features: Sequence[Feature]
    columns: Sequence[Route]
    headline: str
    note: str = ""
    baselines: Sequence[Baseline] = ()
    repeats: int = 1
    figures: Sequence[Figure] = ()
    pairs: Pairs = against_first

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError(f"the scenario {self.name!r} needs a column with a provider")


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
