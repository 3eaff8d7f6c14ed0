"""What else the numbers of a comparison say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from jmslike.compare.phrases import plural
from jmslike.compare.report.answer import answer
from jmslike.compare.report.measures import kinds_of, said
from jmslike.compare.report.played import Played, named, played
from jmslike.compare.report.seats import Seat, in_words, listed, pairs, seats
from jmslike.compare.results import Better, Check, Comparison, Verdict

MOST_WRONG: Final = 5
MOST_PAIRS: Final = 3
_TAKES: Final = {"longer": "takes longer", "shorter": "takes less time", "more": "has more", "fewer": "has fewer"}


def summary(comparison: Comparison) -> list[str]:
    """Return what the numbers say, the most important first."""
    scenarios = {each.result.name: each for each in played(comparison)}
    told: list[str] = []
    if "crash" in scenarios and not answer(comparison):  # which tells it, too
        told += _crash(seats(comparison, scenarios["crash"]))
    if "delivery" in scenarios:
        told += _models(seats(comparison, scenarios["delivery"]))
    if "offline" in scenarios:
        told += _absence(seats(comparison, scenarios["offline"]))
    for scenario in scenarios.values():
        told += _differences(comparison, scenario)
    return [*told, *_unlike(comparison), *_wrong(comparison)]


def _crash(found: Sequence[Seat]) -> Iterator[str]:
    if lost := _lost(found):
        yield f"When the service crashed in the middle of a burst, orders were lost: {lost}."


def _lost(found: Sequence[Seat]) -> str:
    return pairs(found, lambda seat: in_words(seat.counted("lost")))


def _models(seats: Sequence[Seat]) -> Iterator[str]:
    def received(seat: Seat) -> str:
        found = [seat.counted(label) for label in ("received in all", "sent")]
        return "" if None in found else " of ".join(in_words(value) for value in found)

    if found := pairs(seats, received):
        yield (
            "A queue gives each message to one of its receivers, a topic to all of them. Received of the messages that"
            f" were sent: {found}."
        )


def _absence(seats: Sequence[Seat]) -> Iterator[str]:
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
            more = len(found) - MOST_PAIRS
            parts.append(f"{plural(more, 'more pair')} differ{'s' if more == 1 else ''}")
        if parts:
            rest = [f"no difference is shown in {plural(same, 'pair')}"] if same else []
            yield f"{_short(scenario)}, {judgement.measure}: {'; '.join([*parts, *rest])}."
        elif same:
            without.append(judgement.measure)
    if without:
        yield f"{_short(scenario)}: no difference is shown between columns that are alike, in {listed(without)}."


def _pair(comparison: Comparison, verdict: Verdict, unit: str, better: Better) -> str:
    word, numbers = said(verdict, unit, better)
    case = f" ({verdict.case})" if verdict.case else ""
    is_more = _TAKES.get(word, f"is {word}")
    return f"{named(comparison, verdict.second)} {is_more} than {named(comparison, verdict.first)}{case}, {numbers}"


def _short(scenario: Played) -> str:
    return scenario.result.title.partition(":")[0]


def _unlike(comparison: Comparison) -> Iterator[str]:
    columns = [column for report in comparison.reports for result in report.scenarios for column in result.columns]
    places = dict.fromkeys(column.kept for column in columns if column.measures)
    if len(places) > 1:
        yield (
            "Columns that keep messages in different places do different work: their times and rates are no ranking."
            f" Here messages are kept {listed(list(places))}; each table says where."
        )


def _wrong(comparison: Comparison) -> Iterator[str]:
    found = [
        f"{_short(scenario)}, {seat.name}, {_expected(check)}"
        for scenario in played(comparison)
        for seat in seats(comparison, scenario)
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
