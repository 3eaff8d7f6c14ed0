"""The outline of a report: what it says, in which order, without how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from jmslike.compare.report.names import names
from jmslike.compare.results import Check, Column, Comparison, Report, ScenarioResult


class Mark(Enum):
    """What is known of a number."""

    RIGHT = "as expected"
    WRONG = "not as expected"
    FREE = "not promised"
    ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a grid: its text, and for a wrong number what was expected."""

    text: str
    mark: Mark = Mark.ABSENT
    expected: str = ""


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


@dataclass(frozen=True, slots=True)
class Section:
    """A title, lines above a grid, the grid, and lines below it."""

    title: str
    grid: Grid
    above: Sequence[str] = ()
    below: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a report. `declarations` is what the providers declare; `summary` has a grid for each scenario."""

    facts: Sequence[tuple[str, str]]
    declarations: Section
    scenarios: Sequence[Section]
    summary: Sequence[Section]
    verdict: Cell


def outline(comparison: Comparison) -> Outline:
    """Return what there is to say about a comparison."""
    titles = names(comparison.reports)
    numbers = range(len(comparison.reports[0].scenarios))
    providers = list(zip(titles, comparison.reports, strict=True))
    return Outline(
        [*_facts(comparison), *((title, _provider(report)) for title, report in providers)],
        _declarations(providers),
        [_scenario(providers, number) for number in numbers],
        [_summary(providers, number) for number in numbers],
        _verdict(comparison),
    )


def _facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    versions = comparison.versions
    yield "Messages", comparison.source
    yield "Run", f"{comparison.date} on {comparison.host} ({versions['platform']})"
    yield "Software", f"jmslike {versions['jmslike']}, Python {versions['python']}"


def _provider(report: Report) -> str:
    through = f" through {', '.join(report.clients)}" if report.clients else ""
    kept = "on disk" if report.durable else "in memory"
    return f"{report.url} ({report.product} {report.version}{through}; keeps messages {kept})"


def _declarations(providers: Sequence[tuple[str, Report]]) -> Section:
    scenarios = providers[0][1].scenarios
    features = list(dict.fromkeys(feature for scenario in scenarios for feature in scenario.features))
    groups = [
        Group(name, [("", [Cell(report.capabilities[feature]) for feature in features])]) for name, report in providers
    ]
    return Section("What the providers declare", Grid("feature", features, groups))


def _scenario(providers: Sequence[tuple[str, Report]], number: int) -> Section:
    first = providers[0][1].scenarios[number]
    shown = [
        (name, report.scenarios[number])
        for name, report in providers
        if any(column.refused is None for column in report.scenarios[number].columns)
    ]
    labels = _labels([column for _, result in shown for column in result.columns])
    groups = [
        Group(
            name if len(providers) > 1 else "",
            [(column.title, [_cell(column, label) for label in labels]) for column in result.columns],
        )
        for name, result in shown
    ]
    below = [first.note] if first.note else []
    for name, report in providers:
        below += _remarks(name, report, report.scenarios[number])
    return Section(first.title, Grid("messages", labels, groups), [first.story], below)


def _labels(columns: Sequence[Column]) -> list[str]:
    """Return the labels of all columns, each once: a label stands behind the one before it in its own column."""
    labels: list[str] = []
    for column in columns:
        position = 0
        for check in column.checks:
            if check.label not in labels:
                labels.insert(position, check.label)
            position = labels.index(check.label) + 1
    return labels


def _remarks(name: str, report: Report, result: ScenarioResult) -> Iterator[str]:
    """Yield what the provider says about features that it has in part, and about the columns that it has not."""
    for feature in result.features:
        if feature in report.reasons:
            yield f"{name}: {report.reasons[feature]}"
    refused: dict[str, list[str]] = {}
    for column in result.columns:
        if column.refused is not None:
            refused.setdefault(column.refused, []).append(column.title)
    for reason, columns in refused.items():
        which = "" if len(columns) == len(result.columns) else f" ({'; '.join(columns)})"
        yield f"n/a on {name}{which}: {reason}"


def _cell(column: Column, label: str) -> Cell:
    check = next((check for check in column.checks if check.label == label), None)
    if check is None:
        return Cell("" if column.refused is None else "n/a")
    return _number(check)


def _number(check: Check, remark: str = "") -> Cell:
    text = f"{check.value:,}{remark}"
    if check.expected is None:
        return Cell(text, Mark.FREE)
    if check.ok:
        return Cell(text, Mark.RIGHT)
    return Cell(text, Mark.WRONG, f"{check.expected:,}" if isinstance(check.expected, int) else check.expected)


def _summary(providers: Sequence[tuple[str, Report]], number: int) -> Section:
    """Return a grid with a row for each provider: how many checks held, and the headline of each column."""
    first = providers[0][1].scenarios[number]
    results = [report.scenarios[number] for _, report in providers]
    titles = [column.title for column in first.columns]
    columns = [(title, [_headline(result, position) for result in results]) for position, title in enumerate(titles)]
    checked = ("checks", [_checked(result) for result in results])
    return Section(first.title, Grid(first.headline, [name for name, _ in providers], [Group("", [checked, *columns])]))


def _checked(result: ScenarioResult) -> Cell:
    checks = [check for column in result.columns for check in column.checks if check.expected is not None]
    right = sum(check.ok for check in checks)
    if not checks:
        return Cell("n/a")
    return Cell(f"{right} of {len(checks)}", Mark.RIGHT if right == len(checks) else Mark.WRONG)


def _headline(result: ScenarioResult, position: int) -> Cell:
    column = result.columns[position]
    found = next((check for check in column.checks if check.label.startswith(result.headline)), None)
    if found is None:
        return Cell("n/a")
    return _number(found, found.label.removeprefix(result.headline))


def _verdict(comparison: Comparison) -> Cell:
    checks = comparison.checks
    failed = sum(not check.ok for check in checks)
    if failed:
        return Cell(f"{failed} of {len(checks)} checked numbers are not as expected.", Mark.WRONG)
    if not checks:
        return Cell("Nothing could be checked.")
    return Cell(f"All {len(checks)} checked numbers are as expected.", Mark.RIGHT)
