"""The summary of a comparison in sentences, each made from its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jmslike.compare.phrases import plural
from jmslike.compare.report.measures import kinds_of, said
from jmslike.compare.report.played import Played, named, played
from jmslike.compare.report.quantities import is_time, middle, number, quantity, seconds
from jmslike.compare.results import Better, Check, Column, Comparison, Side, Verdict

WAIT: Final = "caller's wait"
MOST_WRONG: Final = 5
MOST_PAIRS: Final = 3


@dataclass(frozen=True, slots=True)
class _Seat:
    """A column that was played, with its words."""

    name: str
    column: Column
    has_provider: bool

    def middle(self, measure: str, case: str = "") -> float | None:
        """Return the median of a measure, a time in seconds; None if the column has none."""
        for found in self.column.measures:
            if (found.name, found.case) == (measure, case):
                value = middle(found.values)
                return seconds(value, found.unit) if value is not None and is_time(found.unit) else value
        return None

    def counted(self, label: str) -> int | None:
        """Return the number of the check whose label begins like this; None if there is none."""
        found = next((check for check in self.column.checks if check.label.startswith(label)), None)
        return None if found is None else found.value


def summary(comparison: Comparison) -> list[str]:
    """Return what the numbers say, the most important first."""
    scenarios = {each.result.name: each for each in played(comparison)}
    told: list[str] = []
    if "peak" in scenarios:
        told += _burst(_seats(comparison, scenarios["peak"]))
    if "crash" in scenarios:
        told += _crash(_seats(comparison, scenarios["crash"]))
    if "delivery" in scenarios:
        told += _models(_seats(comparison, scenarios["delivery"]))
    if "offline" in scenarios:
        told += _absence(_seats(comparison, scenarios["offline"]))
    for scenario in scenarios.values():
        told += _differences(comparison, scenario)
    return [*told, *_unlike(comparison), *_wrong(comparison)]


def _seats(comparison: Comparison, scenario: Played) -> list[_Seat]:
    return [
        _Seat(named(comparison, Side(side.number, column.title)), column, bool(side.report.url))
        for side in scenario.sides
        for column in side.result.columns
        if column.refused is None
    ]


def _burst(seats: Sequence[_Seat]) -> Iterator[str]:
    """What the burst cost, and what to choose for one like it, if the numbers say so."""
    direct = next((seat for seat in seats if seat.column.title == "direct call"), None)
    queues = [seat for seat in seats if seat.has_provider and seat.column.title == "queue"]
    if direct is None or not queues:
        return
    waited, turned_away = direct.middle(WAIT, "p99"), _turned_away(direct)
    if waited is None:
        return
    shorter = [queue for queue in queues if _is_less(queue.middle(WAIT, "p99"), waited)]
    whole = [queue for queue in shorter if queue.counted("lost") == 0 and not _turned_away(queue)]
    if whole and turned_away:
        yield (
            "For a flash sale, choose a queue if one service works on each order, and a topic with a durable"
            " subscription for each service if several of them need every order. A direct call turns callers away"
            f" when orders come faster than the service works: here {number(turned_away)} of them in each burst, in"
            f" the median. {_listed([queue.name for queue in whole])} took every order and lost none."
        )
    elif whole:
        yield (
            "For a flash sale, choose a queue: its callers went on sooner than those of a direct call, and no order was"
            " lost. A direct call turned no caller away in this burst."
        )
    else:
        yield (
            "For a flash sale, the numbers of this run do not show that a queue is better than a direct call: look at"
            " what its callers waited, and at what was lost or refused."
        )
    waits = [
        f"{quantity(wait, 's')} with {seat.name}" for seat in seats if (wait := seat.middle(WAIT, "p99")) is not None
    ]
    yield f"In that burst, 99 of 100 callers went on within {_listed(waits)}."
    backlogs = [
        f"{seat.name} {number(most)}"
        for seat in seats
        if seat.has_provider and (most := seat.middle("largest backlog")) is not None
    ]
    ends = [
        f"{seat.name} {quantity(end, 's')}" for seat in seats if (end := seat.middle("last order served")) is not None
    ]
    if backlogs and ends:
        yield (
            "A queue makes no work faster: it lets the work wait instead of the caller. The most orders that waited at"
            f" the same time: {_listed(backlogs)}. The last order was served after: {_listed(ends)}."
        )


def _turned_away(seat: _Seat) -> float:
    return (seat.middle("refused") or 0) + (seat.middle("given up") or 0)


def _is_less(value: float | None, other: float | None) -> bool:
    return value is not None and other is not None and value < other


def _crash(seats: Sequence[_Seat]) -> Iterator[str]:
    lost = [f"{seat.name} {number(value)}" for seat in seats if (value := seat.counted("lost")) is not None]
    if lost:
        yield f"When the service crashed in the middle of a burst, orders were lost: {_listed(lost)}."


def _models(seats: Sequence[_Seat]) -> Iterator[str]:
    found = [
        f"{seat.name} {number(received)} of {number(sent)}"
        for seat in seats
        if (sent := seat.counted("sent")) is not None and (received := seat.counted("received in all")) is not None
    ]
    if found:
        yield (
            "A queue gives each message to one of its receivers, a topic to all of them. Received of the messages that"
            f" were sent: {_listed(found)}."
        )


def _absence(seats: Sequence[_Seat]) -> Iterator[str]:
    lost = [f"{seat.name} {number(value)}" for seat in seats if (value := seat.counted("lost")) is not None]
    if lost:
        yield f"While a receiver was away, these messages were lost to it: {_listed(lost)}."


def _differences(comparison: Comparison, scenario: Played) -> Iterator[str]:
    """Say of each table how its pairs came out; name those that differ, if they are few and alike."""
    kinds = kinds_of(scenario)
    for judgement in comparison.judgements:
        if judgement.scenario != scenario.result.name or not judgement.verdicts:
            continue
        alike = [verdict for verdict in judgement.verdicts if not verdict.unlike]
        found = [verdict for verdict in alike if verdict.says in ("better", "worse")]
        same = sum(verdict.says == "no difference shown" for verdict in alike)
        if not found and not same:
            continue
        parts = [
            _pair(comparison, verdict, *kind)
            for verdict in found[:MOST_PAIRS]
            if (kind := kinds.get((judgement.measure, verdict.case))) is not None
        ]
        more = len(found) - len(parts)
        if more > 0:
            parts.append(f"{plural(more, 'more pair')} differ")
        if same:
            parts.append(f"no difference is shown in {plural(same, 'pair')}")
        yield f"{_short(scenario)}, {judgement.measure}: {'; '.join(parts)}."


def _pair(comparison: Comparison, verdict: Verdict, unit: str, better: Better) -> str:
    word, _, numbers = said(verdict, unit, better).partition(": ")
    case = f" ({verdict.case})" if verdict.case else ""
    return f"{named(comparison, verdict.second)} is {word} than {named(comparison, verdict.first)}{case}, {numbers}"


def _short(scenario: Played) -> str:
    return scenario.result.title.partition(":")[0]


def _unlike(comparison: Comparison) -> Iterator[str]:
    kept = dict.fromkeys(
        (named(comparison, Side(number, column.title)), column.kept)
        for number, report in enumerate(comparison.reports)
        for result in report.scenarios
        for column in result.columns
        if column.measures
    )
    places = dict.fromkeys(place for _, place in kept)
    if len(places) > 1:
        listed = [f"{place}: {_listed([name for name, found in kept if found == place])}" for place in places]
        yield f"Times and rates of different places are no ranking. Messages are kept {'; '.join(listed)}."


def _wrong(comparison: Comparison) -> Iterator[str]:
    found = [
        f"{_short(scenario)}, {seat.name}, {_expected(check)}"
        for scenario in played(comparison)
        for seat in _seats(comparison, scenario)
        for check in seat.column.checks
        if not check.ok
    ]
    if found:
        more = len(found) - MOST_WRONG
        rest = f"; and {plural(more, 'more number')}" if more > 0 else ""
        yield f"Not as expected: {'; '.join(found[:MOST_WRONG])}{rest}."


def _expected(check: Check) -> str:
    expected = f"{check.expected:,}" if isinstance(check.expected, int) else check.expected
    return f"{check.label.strip()}: {check.value:,} instead of {expected}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
