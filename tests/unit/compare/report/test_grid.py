from __future__ import annotations

from jmslike.compare.report.grid import Cell, Grid, Group

FIRST = Group("first", [("a", [Cell("1"), Cell("")]), ("b", [Cell("2"), Cell("")])])
SECOND = Group("second", [("c", [Cell("3"), Cell("4")])])
GRID = Grid("corner", ["upper", "lower"], [FIRST, SECOND])


def test_a_grid_in_parts_keeps_groups_together_and_leaves_out_rows_that_are_empty() -> None:
    first, second = GRID.parts(2)
    assert ([group.name for group in first.groups], first.labels) == (["first"], ["upper"])
    assert ([group.name for group in second.groups], second.labels) == (["second"], ["upper", "lower"])
    assert GRID.parts(3) == [GRID]
    assert [len(part.groups) for part in GRID.parts(1)] == [1, 1], "a group is not divided"


def test_a_grid_that_is_turned_has_its_columns_as_rows() -> None:
    turned = GRID.turned()
    assert turned.labels == ["first: a", "first: b", "second: c"]
    assert [[title for title, _ in group.columns] for group in turned.groups] == [["upper"], ["lower"]]
    assert [cell.text for cell in turned.groups[0].columns[0][1]] == ["1", "2", "3"]
    assert [cell.text for cell in turned.groups[1].columns[0][1]] == ["", "", "4"]
