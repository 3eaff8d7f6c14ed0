"""The report on a terminal: in each table as many providers as its width has room for."""

from __future__ import annotations

import sys
from typing import Final

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from jmslike.compare.report.grid import Cell, Grid, Group, Mark
from jmslike.compare.report.outline import outline
from jmslike.compare.report.section import Section
from jmslike.compare.results import Comparison

_STYLES = {Mark.RIGHT: "green", Mark.WRONG: "bold red", Mark.FREE: "dim", Mark.MEASURED: "", Mark.ABSENT: ""}
_IN_ASCII: Final = {ord("µ"): "u", ord("±"): "+-", ord("†"): "#"}
"""The letters of measured values on a terminal that lacks them."""
LABEL: Final = 30
"""Columns of the terminal that the labels of rows have at least; longer ones are wrapped if need be."""


def show(comparison: Comparison, console: Console) -> None:
    """Print all of a comparison, and at the end a summary and whether all numbers were as expected."""
    _Page(console).show(comparison)


class _Page:
    """The lines and tables of one report. A terminal that lacks the signs for right and wrong gets words."""

    def __init__(self, console: Console) -> None:
        self._console = console
        unicode = console.encoding.lower().startswith("utf")
        right, wrong = ("✓", "✗") if unicode else ("ok", "WRONG")
        self._letters = {} if unicode else _IN_ASCII
        self._legend = f"{right} as expected, {wrong} not as expected; no sign: not promised; n/a: not available"
        self._signs = {
            Mark.RIGHT: f" {right}",
            Mark.WRONG: f" {wrong}",
            Mark.FREE: "  ",
            Mark.MEASURED: "",
            Mark.ABSENT: "",
        }

    def show(self, comparison: Comparison) -> None:
        """Print the report."""
        found = outline(comparison)
        facts = Table(show_header=False, box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name, fact in found.facts:
            facts.add_row(Text(name), Text(fact.translate(self._letters), overflow="fold"))
        facts.add_row(Text("Signs"), Text(self._legend))
        self._console.print(facts)
        for section in found.declarations:
            self._section(section, box=None)
        for section in found.scenarios:
            self._section(section, box=box.HEAVY_HEAD)
        self._say("")
        self._say("Summary", "bold")
        for section in found.summary:
            self._section(section, box=None)
        for section in found.answer:
            self._section(section, box=None)
        for line in ("", *found.words, ""):
            self._say(line.translate(self._letters))
        self._say(found.verdict.text, _STYLES[found.verdict.mark])

    def _section(self, section: Section, box: box.Box | None) -> None:
        self._say("")
        self._say(section.title, "bold")
        for line in section.above:
            self._say(line)
        for grid in section.grids:
            for part in self._parts(grid, box) if grid.labels else ():
                self._console.print(self._table(part, box))
        for line in section.below:
            self._say(line.translate(self._letters))

    def _say(self, text: str, style: str = "") -> None:
        self._console.print(Text(text, style), highlight=False)

    def _parts(self, grid: Grid, box: box.Box | None) -> list[Grid]:
        """Return the grid in as few parts as there is room for, each with as many of its groups, or nearly so."""
        groups = grid.groups
        for count in range(1, len(groups)):
            size = -(-len(groups) // count)
            parts = [grid.part(groups[start : start + size]) for start in range(0, len(groups), size)]
            if all(self._fits(part, box) for part in parts):
                return parts
        return [grid.part([group]) for group in groups]

    def _fits(self, grid: Grid, box: box.Box | None) -> bool:
        """Whether the terminal is wide enough, if long labels of rows are wrapped."""
        unlimited = self._console.options.update(max_width=sys.maxsize)
        table = self._table(grid, box, LABEL)
        return Measurement.get(self._console, unlimited, table).maximum <= self._console.width

    def _table(self, grid: Grid, box: box.Box | None, label: int | None = None) -> Table:
        padding = (0, 2, 0, 0) if box is None else (0, 1)
        table = Table(box=box, pad_edge=box is not None, padding=padding, header_style="" if box is None else "bold")
        table.add_column(grid.corner, max_width=label)
        titles = [self._title(group, title) for group in grid.groups for title, _ in group.columns]
        lines = max(title.count("\n") for title in titles)
        for title in titles:
            table.add_column(Text(title + "\n" * (lines - title.count("\n"))), justify="right")
        cells = [cells for group in grid.groups for _, cells in group.columns]
        for row, name in enumerate(grid.labels):
            table.add_row(Text(name), *(self._cell(column[row]) for column in cells))
        return table

    def _title(self, group: Group, title: str) -> str:
        """Return the heading of a column: under the name of its group in short lines, as there are many columns."""
        return "\n".join([*group.name.split(), *title.split()]) if group.name else title

    def _cell(self, cell: Cell) -> Text:
        expected = f" expected {cell.expected}" if cell.expected else ""
        if cell.mark is Mark.MEASURED:
            detail = f"\n{cell.detail}" if cell.detail else ""
            return Text(f"{cell.text}{detail}".translate(self._letters))
        if cell.mark is Mark.FREE:
            return Text(f"{cell.text}{self._signs[cell.mark]}", _STYLES[cell.mark])
        return Text.assemble(cell.text, (f"{self._signs[cell.mark]}{expected}", _STYLES[cell.mark]))
