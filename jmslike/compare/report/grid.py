"""A table of a report, without how it looks: cells under the titles of their columns, in groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Mark(Enum):
    """What is known of a number."""

    RIGHT = "as expected"
    WRONG = "not as expected"
    FREE = "not promised"
    MEASURED = "measured"
    ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its text, for a wrong number what was expected, and a detail for a second line."""

    text: str
    mark: Mark = Mark.ABSENT
    expected: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Columns of a grid that stay together, under one name; each column has a title and its cells."""

    name: str
    columns: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the labels of its rows, below a corner, and groups of columns."""

    corner: str
    labels: Sequence[str]
    groups: Sequence[Group]

    def part(self, groups: Sequence[Group]) -> Grid:
        """Return a grid of these groups only, without the rows that are empty in them."""
        columns = [cells for group in groups for _, cells in group.columns]
        rows = [row for row in range(len(self.labels)) if any(cells[row].text for cells in columns)]
        shorter = [
            replace(group, columns=[(title, [cells[row] for row in rows]) for title, cells in group.columns])
            for group in groups
        ]
        return Grid(self.corner, [self.labels[row] for row in rows], shorter)

    def parts(self, most: int) -> list[Grid]:
        """Return the grid in parts with at most so many columns each, where a group alone has no more."""
        parts: list[list[Group]] = [[]]
        for group in self.groups:
            if parts[-1] and sum(len(each.columns) for each in (*parts[-1], group)) > most:
                parts.append([])
            parts[-1].append(group)
        return [self.part(groups) for groups in parts]

    def turned(self) -> Grid:
        """Return the grid with a row for each column, and a column for each row; each is a group by itself."""
        columns = [(group.name, title, cells) for group in self.groups for title, cells in group.columns]
        return Grid(
            self.corner,
            [f"{name}: {title}" if name else title for name, title, _ in columns],
            [Group("", [(label, [cells[row] for *_, cells in columns])]) for row, label in enumerate(self.labels)],
        )
