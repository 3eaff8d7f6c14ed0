"""The comparison as tables on a terminal: one for each scenario, queue and topic side by side."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jmslike.compare.results import Check, Column, Comparison, Report, ScenarioResult


def show(comparison: Comparison, console: Console) -> None:
    """Print all of a comparison, and at the end whether all numbers were as expected."""
    console.print(f"Messages: {comparison.source}", highlight=False, markup=False)
    for report in comparison.reports:
        _show_report(report, console)
    checks = [
        check
        for report in comparison.reports
        for scenario in report.scenarios
        for column in scenario.columns
        for check in column.checks
    ]
    failed = sum(not check.ok for check in checks)
    console.print()
    if failed:
        console.print(f"[bold red]{failed} of {len(checks)} checked numbers are not as expected.[/]", highlight=False)
    else:
        console.print(f"[green]All {len(checks)} checked numbers are as expected.[/]", highlight=False)


def _show_report(report: Report, console: Console) -> None:
    console.print(f"Provider: {report.url} ({report.product} {report.version})", highlight=False, markup=False)
    for scenario in report.scenarios:
        console.print()
        console.print(_table(scenario, _Marks(console.encoding)))
        for column in scenario.columns:
            if column.unsupported is not None:
                console.print(f"{column.title}: {column.unsupported}", highlight=False, markup=False)


class _Marks:
    """The signs for right and wrong that the terminal can show."""

    def __init__(self, encoding: str) -> None:
        unicode = encoding.lower().startswith("utf")
        self.right, self.wrong = ("✓", "✗") if unicode else ("ok", "WRONG")


def _table(scenario: ScenarioResult, marks: _Marks) -> Table:
    features = "; ".join(f"{feature}: {level}" for feature, level in scenario.features.items())
    table = Table(
        title=f"[bold]{escape(scenario.title)}[/]\n{escape(scenario.story)}",
        caption=f"Declared: {escape(features)}",
        title_justify="left",
        caption_justify="left",
        title_style="",
    )
    table.add_column("messages")
    for column in scenario.columns:
        table.add_column(column.title, justify="right")
    for label in _labels(scenario):
        table.add_row(label, *(_cell(column, label, marks) for column in scenario.columns))
    return table


def _labels(scenario: ScenarioResult) -> list[str]:
    """Give the labels of all columns, each once, in their order."""
    return list(dict.fromkeys(check.label for column in scenario.columns for check in column.checks))


def _cell(column: Column, label: str, marks: _Marks) -> Text:
    check: Check | None = next((check for check in column.checks if check.label == label), None)
    if check is None:
        return Text("unsupported" if column.unsupported is not None else "", style="dim")
    if check.ok:
        return Text.assemble(f"{check.value:,} ", (marks.right, "green"))
    expected = f"{check.expected:,}" if isinstance(check.expected, int) else check.expected
    return Text.assemble(f"{check.value:,} ", (f"{marks.wrong} expected {expected}", "bold red"))
