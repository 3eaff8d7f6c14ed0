"""The plots that scenarios ask for, as numbers: what `figures.py` draws, the table behind it, and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10
from typing import Final, Literal

from jmslike.compare.phrases import plural
from jmslike.compare.report.grid import Cell, Grid, Group, Mark
from jmslike.compare.report.measures import value
from jmslike.compare.report.played import Played, named
from jmslike.compare.report.quantities import is_time, middle, number, present, quantity, seconds
from jmslike.compare.results import Column, Comparison, Figure, Kept, Measure, Side
from jmslike.compare.timing.histogram import Distribution

POINTS: Final = 1_800
"""How many points the lines of a plot have together, so that a report stays small."""
MOST_POINTS: Final = 300
PARTS: Final = 100
"""The parts of the time in a plot over time: a series that goes up and down more often would be a black block."""
BINS: Final = 24
PERCENTILES: Final = (50.0, 90.0, 99.0, 99.9)
EDGE: Final = 3
"""How many times as far as the longest bar a plot of bars goes, at most, so that one repeat does not hide the bars."""
ROWS: Final = 20
"""How many instants the table behind a plot over time has."""
NANOSECOND: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Line:
    """One column in a plot: its points, or for bars one list of values for each row of the plot."""

    name: str
    kept: Kept
    x: Sequence[float] = ()
    y: Sequence[float] = ()
    bars: Sequence[Sequence[float]] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot. Times are in seconds. `rows` are the labels of bars, `unit` is that of their values, `edge` the largest
    that is drawn where it is.
    """

    kind: Literal["curves", "density", "steps", "bars"]
    title: str
    alt: str
    lines: Sequence[Line]
    table: Grid
    rows: Sequence[str] = ()
    unit: str = ""
    edge: float = 0.0
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A column with what it has of the measure of a plot."""

    name: str
    column: Column
    measures: Sequence[Measure]


def plots(comparison: Comparison, scenario: Played) -> Iterator[Plot]:
    """Yield the plots of a scenario; one for which no column has numbers is left out."""
    for figure in scenario.result.figures:
        sources = list(_sources(comparison, scenario, figure))
        plot = _MAKERS[figure.kind](figure, sources)
        if plot is not None:
            yield plot


def _sources(comparison: Comparison, scenario: Played, figure: Figure) -> Iterator[_Source]:
    for side in scenario.sides:
        for column in side.result.columns:
            measures = [measure for measure in column.measures if measure.name == figure.measure]
            if measures:
                yield _Source(named(comparison, Side(side.number, column.title)), column, measures)


def _curves(figure: Figure, sources: Sequence[_Source]) -> Plot | None:
    """Percentiles up to the maximum: x is 1 / (1 - p), y is the time."""
    found = list(_distributions(sources))
    points = max(20, min(MOST_POINTS, POINTS // max(1, len(found))))
    lines = []
    for source, all_of_it, _ in found:
        curve = all_of_it.curve(points)
        lines.append(
            Line(source.name, source.column.kept, [x for x, _ in curve], [max(1, y) * NANOSECOND for _, y in curve])
        )
    if not lines:
        return None
    heads = [*(f"p{percent:g}" for percent in PERCENTILES), "maximum", "number of values"]
    groups = [
        Group(
            "",
            [(source.name, [*map(_shown, _percentiles(all_of_it)), Cell(f"{all_of_it.count:,}", Mark.MEASURED)])],
        )
        for source, all_of_it, _ in found
    ]
    told = "; ".join(
        f"{source.name}: {_time(all_of_it.percentile(50))} in the median, {_time(all_of_it.maximum)} at most"
        for source, all_of_it, _ in found
    )
    return Plot(
        "curves",
        figure.title,
        f"{figure.title}, as curves of percentiles up to the maximum. {told}.",
        lines,
        Grid("percentile", heads, groups),
        remarks=list(_beyond(found)),
    )


def _density(figure: Figure, sources: Sequence[_Source]) -> Plot | None:
    """How many of the values, for each tenfold, are around a time: each column has bins of its own."""
    found = list(_distributions(sources))
    lines, groups, told = [], [], []
    for source, all_of_it, _ in found:
        bins = all_of_it.bins(BINS)
        x, y = [bins[0][0] * NANOSECOND], [0.0]
        for low, high, count in bins:
            share = count / all_of_it.count / log10(high / low)
            x += [low * NANOSECOND, high * NANOSECOND]
            y += [share, share]
        lines.append(Line(source.name, source.column.kept, [*x, x[-1]], [*y, 0.0]))
        cells = [Cell(f"{_time(low)} to {_time(high)}: {count:,}", Mark.MEASURED) for low, high, count in bins]
        groups.append(Group("", [(source.name, [*cells, *[Cell("")] * (BINS - len(cells))])]))
        low, high, _ = max(bins, key=lambda each: each[2])
        told.append(f"{source.name}: most values are from {_time(low)} to {_time(high)}")
    if not lines:
        return None
    return Plot(
        "density",
        figure.title,
        f"{figure.title}, as a distribution. {'; '.join(told)}.",
        lines,
        Grid("bin", [str(position) for position in range(1, BINS + 1)], groups),
        remarks=list(_beyond(found)),
    )


def _steps(figure: Figure, sources: Sequence[_Source]) -> Plot | None:
    """A number over time, such as the backlog with its drain."""
    series = [
        (source, measure.unit, each)
        for source in sources
        for measure in source.measures
        for each in measure.series
        if each.x
    ]
    if not series:
        return None
    lines = [Line(source.name, source.column.kept, *_envelope(each.x, each.y, PARTS)) for source, _, each in series]
    end = max(each.x[-1] for _, _, each in series)
    instants = [end * row / ROWS for row in range(ROWS + 1)]
    groups = [
        Group("", [(source.name, [Cell(_at(each.x, each.y, instant), Mark.MEASURED) for instant in instants])])
        for source, _, each in series
    ]
    told = "; ".join(
        f"{source.name}: {number(max(each.y))} at most, and {number(each.y[-1])} after {quantity(each.x[-1], 's')}"
        for source, _, each in series
    )
    return Plot(
        "steps",
        figure.title,
        f"{figure.title}, over time, in the repeat with the median. {told}.",
        lines,
        Grid("time", [quantity(instant, "s") for instant in instants], groups),
        unit="messages" if is_time(series[0][1]) else series[0][1],
    )


def _bars(figure: Figure, sources: Sequence[_Source]) -> Plot | None:
    """The median of each case, and every repeat."""
    cases = list(dict.fromkeys(measure.case for source in sources for measure in source.measures))
    unit = next((measure.unit for source in sources for measure in source.measures), "")
    scale = seconds(1.0, unit) if is_time(unit) else 1.0
    lines, groups = [], []
    for source in sources:
        by_case = {measure.case: measure for measure in source.measures}
        bars = [[each * scale for each in present(by_case[case].values)] if case in by_case else [] for case in cases]
        if any(bars):
            lines.append(Line(source.name, source.column.kept, bars=bars))
            groups.append(Group("", [(source.name, [_repeats(by_case.get(case)) for case in cases])]))
    if not lines:
        return None
    values = [value for line in lines for bar in line.bars for value in bar]
    edge = min(max(values), EDGE * max(middle(bar) or 0.0 for line in lines for bar in line.bars))
    beyond = sum(value > edge for value in values)
    told = "; ".join(
        f"{source.name}: {', '.join(filter(None, map(_told, source.measures)))}"
        for source in sources
        if any(middle(measure.values) is not None for measure in source.measures)
    )
    return Plot(
        "bars",
        figure.title,
        f"{figure.title}, as bars: the median, and a dot for each repeat. {told}.",
        lines,
        Grid("median and repeats", [case or figure.measure for case in cases], groups),
        rows=cases,
        unit="s" if is_time(unit) else unit,
        edge=edge,
        remarks=[f"{plural(beyond, 'repeat')} beyond the edge: the numbers of this plot have them"] if beyond else [],
    )


_MAKERS: Final = {"curves": _curves, "density": _density, "steps": _steps, "bars": _bars}


def _distributions(sources: Sequence[_Source]) -> Iterator[tuple[_Source, Distribution, int]]:
    """Yield what all repeats of a column have together, and how many values were beyond the range of a histogram."""
    for source in sources:
        texts = [text for measure in source.measures for text in measure.histograms if text is not None]
        found = Distribution(texts)
        if found.count:
            yield source, found, sum(sum(measure.beyond) for measure in source.measures)


def _beyond(found: Sequence[tuple[_Source, Distribution, int]]) -> Iterator[str]:
    for source, _, beyond in found:
        if beyond:
            yield f"{source.name}: {beyond:,} above an hour, not drawn"


def _percentiles(found: Distribution) -> list[int]:
    return [*(found.percentile(percent) for percent in PERCENTILES), found.maximum]


def _time(nanoseconds: float) -> str:
    return quantity(nanoseconds, "ns")


def _shown(nanoseconds: float) -> Cell:
    return Cell(_time(nanoseconds), Mark.MEASURED)


def _envelope(x: Sequence[float], y: Sequence[float], most: int) -> tuple[list[float], list[float]]:
    """Return at most so many points: of more, the largest value in each of so many parts of the time, and the last."""
    if len(x) <= most:
        return list(x), list(y)
    width = (x[-1] - x[0]) / (most - 1) or 1.0
    largest: dict[int, float] = {}
    for at, size in zip(x[:-1], y[:-1], strict=True):
        part = int((at - x[0]) / width)
        largest[part] = max(size, largest.get(part, size))
    return [*(x[0] + part * width for part in largest), x[-1]], [*largest.values(), y[-1]]


def _at(x: Sequence[float], y: Sequence[float], instant: float) -> str:
    """Return what a series was at this instant: nothing before its first point and after its last."""
    if not x[0] <= instant <= x[-1]:
        return ""
    return number(next(after for at, after in zip(reversed(x), reversed(y), strict=True) if at <= instant))


def _repeats(measure: Measure | None) -> Cell:
    if measure is None or not present(measure.values):
        return Cell("")
    each = "; ".join("none" if found is None else quantity(found, measure.unit) for found in measure.values)
    return Cell(f"{value(measure)}: {each}", Mark.MEASURED)


def _told(measure: Measure) -> str:
    found = middle(measure.values)
    if found is None:
        return ""
    unit = "" if is_time(measure.unit) else f" {measure.unit}"
    return f"{measure.case} {quantity(found, measure.unit)}{unit}".strip()
