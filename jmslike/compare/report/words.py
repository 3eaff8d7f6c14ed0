"""The summary of a comparison in sentences, each made from its numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jmslike.compare.phrases import plural
from jmslike.compare.report.measures import kinds_of, said
from jmslike.compare.report.played import Played, named, played
from jmslike.compare.report.quantities import is_time, middle, number, present, quantity, seconds
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
        told += _burst(_seats(comparison, scenarios["peak"]), _waits_less(comparison))
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


def _waits_less(comparison: Comparison) -> bool:
    """Whether a verdict shows that callers of some queue waited less than those of the direct call."""
    return any(
        verdict.says == "better" and (verdict.first.column, verdict.second.column) == ("direct call", "queue")
        for judgement in comparison.judgements
        if (judgement.scenario, judgement.measure) == ("peak", WAIT)
        for verdict in judgement.verdicts
    )


def _burst(seats: Sequence[_Seat], sooner: bool) -> Iterator[str]:
    """What the burst cost, and what to choose for one like it, if the numbers say so."""
    direct = next((seat for seat in seats if seat.column.title == "direct call"), None)
    queues = [seat for seat in seats if seat.has_provider and seat.column.title == "queue"]
    if direct is None or not queues:
        return
    if direct.middle(WAIT, "p99") is None:
        return
    turned_away = _turned_away(direct)
    whole = [queue for queue in queues if queue.counted("lost") == 0 and not _turned_away(queue)]
    if whole and turned_away:
        yield (
            "For a flash sale, choose a queue if one service works on each order, and a topic with a durable"
            " subscription for each service if several of them need every order. A direct call turns callers away"
            f" when orders come faster than the service works: here {number(turned_away)} of them in each burst, in"
            f" the median. Every order was taken, and none lost, by: {_listed([queue.name for queue in whole])}."
        )
    elif whole and sooner:
        yield (
            "For a flash sale, choose a queue: its callers went on sooner than those of a direct call, and no order was"
            " lost. A direct call turned no caller away in this burst."
        )
    else:
        yield (
            "For a flash sale, the numbers of this run do not show that a queue is better than a direct call: look at"
            " what its callers waited, and at what was lost or refused."
        )
    if whole and all(queue.column.kept == "in memory" for queue in whole):
        yield (
            "What is kept in memory is gone when the provider ends: for orders, take a provider that keeps them on"
            " disk, and measure it."
        )
    half = _pairs(seats, lambda seat: _in_words(seat.middle(WAIT, "p50"), "s"))
    nearly_all = _pairs(seats, lambda seat: _in_words(seat.middle(WAIT, "p99"), "s"))
    yield f"Half of the callers went on within: {half}. 99 of 100 went on within: {nearly_all}."
    backlogs = _pairs(
        [seat for seat in seats if seat.has_provider], lambda seat: _in_words(seat.middle("largest backlog"), "")
    )
    ends = _pairs(seats, lambda seat: _in_words(seat.middle("last order served"), "s"))
    if backlogs and ends:
        yield (
            "A queue makes no work faster: it lets the work wait instead of the caller. The most orders that waited at"
            f" the same time: {backlogs}. The last order was served after: {ends}."
        )


def _pairs(seats: Sequence[_Seat], words: Callable[[_Seat], str]) -> str:
    """Return each seat with its words; one without words is left out."""
    return _listed([f"{seat.name} {found}" for seat in seats if (found := words(seat))])


def _in_words(value: float | None, unit: str) -> str:
    return "" if value is None else quantity(value, unit)


def _turned_away(seat: _Seat) -> float:
    """Return how many callers were refused or left, in each repeat, in the median."""
    repeats = [measure.values for measure in seat.column.measures if measure.name in ("refused", "given up")]
    return middle([sum(present(values)) for values in zip(*repeats, strict=True)]) or 0


def _lost(seats: Sequence[_Seat]) -> str:
    return _pairs(seats, lambda seat: _in_words(seat.counted("lost"), ""))


def _crash(seats: Sequence[_Seat]) -> Iterator[str]:
    if lost := _lost(seats):
        yield f"When the service crashed in the middle of a burst, orders were lost: {lost}."


def _models(seats: Sequence[_Seat]) -> Iterator[str]:
    def received(seat: _Seat) -> str:
        found = [seat.counted(label) for label in ("received in all", "sent")]
        return "" if None in found else " of ".join(_in_words(value, "") for value in found)

    if found := _pairs(seats, received):
        yield (
            "A queue gives each message to one of its receivers, a topic to all of them. Received of the messages that"
            f" were sent: {found}."
        )


def _absence(seats: Sequence[_Seat]) -> Iterator[str]:
    if lost := _lost(seats):
        yield f"While a receiver was away, these messages were lost to it: {lost}."


def _differences(comparison: Comparison, scenario: Played) -> Iterator[str]:
    """Say of each table which alike columns differ; of the others of a scenario, that no difference is shown."""
    kinds = kinds_of(scenario)
    without = []
    for judgement in comparison.judgements:
        if judgement.scenario != scenario.result.name:
            continue
        alike = [verdict for verdict in judgement.verdicts if not verdict.unlike]
        found = [verdict for verdict in alike if verdict.says in ("better", "worse")]
        same = sum(verdict.says == "no difference shown" for verdict in alike)
        parts = [
            _pair(comparison, verdict, *kinds.get((judgement.measure, verdict.case), ("", Better.NEITHER)))
            for verdict in found[:MOST_PAIRS]
        ]
        if len(found) > MOST_PAIRS:
            parts.append(f"{plural(len(found) - MOST_PAIRS, 'more pair')} differ")
        if parts:
            rest = [f"no difference is shown in {plural(same, 'pair')}"] if same else []
            yield f"{_short(scenario)}, {judgement.measure}: {'; '.join([*parts, *rest])}."
        elif same:
            without.append(judgement.measure)
    if without:
        yield f"{_short(scenario)}: no difference is shown between columns that are alike, in {_listed(without)}."


def _pair(comparison: Comparison, verdict: Verdict, unit: str, better: Better) -> str:
    word, _, numbers = said(verdict, unit, better).partition(": ")
    case = f" ({verdict.case})" if verdict.case else ""
    return f"{named(comparison, verdict.second)} is {word} than {named(comparison, verdict.first)}{case}, {numbers}"


def _short(scenario: Played) -> str:
    return scenario.result.title.partition(":")[0]


def _unlike(comparison: Comparison) -> Iterator[str]:
    columns = [column for report in comparison.reports for result in report.scenarios for column in result.columns]
    places = dict.fromkeys(column.kept for column in columns if column.measures)
    if len(places) > 1:
        yield (
            "Columns that keep messages in different places do different work: their times and rates are no ranking."
            f" Here messages are kept {_listed(list(places))}; each table says where."
        )


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
    """Return the words as a list; with semicolons, if a comma is in one of them."""
    return ("; " if any("," in each for each in words) else ", ").join(words)
