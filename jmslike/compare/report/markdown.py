"""The report as Markdown, for a page that others read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jmslike.compare.report.grid import Cell, Grid, Mark
from jmslike.compare.report.outline import outline
from jmslike.compare.report.section import Section
from jmslike.compare.results import Comparison

_SIGNS = {Mark.RIGHT: " ✓", Mark.WRONG: " ✗", Mark.FREE: "", Mark.MEASURED: "", Mark.ABSENT: ""}

_SPECIAL = re.compile(r"[\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown reads as its own; an underscore inside a word is not."""
_LEGEND = "✓ as expected, ✗ not as expected; no sign: not promised; n/a: not available"


def markdown(comparison: Comparison) -> str:
    """Return all of a comparison, the summary first."""
    found = outline(comparison)
    lines = ["# Comparison of queues and topics", ""]
    lines += [f"- {_plain(name)}: {_plain(fact)}" for name, fact in found.facts]
    lines += [f"- Signs: {_LEGEND}", ""]
    for section in found.answer:
        lines += _section(section, "##")
    for line in found.words:
        lines += [_plain(line), ""]
    lines += [f"**{_plain(found.verdict.text)}**", "", "## Summary", ""]
    for section in found.summary:
        lines += _section(section, "###")
    for section in (*found.declarations, *found.scenarios):
        lines += _section(section, "##")
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section, heading: str) -> Iterator[str]:
    yield f"{heading} {_plain(section.title)}"
    yield ""
    for line in section.above:
        yield from (_plain(line), "")
    for grid in section.grids:
        if grid.labels:
            yield from _table(grid)
            yield ""
    for line in section.below:
        yield from (_plain(line), "")


def _table(grid: Grid) -> Iterator[str]:
    titles = [
        f"{group.name}: {title}" if group.name and title else group.name or title
        for group in grid.groups
        for title, _ in group.columns
    ]
    yield _row([grid.corner, *titles])
    yield "|---|" + "---:|" * len(titles)
    cells = [cells for group in grid.groups for _, cells in group.columns]
    for row, label in enumerate(grid.labels):
        indent = "&nbsp;&nbsp;" if label.startswith(" ") else ""
        yield _row([f"{indent}{_plain(label.strip())}", *(_cell(column[row]) for column in cells)], plain=False)


def _row(texts: list[str], *, plain: bool = True) -> str:
    return f"| {' | '.join(_plain(text) if plain else text for text in texts)} |"


def _cell(cell: Cell) -> str:
    expected = f" expected {cell.expected}" if cell.expected else ""
    detail = f": {cell.detail}" if cell.detail else ""
    return f"{_plain(cell.text)}{_SIGNS[cell.mark]}{_plain(expected)}{_plain(detail)}"


def _plain(text: str) -> str:
    """Return the text with what Markdown would read as its own escaped."""
    return _SPECIAL.sub(r"\\\g<0>", text)
