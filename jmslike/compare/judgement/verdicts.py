"""Verdicts on the pairs of columns of a comparison: better, worse, or no difference shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log
from typing import Final

from jmslike import Feature
from jmslike.compare.judgement.bootstrap import LEAST_ROUNDS, WIDE, Interval, Intervals, chance, paired
from jmslike.compare.results import Better, Column, Judgement, Measure, Report, Says, Side, Verdict

EFFECT: Final = 0.05
"""The difference whose chance to be shown is stated."""
LARGEST: Final = 700.0
"""The logarithm of about the largest number."""
MATTERS: Final = (Feature.PERSISTENCE, Feature.ORDER, Feature.COMPETING_CONSUMERS)
"""What a provider that has less of it need not do, and so may be faster."""

Pair = tuple[Side, Side]


@dataclass(frozen=True, slots=True)
class _Contest:
    """One case of a measure in two columns, with the differences of the logarithms in each round."""

    case: str
    pair: Pair
    better: Better
    differences: list[float]


def judge(reports: Sequence[Report], pairs: Mapping[str, Sequence[Pair]], seed: int) -> list[Judgement]:
    """Return the judgements on all measures of the scenarios; `pairs` says for each of them what is compared.

    A pair has no verdict in a case that one of its columns does not have in every round, or has with a value of 0.
    """
    found = []
    for scenario, chosen in pairs.items():
        columns = _columns(reports, scenario)
        measures = [measure for column in columns.values() for measure in column.measures]
        for name in dict.fromkeys(each.name for each in measures if _is_judged(each)):
            contests = list(_contests(name, columns, chosen))
            if contests:
                found.append(_judged(scenario, name, contests, reports, columns, seed))
    return found


def _columns(reports: Sequence[Report], scenario: str) -> dict[Side, Column]:
    return {
        Side(number, column.title): column
        for number, report in enumerate(reports)
        for result in report.scenarios
        if result.name == scenario
        for column in result.columns
    }


def _is_judged(measure: Measure) -> bool:
    return measure.better is not Better.NEITHER


def _contests(name: str, columns: Mapping[Side, Column], pairs: Sequence[Pair]) -> Iterator[_Contest]:
    cases = {
        side: {each.case: each for each in columns[side].measures if each.name == name and _is_judged(each)}
        for side in columns
    }
    for case in dict.fromkeys(case for found in cases.values() for case in found):
        for first, second in pairs:
            one, other = cases[first].get(case), cases[second].get(case)
            if one is not None and other is not None:
                before, after = logarithms(one), logarithms(other)
                if before is not None and after is not None:
                    differences = [new - old for old, new in zip(before, after, strict=True)]
                    yield _Contest(case, (first, second), one.better, differences)


def logarithms(measure: Measure) -> list[float] | None:
    """Return the logarithms of the values; None if one is absent, 0 or below it."""
    logs = [log(value) for value in measure.values if value is not None and value > 0]
    return logs if len(logs) == len(measure.values) else None


def _judged(
    scenario: str,
    name: str,
    contests: Sequence[_Contest],
    reports: Sequence[Report],
    columns: Mapping[Side, Column],
    seed: int,
) -> Judgement:
    unlike = [_unlike(contest.pair, reports, columns) for contest in contests]
    rounds = len(contests[0].differences)
    if rounds < LEAST_ROUNDS:
        found = [Interval(sum(contest.differences) / rounds, -inf, inf, inf) for contest in contests]
        return Judgement(scenario, name, _verdicts(contests, ["too few repeats"] * len(found), found, unlike))
    intervals = paired([contest.differences for contest in contests], seed)
    found = intervals.intervals
    words = [says(interval, contest.better) for contest, interval in zip(contests, found, strict=True)]
    return Judgement(scenario, name, _verdicts(contests, words, found, unlike), *_sight(intervals, rounds))


def _verdicts(
    contests: Sequence[_Contest], words: Sequence[Says], intervals: Sequence[Interval], unlike: Sequence[str]
) -> list[Verdict]:
    return [
        Verdict(contest.case, *contest.pair, word, *ratios(interval), difference)
        for contest, word, interval, difference in zip(contests, words, intervals, unlike, strict=True)
    ]


def says(interval: Interval, better: Better) -> Says:
    """Return the verdict: that there is a difference only if the interval leaves out a ratio of 1.

    One that holds 1 and is wider than a factor of 100 could hide any difference.
    """
    if interval.low <= 0 <= interval.high:
        return "no difference shown" if interval.high - interval.low <= WIDE else "too few repeats"
    return "better" if (interval.mean > 0) == (better is Better.MORE) else "worse"


def ratios(interval: Interval) -> tuple[float | None, float | None, float | None]:
    """Return the ratio of an interval and its bounds; None for what is too large to be a number."""
    return _ratio(interval.mean), _ratio(interval.low), _ratio(interval.high)


def _ratio(logarithm: float) -> float | None:
    return exp(logarithm) if isfinite(logarithm) and logarithm < LARGEST else None


def _sight(intervals: Intervals, rounds: int) -> tuple[float | None, float | None]:
    """Return what could have stayed unseen in the widest pair, and the chance that EFFECT is shown there."""
    widest = intervals.widest
    if widest is None:
        return None, None
    unseen = _ratio(intervals.q * widest.error)
    return None if unseen is None else unseen - 1, chance(EFFECT, widest.error, intervals.q, rounds)


def _unlike(pair: Pair, reports: Sequence[Report], columns: Mapping[Side, Column]) -> str:
    """Return in which way the second side cannot be compared with the first as an equal."""
    first, second = pair
    kept = (columns[second].kept, columns[first].kept)
    found = [] if kept[0] == kept[1] else [f"{kept[0]} against {kept[1]}"]
    for feature in MATTERS[bool(found) :]:  # where messages are kept says what PERSISTENCE would
        levels = [reports[side.report].capabilities.get(feature.value) for side in (second, first)]
        if None not in levels and levels[0] != levels[1]:
            found.append(f"{feature.value}: {levels[0]} against {levels[1]}")
    return "; ".join(found)
