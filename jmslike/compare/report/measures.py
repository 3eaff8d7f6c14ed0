"""The grids of what was measured: the values, and what they show of each pair of columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from jmslike.compare.phrases import plural
from jmslike.compare.report.grid import Cell, Grid, Group, Mark
from jmslike.compare.report.limits import AT_LIMIT, Limits
from jmslike.compare.report.played import Part, Played, named
from jmslike.compare.report.quantities import factor, is_time, middle, number, present, quantity, spread
from jmslike.compare.results import Better, Column, Comparison, Measure, Side, Verdict

SPREAD: Final = "medians of the repeats; ± is half of the range from the least repeat to the largest"
UNLIKE: Final = "*"
TO_TELL: Final = (
    "Too few repeats to tell: fewer than six, or their intervals span more than a factor of 100. More repeats, on a"
    " quieter machine, may tell."
)
TELLS_NOTHING: Final = 9.0
"""A difference that could stay unseen, as a part of the first value, from which on an interval is too wide to tell."""
MOST_PAIRS: Final = 4
"""More pairs than this are rows, as they are where there are more pairs than measures."""
_LESS_AND_MORE: Final = {"orders": ("fewer", "more"), "messages": ("fewer", "more"), "bytes": ("smaller", "larger")}


def measured(sides: Sequence[Part], limits: Limits, *, named: bool) -> Iterator[Grid]:
    """Yield a grid of the values that columns have, if any has some; `named`: each group has its provider's name.

    Values that the limits explain are marked.
    """
    columns = [column for side in sides for column in side.result.columns]
    rows = list(dict.fromkeys((measure.name, measure.case) for column in columns for measure in column.measures))
    if not rows:
        return
    units = {(measure.name, measure.case): measure.unit for column in columns for measure in column.measures}
    repeats = max(len(measure.values) for column in columns for measure in column.measures)
    labels = ["messages are kept", *(label(name, case, units[name, case]) for name, case in rows)]
    groups = [
        Group(
            side.name if named else "",
            [
                (column.title, [_kept(column), *(_value(column, name, case, limits) for name, case in rows)])
                for column in side.result.columns
            ],
        )
        for side in sides
    ]
    yield Grid(f"median of {plural(repeats, 'repeat')}", labels, groups)


def label(name: str, case: str, unit: str) -> str:
    """Return the label of a row: with the unit, if the values do not name it themselves."""
    words = f"{name}, {case}" if case else name
    return words if is_time(unit) or unit in words else f"{words} ({unit})"


def _kept(column: Column) -> Cell:
    return Cell("n/a") if column.refused is not None else Cell(column.kept)


def _value(column: Column, name: str, case: str, limits: Limits) -> Cell:
    measure = next((found for found in column.measures if (found.name, found.case) == (name, case)), None)
    if measure is None:
        return Cell("" if column.refused is None else "n/a")
    return Cell(value(measure) + (f" {AT_LIMIT}" if limits.explain(measure) else ""), Mark.MEASURED)


def value(measure: Measure) -> str:
    """Return the median of a measure in words, with its spread, and with how many repeats have it if not all do."""
    found = middle(measure.values)
    if found is None:
        return "none"
    text = quantity(found, measure.unit)
    width = spread(measure.values)
    if width is not None:
        text += f" ±{width:.0%}" if round(width, 2) else ""
    there = len(present(measure.values))
    return text if there == len(measure.values) else f"{text} ({there} of {len(measure.values)})"


def judged(comparison: Comparison, scenario: Played) -> Iterator[Grid]:
    """Yield a grid of the verdicts on a scenario, if there are any: a column for each pair, under the second's name.

    Where there are many pairs, a pair is a row: there is more room for its name.
    """
    judgements = [each for each in comparison.judgements if each.scenario == scenario.result.name]
    found = {
        (judgement.measure, verdict.case, verdict.first, verdict.second): verdict
        for judgement in judgements
        for verdict in judgement.verdicts
    }
    if not found:
        return
    rows = list(dict.fromkeys((name, case) for name, case, _, _ in found))
    pairs = list(dict.fromkeys((first, second) for _, _, first, second in found))
    kinds = kinds_of(scenario)
    groups = []
    for side in scenario.sides:
        columns = []
        for first, second in pairs:
            if second.report != side.number:
                continue
            cells = [
                _verdict(found.get((name, case, first, second)), *kinds.get((name, case), ("", Better.NEITHER)))
                for name, case in rows
            ]
            columns.append((f"{second.column} against {_other(comparison, first, second)}", cells))
        if columns:
            groups.append(Group(side.name if len(scenario.sides) > 1 else "", columns))
    grid = Grid("against each other", [f"{name}, {case}" if case else name for name, case in rows], groups)
    yield grid.turned() if len(pairs) > min(len(rows), MOST_PAIRS) else grid


def kinds_of(scenario: Played) -> dict[tuple[str, str], tuple[str, Better]]:
    """Return the unit of each measure and case, and which values are the better ones."""
    return {
        (measure.name, measure.case): (measure.unit, measure.better)
        for side in scenario.sides
        for column in side.result.columns
        for measure in column.measures
    }


def _other(comparison: Comparison, first: Side, second: Side) -> str:
    return first.column if first.report == second.report else named(comparison, first)


def _verdict(verdict: Verdict | None, unit: str, better: Better) -> Cell:
    if verdict is None:
        return Cell("")
    word, interval = said(verdict, unit, better)
    return Cell(word + (f" {UNLIKE}" if verdict.unlike else ""), Mark.MEASURED, detail=interval)


def said(verdict: Verdict, unit: str, better: Better) -> tuple[str, str]:
    """Return what a verdict says of the second column, and by how much; no interval is shown that tells nothing."""
    word = _word(verdict, unit, better)
    if verdict.says == "too few repeats" or verdict.ratio is None or verdict.low is None or verdict.high is None:
        return word, ""
    interval = f" ({factor(verdict.low)} to {factor(verdict.high)})" if verdict.low < verdict.high else ""
    return word, f"{factor(verdict.ratio)} times{interval}"


def _word(verdict: Verdict, unit: str, better: Better) -> str:
    if verdict.says == "too few repeats":
        return "too few repeats to tell"
    if verdict.says == "no difference shown":
        return verdict.says
    more = (verdict.says == "better") == (better is Better.MORE)
    if is_time(unit):
        return "longer" if more else "shorter"
    if unit.endswith("/s"):
        return "faster" if more else "slower"
    return _LESS_AND_MORE.get(unit, ("less", "more"))[more]


def reach(comparison: Comparison, scenario: str) -> Iterator[str]:
    """Yield what the verdicts on a scenario could not see, and in which way columns are unlike."""
    judgements = [each for each in comparison.judgements if each.scenario == scenario]
    for judgement in judgements:
        if judgement.unseen is not None and judgement.unseen < TELLS_NOTHING:
            power = judgement.power or 0.0
            chance = f"; one of 5% is shown with a probability of {power:.0%}" if round(power, 2) else ""
            yield f"{judgement.measure}: differences {_below(judgement.unseen)} could stay unseen here{chance}."
    if any(verdict.says == "too few repeats" for judgement in judgements for verdict in judgement.verdicts):
        yield TO_TELL
    unlike = [verdict.unlike for each in judgements for verdict in each.verdicts if verdict.unlike]
    if unlike:
        yield f"{UNLIKE} not alike: {'; '.join(dict.fromkeys('; '.join(unlike).split('; ')))}."


def _below(unseen: float) -> str:
    return f"below {unseen:.0%}" if unseen < 1 else f"of less than a factor of {number(1 + unseen)}"
