"""What changed between two runs, beyond noise.

What was counted or declared is compared exactly, measured values by intervals over the repeats, which hold together for
all that both runs measured. Two runs are not interleaved, so a machine that has become slower looks like a change. What
the measuring costs by itself shows by how much it has: only a change beyond that counts. The ratio of two columns of a
run needs no such allowance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

from jmslike.compare.judgement.bootstrap import LEAST_ROUNDS, LEVEL, Interval, unpaired
from jmslike.compare.judgement.verdicts import logarithms, ratios, says
from jmslike.compare.results import NO_BROKER, Better, Check, Column, Comparison, Measure, Report, Side

SEED: Final = 1
RESAMPLES: Final = 4000
"""More than for a table, as the level is shared by all scenarios."""

Seen: TypeAlias = Literal["better", "worse", "no difference shown", "within the machine's change", "too few repeats"]
Fact: TypeAlias = tuple[str, str, str]
"""What it is, and what it was in each run."""
Measured: TypeAlias = Mapping[tuple[str, str], Measure]


@dataclass(frozen=True, slots=True)
class Place:
    """A column that two runs may have in common."""

    scenario: str
    provider: str
    column: str

    def __str__(self) -> str:
        return f"{self.scenario}: {self.column} on {self.provider}"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a measured value of a column, or of its ratio to the column `against` of the same run.

    `ratio` is what it is now through what it was, between `low` and `high`; None for a number that is too large.
    """

    place: Place
    against: Place | None
    measure: str
    case: str
    says: Seen
    ratio: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that changed. `facts` are settings, versions, the machine, refusals, and columns that one run has.

    `checks` are numbers that are further from what is expected, or nearer, than they were. `changes` has every value
    that both runs measured. `machine` is by how much the measuring costs more by itself, if both runs measured that.
    """

    facts: list[Fact]
    checks: list[Fact]
    changes: list[Change]
    machine: tuple[float | None, float | None, float | None] | None
    is_worse: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """The logarithms of a measured value, or of a ratio, in both runs."""

    place: Place
    against: Place | None
    measure: str
    case: str
    better: Better
    before: list[float]
    after: list[float]


def differences(before: Comparison, after: Comparison) -> Difference:
    """Compare two runs."""
    old, new = _columns(before), _columns(after)
    common = [place for place in old if place in new]
    broken = [found for place in common for found in _broken(place, old[place], new[place])]
    cost = _cost(before, after)
    changes = _changes([*_items(common, old, new), *_ratios(before, old, new)], cost)
    return Difference(
        [*_facts(before, after), *_only_in_one(old, new)],
        [fact for fact, _ in broken],
        changes,
        None if cost is None else ratios(cost),
        any(is_worse for _, is_worse in broken)
        or any(change.says == "worse" and change.against is None for change in changes),
    )


# ---- what is compared exactly --------------------------------------------------------------------------------------


def _facts(before: Comparison, after: Comparison) -> Iterator[Fact]:
    for name in ("source", "host"):
        yield from _fact(name, getattr(before, name), getattr(after, name))
    yield from _mapping("", before.versions, after.versions)
    yield from _fact("git", before.run.git, after.run.git)
    for one, other in ((before.run.plan, after.run.plan), (before.run.machine, after.run.machine)):
        for each in fields(one):
            if each.name != "load":
                yield from _fact(each.name, getattr(one, each.name), getattr(other, each.name))
    old, new = (dict(zip(_providers(run.reports), run.reports, strict=True)) for run in (before, after))
    for provider in old:
        if provider in new:
            yield from _provider(provider, old[provider], new[provider])


def _provider(name: str, before: Report, after: Report) -> Iterator[Fact]:
    for field in ("product", "version", "clients", "durable"):
        yield from _fact(f"{name}, {field}", getattr(before, field), getattr(after, field))
    yield from _mapping(f"{name}, ", before.capabilities, after.capabilities)


def _mapping(prefix: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Fact]:
    for name in dict.fromkeys((*before, *after)):
        yield from _fact(f"{prefix}{name}", before.get(name), after.get(name))


def _fact(name: str, before: object, after: object) -> Iterator[Fact]:
    if before != after:
        yield name, _text(before), _text(after)


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _only_in_one(before: Mapping[Place, Column], after: Mapping[Place, Column]) -> Iterator[Fact]:
    for place in dict.fromkeys((*before, *after)):
        states = [_state(found.get(place)) for found in (before, after)]
        yield from _fact(str(place), *states)


def _state(column: Column | None) -> str:
    if column is None:
        return "not there"
    return "played" if column.refused is None else f"n/a: {column.refused}"


def _broken(place: Place, before: Column, after: Column) -> Iterator[tuple[Fact, bool]]:
    """Yield the checks that are further from what is expected than they were, or nearer, and whether it is further."""
    old = {check.label: check for check in before.checks}
    for check in after.checks:
        earlier = old.get(check.label)
        if earlier is not None and _distance(earlier) != _distance(check):
            fact = (f"{place}, {check.label.strip()}", _count(earlier), _count(check))
            yield fact, not check.ok and abs(_distance(check)) > abs(_distance(earlier))


def _distance(check: Check) -> int:
    """Return how far a number is from the expected one; where words are expected, 1 if they do not hold."""
    if isinstance(check.expected, int):
        return check.value - check.expected
    return int(not check.ok)


def _count(check: Check) -> str:
    return f"{check.value:,}" if check.ok else f"{check.value:,}, expected {check.expected}"


# ---- what is compared by intervals ---------------------------------------------------------------------------------


def _items(common: Sequence[Place], before: Mapping[Place, Column], after: Mapping[Place, Column]) -> Iterator[_Item]:
    for place in common:
        old, new = _measured(before[place]), _measured(after[place])
        for name, case in old:
            if (name, case) in new:
                logs = logarithms(old[name, case]), logarithms(new[name, case])
                better = new[name, case].better
                if logs[0] and logs[1] and better is not Better.NEITHER:
                    yield _Item(place, None, name, case, better, logs[0], logs[1])


def _ratios(before: Comparison, old: Mapping[Place, Column], new: Mapping[Place, Column]) -> Iterator[_Item]:
    """Yield the ratios of the pairs that the run before had judged, if the run after has both columns."""
    providers = _providers(before.reports)

    def place(scenario: str, side: Side) -> Place:
        return Place(scenario, providers[side.report], side.column)

    for judgement in before.judgements:
        for verdict in judgement.verdicts:
            first, second = (place(judgement.scenario, side) for side in (verdict.first, verdict.second))
            key = (judgement.measure, verdict.case)
            logs = [_ratio(found, first, second, key) for found in (old, new)]
            if logs[0] and logs[1]:
                better = _measured(old[second])[key].better
                yield _Item(second, first, *key, better, logs[0], logs[1])


def _ratio(columns: Mapping[Place, Column], first: Place, second: Place, key: tuple[str, str]) -> list[float] | None:
    measures = [_measured(columns[place]).get(key) for place in (first, second) if place in columns]
    logs = [logarithms(measure) for measure in measures if measure is not None]
    if len(logs) != 2 or logs[0] is None or logs[1] is None:
        return None
    return [other - one for one, other in zip(logs[0], logs[1], strict=True)]


def _measured(column: Column) -> Measured:
    return {(measure.name, measure.case): measure for measure in column.measures}


def _cost(before: Comparison, after: Comparison) -> Interval | None:
    """Return the interval of the change of what the measuring costs by itself."""
    if before.overhead is None or after.overhead is None:
        return None
    old, new = (
        logarithms(Measure("cost", "ns", Better.LESS, list(overhead.per_message_ns)))
        for overhead in (before.overhead, after.overhead)
    )
    if not old or not new or min(len(old), len(new)) < LEAST_ROUNDS:
        return None
    return unpaired([old], [new], SEED).intervals[0]


def _changes(items: Sequence[_Item], cost: Interval | None) -> list[Change]:
    """Judge all items. Those of a scenario are one family, and the scenarios share the level."""
    enough = [item for item in items if min(len(item.before), len(item.after)) >= LEAST_ROUNDS]
    families: dict[tuple[str, int, int], list[_Item]] = {}
    for item in enough:
        families.setdefault((item.place.scenario, len(item.before), len(item.after)), []).append(item)
    found: list[Change] = []
    for family in families.values():
        logs = [item.before for item in family], [item.after for item in family]
        intervals = unpaired(*logs, SEED, LEVEL / len(families), RESAMPLES).intervals
        found += [
            _change(item, _seen(item, interval, cost), interval)
            for item, interval in zip(family, intervals, strict=True)
        ]
    return found + [_change(item, "too few repeats", None) for item in items if item not in enough]


def _change(item: _Item, seen: Seen, interval: Interval | None) -> Change:
    bounds = (None, None, None) if interval is None else ratios(interval)
    return Change(item.place, item.against, item.measure, item.case, seen, *bounds)


def _seen(item: _Item, interval: Interval, cost: Interval | None) -> Seen:
    """Return what is seen: a change only if no change of the machine that is possible explains it."""
    said = says(interval, item.better)
    if said not in ("better", "worse") or cost is None or item.against is not None or not interval.error:
        return said
    slower, faster = max(0.0, cost.high), min(0.0, cost.low)
    least, most = (faster, slower) if item.better is Better.LESS else (-slower, -faster)
    return said if interval.low > most or interval.high < least else "within the machine's change"


# ---- what two runs have in common ----------------------------------------------------------------------------------


def _columns(comparison: Comparison) -> dict[Place, Column]:
    return {
        Place(scenario.name, provider, column.title): column
        for provider, report in zip(_providers(comparison.reports), comparison.reports, strict=True)
        for scenario in report.scenarios
        for column in scenario.columns
    }


def _providers(reports: Sequence[Report]) -> list[str]:
    """Return the URLs; the second of two that are shown alike has a number."""
    seen = Counter[str]()
    found = []
    for report in reports:
        seen[report.url] += 1
        found.append(f"{report.url or NO_BROKER}{f' ({seen[report.url]})' if seen[report.url] > 1 else ''}")
    return found
