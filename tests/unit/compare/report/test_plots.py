"""The plots: their numbers, their words, the table behind each, and the same picture each time."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from jmslike.compare.report.figures import svg
from jmslike.compare.report.played import played
from jmslike.compare.report.plots import PARTS, ROWS, Plot, plots
from jmslike.compare.results import Better, Comparison, Figure, Measure, Series
from tests.unit.compare.report.golden import golden
from tests.unit.compare.report.made_up import column, comparison

NAMES = ["queue on native", "topic, three services on native", "queue on Artemis", "direct call", "table, polled"]


def drawn(found: Comparison) -> list[Plot]:
    return [plot for scenario in played(found) for plot in plots(found, scenario)]


def one(measure: Measure, figure: Figure) -> list[Plot]:
    found = comparison("s", {"native": [replace(column("queue"), measures=[measure])]}, [])
    found.reports[0].scenarios[0].figures.append(figure)
    return drawn(found)


def test_every_figure_has_all_columns_that_have_its_numbers() -> None:
    found = drawn(golden())
    assert [plot.kind for plot in found] == ["curves", "density", "steps", "bars", "bars"]
    assert [[line.name for line in plot.lines] for plot in found[:4]] == [NAMES] * 4
    assert [line.kept for line in found[0].lines] == ["in memory", "in memory", "on disk", "nowhere", "on disk"]


def test_every_plot_has_its_words_and_a_table_with_every_line() -> None:
    for plot in drawn(golden()):
        assert plot.alt.startswith(plot.title)
        heads = [title for group in plot.table.groups for title, _ in group.columns]
        assert heads == [line.name for line in plot.lines]
        assert all(name in plot.alt for name in heads)
        for group in plot.table.groups:
            for _, cells in group.columns:
                assert len(cells) == len(plot.table.labels)


def test_curves_go_up_to_the_maximum() -> None:
    plot = drawn(golden())[0]
    assert plot.table.labels == ["p50", "p90", "p99", "p99.9", "maximum", "number of values"]
    line = plot.lines[0]
    assert (line.x[0], list(line.x), list(line.y)) == (1.0, sorted(line.x), sorted(line.y))
    assert line.y[-1] == pytest.approx(153e-6, rel=0.01)
    assert "queue on native: 29.7 µs in the median, 153 µs at most" in plot.alt
    assert plot.remarks == ["direct call: 1 above an hour, not drawn"]


def test_bars_have_every_repeat() -> None:
    plot = drawn(golden())[-1]
    assert plot.rows == ["0.1 KiB", "1 KiB", "16 KiB"]
    assert [len(values) for line in plot.lines for values in line.bars] == [6] * 8 + [5] + [6] * 3
    assert "none" in plot.table.groups[2].columns[0][1][2].text, "one repeat gave no value"


def test_times_of_any_unit_are_drawn_in_seconds() -> None:
    (plot,) = one(Measure("wait", "ms", Better.LESS, [2.0, 4.0, 3.0]), Figure("bars", "wait", "Waits"))
    assert (plot.unit, plot.lines[0].bars) == ("s", [[0.002, 0.004, 0.003]])
    assert svg(plot)


def test_one_repeat_far_away_does_not_hide_the_bars() -> None:
    (plot,) = one(Measure("wait", "ms", Better.LESS, [1.0, 1.0, 1000.0]), Figure("bars", "wait", "Waits"))
    assert plot.edge == 0.003
    assert plot.remarks == ["1 repeat beyond the edge: the numbers of this plot have them"]
    assert "1 s" in plot.table.groups[0].columns[0][1][0].text
    (nothing,) = one(Measure("refused", "orders", Better.LESS, [0.0, 0.0]), Figure("bars", "refused", "Refused"))
    assert (nothing.edge, nothing.remarks) == (0.0, [])
    assert svg(nothing)


def test_a_long_series_keeps_its_peak_and_its_ends() -> None:
    values = [float(x % 2) for x in range(1000)]
    values[500] = 7.0
    measure = Measure(
        "backlog", "ms", Better.LESS, [7.0], series=[Series("backlog", [float(x) for x in range(1000)], values)]
    )
    (plot,) = one(measure, Figure("steps", "backlog", "Backlog"))
    (line,) = plot.lines
    assert plot.unit == "messages", "whatever the series belongs to"
    assert (len(line.x), line.x[0], line.x[-1]) == (PARTS, 0.0, 999.0)
    assert sorted(line.y)[-2:] == [1.0, 7.0]
    assert len(plot.table.labels) == ROWS + 1


@pytest.mark.parametrize("kind", ["curves", "density", "steps", "bars"])
def test_a_figure_without_numbers_is_left_out(kind: str) -> None:
    figure = Figure(kind, "wait", "Waits")  # type: ignore[arg-type]
    assert one(Measure("wait", "ms", Better.LESS, [None]), figure) == []
    assert one(Measure("other", "ms", Better.LESS, [1.0]), figure) == []


def test_the_same_plot_is_the_same_picture_and_a_small_one() -> None:
    for plot in drawn(golden()):
        picture = svg(plot)
        assert picture == svg(plot)
        assert len(picture) < 45_000
        assert b"<script" not in picture
        text = "".join(ElementTree.fromstring(picture).itertext())
        assert all(line.name in text for line in plot.lines)
