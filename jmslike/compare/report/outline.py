"""The outline of a report: what it says, in which order, without how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jmslike.compare.report.answer import answer
from jmslike.compare.report.grid import Cell, Grid, Group, Mark
from jmslike.compare.report.limits import SAYS, limits
from jmslike.compare.report.measures import SPREAD, judged, measured, reach
from jmslike.compare.report.names import names
from jmslike.compare.report.played import Played, played
from jmslike.compare.report.section import Section
from jmslike.compare.report.words import summary
from jmslike.compare.results import Check, Column, Comparison, Report, ScenarioResult


@dataclass(frozen=True, slots=True)
class Outline:
    """All of a report. `answer` is what to choose for a flash sale, if that was played, and why; `words` are sentences
    on the other scenarios. `declarations` is what the providers declare; `summary` has a grid for each scenario.
    """

    answer: Sequence[Section]
    facts: Sequence[tuple[str, str]]
    declarations: Sequence[Section]
    scenarios: Sequence[Section]
    summary: Sequence[Section]
    words: Sequence[str]
    verdict: Cell


def outline(comparison: Comparison) -> Outline:
    """Return what there is to say about a comparison."""
    titles = names(comparison.reports)
    providers = [(name, report) for name, report in zip(titles, comparison.reports, strict=True) if report.url]
    scenarios = played(comparison)
    return Outline(
        answer(comparison),
        [*_facts(comparison), *((title, _provider(report)) for title, report in providers)],
        _declarations(providers),
        [_scenario(comparison, each) for each in scenarios],
        [_summary(each) for each in scenarios],
        summary(comparison),
        _verdict(comparison),
    )


def _facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    versions = {"platform": "unknown", "jmslike": "unknown", "python": "unknown", **comparison.versions}
    yield "Messages", comparison.source
    yield "Run", f"{comparison.date} on {comparison.host} ({versions['platform']})"
    yield "Software", f"jmslike {versions['jmslike']}, Python {versions['python']}"
    if any(column.measures for each in comparison.reports for result in each.scenarios for column in result.columns):
        yield "Measured", SPREAD


def _provider(report: Report) -> str:
    through = f" through {', '.join(report.clients)}" if report.clients else ""
    kept = "on disk" if report.durable else "in memory"
    return f"{report.url} ({report.product} {report.version}{through}; keeps messages {kept})"


def _declarations(providers: Sequence[tuple[str, Report]]) -> list[Section]:
    """Return what the providers declare of the features that the scenarios depend on, if there are such."""
    scenarios = [scenario for _, report in providers for scenario in report.scenarios]
    features = list(dict.fromkeys(feature for scenario in scenarios for feature in scenario.features))
    if not features:
        return []
    groups = [
        Group(name, [("", [Cell(report.capabilities.get(feature, "")) for feature in features])])
        for name, report in providers
    ]
    return [Section("What the providers declare", [Grid("feature", features, groups)])]


def _scenario(comparison: Comparison, scenario: Played) -> Section:
    first = scenario.result
    several = len(scenario.sides) > 1
    limit = limits(comparison.overhead)
    shown = [each for each in scenario.sides if any(column.refused is None for column in each.result.columns)]
    labels = _labels([column for each in shown for column in each.result.columns])
    groups = [
        Group(
            each.name if several else "",
            [(column.title, [_cell(column, label) for label in labels]) for column in each.result.columns],
        )
        for each in shown
    ]
    grids = [Grid("messages", labels, groups), *measured(shown, limit, named=several), *judged(comparison, scenario)]
    below = [first.note] if first.note else []
    if any(limit.explain(measure) for each in shown for column in each.result.columns for measure in column.measures):
        below.append(SAYS)
    below += reach(comparison, first.name)
    for each in scenario.sides:
        below += _remarks(each.name, each.report, each.result)
    return Section(first.title, grids, [first.story], below)


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


def _summary(scenario: Played) -> Section:
    """Return a grid with a row for each provider: how many checks held, and the headline of each column."""
    results = [each.result for each in scenario.sides]
    titles = dict.fromkeys(column.title for result in results for column in result.columns)
    columns = [(title, [_headline(result, title) for result in results]) for title in titles]
    checked = ("checks", [_checked(result) for result in results])
    first = scenario.result
    labels = [each.name for each in scenario.sides]
    return Section(first.title, [Grid(first.headline, labels, [Group("", [checked, *columns])])])


def _checked(result: ScenarioResult) -> Cell:
    checks = [check for column in result.columns for check in column.checks if check.expected is not None]
    right = sum(check.ok for check in checks)
    if not checks:
        return Cell("n/a")
    return Cell(f"{right} of {len(checks)}", Mark.RIGHT if right == len(checks) else Mark.WRONG)


def _headline(result: ScenarioResult, title: str) -> Cell:
    column = next((column for column in result.columns if column.title == title), None)
    if column is None:
        return Cell("")
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
