"""Plots as static SVG, which matplotlib draws: the same bytes for the same numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Final

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from jmslike.compare.report.plots import Line, Plot
from jmslike.compare.report.quantities import middle, number, quantity

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555", "#000000")
"""Those of Okabe and Ito, which colour-blind readers tell apart; the light yellow is replaced by grey."""
MARKERS: Final = "osD^v<>p*X"
DASHES: Final = {"on disk": "-", "in memory": "--", "nowhere": ":"}
HATCHES: Final = {"on disk": "", "in memory": "////", "nowhere": ""}
SETTINGS: Final = {
    "svg.hashsalt": "jmslike",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e0e0e0",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
}
WIDTH: Final = 3.75
"""Inches, as all lengths: the width of a phone, on which letters then have the size that they are given here."""
HEIGHT: Final = 2.3
TOP: Final = 0.1
BELOW: Final = 0.5
LEFT: Final = 0.15
RIGHT: Final = 0.25
LETTER: Final = 0.083
THOUSANDS: Final = 10_000
SCALE: Final = 8
"""The letters of the numbers of an axis."""
ROW: Final = 22
NAME: Final = 46
"""The most letters of a row of bars, and of a line of the legend."""
_PATH: Final = re.compile(rb' d="[^"]*"')
_DIGITS: Final = re.compile(rb"(\.\d\d)\d+")
"""Of a point on a path, two digits behind the point are finer than a screen."""
LEGEND_ROW: Final = 0.195
BAR: Final = 0.17


def svg(plot: Plot) -> bytes:
    """Return a plot as an SVG document."""
    with rc_context(SETTINGS):  # type: ignore[arg-type]
        legend = LEGEND_ROW * len(plot.lines) + 0.1
        plane = BAR * (len(plot.lines) + 1) * len(plot.rows) if plot.kind == "bars" else HEIGHT
        below = legend + BELOW
        left = LEFT + LETTER * max((len(_cut(row, ROW)) for row in plot.rows), default=SCALE)
        height = plane + below + TOP
        figure = Figure(figsize=(WIDTH, height))
        FigureCanvasSVG(figure)
        axes = figure.add_axes((left / WIDTH, below / height, 1 - (left + RIGHT) / WIDTH, plane / height))
        _DRAWERS[plot.kind](axes, plot)
        figure.legend(loc="lower left", borderaxespad=0.3, handlelength=2.6)
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return _PATH.sub(lambda path: _DIGITS.sub(rb"\1", path[0]), file.getvalue())


def _style(position: int, line: Line) -> dict[str, object]:
    """Return what tells a line from others: colour and marker of its own, and dashes for where messages are kept."""
    return {
        "color": COLOURS[position % len(COLOURS)],
        "linestyle": DASHES[line.kept],
        "linewidth": 1.5,
        "marker": MARKERS[position % len(MARKERS)],
        "markersize": 4,
        "markevery": (position % 5 / 40, 0.15),
        "label": _label(line),
    }


def _label(line: Line) -> str:
    place = f" ({line.kept})"
    return line.name + place if len(line.name) + len(place) <= NAME else _cut(line.name, NAME)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _curves(axes: Axes, plot: Plot) -> None:
    _lines(axes, plot)
    axes.set_xscale("log")
    axes.set_yscale("log")
    most = max(max(line.x) for line in plot.lines)
    ticks = [tick for tick in (2.0, *(10.0**power for power in range(1, 7))) if tick <= most * 1.5]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 - 100 / x:.6g}%"))
    axes.set_xlabel("percentile, up to the maximum")
    _time_axis(axes.yaxis.set_major_formatter)


def _density(axes: Axes, plot: Plot) -> None:
    _lines(axes, plot)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.set_ylabel("share of the values, for each tenfold")
    _time_axis(axes.xaxis.set_major_formatter)


def _steps(axes: Axes, plot: Plot) -> None:
    _lines(axes, plot, drawstyle="steps-post")
    axes.set_ylim(bottom=min(0, *(min(line.y) for line in plot.lines)))
    axes.set_xlim(left=0)
    axes.set_xlabel("time since the start")
    axes.set_ylabel(plot.unit)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    _time_axis(axes.xaxis.set_major_formatter)


def _bars(axes: Axes, plot: Plot) -> None:
    """Bars from zero, of which the first is on top; a dot is a repeat."""
    step = len(plot.lines) + 1
    for position, line in enumerate(plot.lines):
        places = [row * step + position for row, values in enumerate(line.bars) if values]
        colour = COLOURS[position % len(COLOURS)]
        axes.barh(
            places,
            [middle(values) or 0.0 for values in line.bars if values],
            height=0.85,
            color=colour if line.kept == "on disk" else "white",
            edgecolor=colour,
            hatch=HATCHES[line.kept],
            label=_label(line),
        )
        dots = [
            (min(value, plot.edge), row * step + position) for row, values in enumerate(line.bars) for value in values
        ]
        axes.plot(
            [value for value, _ in dots],
            [place for _, place in dots],
            linestyle="none",
            marker="o",
            markersize=2.2,
            color="black",
            markeredgewidth=0,
        )
    axes.set_yticks(
        [row * step + (len(plot.lines) - 1) / 2 for row in range(len(plot.rows))], [_cut(row, ROW) for row in plot.rows]
    )
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.invert_yaxis()
    axes.set_xlim(0, plot.edge * 1.05 or 1)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    if plot.unit == "s":
        _time_axis(axes.xaxis.set_major_formatter)
    else:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _short(x)))
        axes.set_xlabel(plot.unit)


_DRAWERS: Final = {"curves": _curves, "density": _density, "steps": _steps, "bars": _bars}


def _lines(axes: Axes, plot: Plot, **more: object) -> None:
    for position, line in enumerate(plot.lines):
        axes.plot(_list(line.x), _list(line.y), **_style(position, line), **more)  # type: ignore[arg-type]


def _list(values: Sequence[float]) -> list[float]:
    return list(values)


def _time_axis(set_formatter: Callable[[FuncFormatter], None]) -> None:
    set_formatter(FuncFormatter(lambda seconds, _: _tick(seconds)))


def _short(value: float) -> str:
    """Return a number with few letters, as many of them stand on an axis."""
    return f"{number(value / 1000)}k" if value >= THOUSANDS else number(value)


def _tick(seconds: float) -> str:
    """Return a time without digits that say nothing."""
    text = quantity(seconds, "s")
    value, _, unit = text.partition(" ")
    return f"{value.rstrip('0').rstrip('.') if '.' in value else value} {unit}"
