"""The comparison as tables on a terminal: one for each scenario, queue and topic, and all providers, side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from jmslike.compare.results import Check, Column, Comparison, Report


@dataclass(frozen=True, slots=True)
class _Provider:
    """A provider's report, and the lines that mark its columns: none if there is one provider only."""

    report: Report
    marks: Sequence[str] = ()

    @property
    def sign(self) -> str:
        """The mark that stands for the provider."""
        return f"{self.marks[0]} " if self.marks else ""

    def title(self, column: Column) -> str:
        """Return the heading of a column, in short lines where there are many columns."""
        return "\n".join([*self.marks, *column.title.split()]) if self.marks else column.title


def show(comparison: Comparison, console: Console) -> None:
    """Print all of a comparison, and at the end whether all numbers were as expected."""
    _say(console, f"Messages: {comparison.source}")
    groups = _groups(comparison, console)
    for group in groups:
        for provider in group:
            _say(console, _introduction(provider))
        console.print(_declarations(group))
    if comparison.durability_differs:
        console.print(
            "[yellow]The runs differ in durability: compare their counts, not their speed.[/]",
            highlight=False,
        )
    signs = _Signs(console.encoding)
    for number in range(len(comparison.reports[0].scenarios)):
        for group in groups:
            console.print()
            console.print(_table(group, number, signs))
            for line in _refusals(group, number):
                _say(console, line)
    checks = [
        check
        for report in comparison.reports
        for scenario in report.scenarios
        for column in scenario.columns
        for check in column.checks
        if check.expected is not None
    ]
    failed = sum(not check.ok for check in checks)
    console.print()
    if failed:
        console.print(f"[bold red]{failed} of {len(checks)} checked numbers are not as expected.[/]", highlight=False)
    else:
        console.print(f"[green]All {len(checks)} checked numbers are as expected.[/]", highlight=False)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False)


def _groups(comparison: Comparison, console: Console) -> list[list[_Provider]]:
    """Return the providers that share a table: all, or each one alone if the terminal is too narrow."""
    if len(comparison.reports) == 1:
        return [[_Provider(comparison.reports[0])]]
    providers = []
    for number, report in enumerate(comparison.reports, 1):
        durability = ["durable" if report.durable else "memory"] if comparison.durability_differs else []
        providers.append(_Provider(report, [f"({number})", *durability]))
    scenarios = range(len(comparison.reports[0].scenarios))
    tables = [_table(providers, number, _Signs(console.encoding)) for number in scenarios]
    unlimited = console.options.update(max_width=sys.maxsize)
    fits = all(Measurement.get(console, unlimited, table).maximum <= console.width for table in tables)
    return [providers] if fits else [[provider] for provider in providers]


def _introduction(provider: _Provider) -> str:
    report = provider.report
    kept = "through a restart" if report.durable else "in memory"
    return f"Provider: {provider.sign}{report.url} ({report.product} {report.version}; keeps messages {kept})"


def _declarations(group: Sequence[_Provider]) -> Table:
    """Show what the providers declare for the features that the scenarios depend on."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("Declares")
    for provider in group:
        table.add_column(provider.sign)
    reports = [provider.report for provider in group]
    for feature in dict.fromkeys(feature for scenario in reports[0].scenarios for feature in scenario.features):
        table.add_row(Text(f"  {feature}"), *(report.capabilities[feature] for report in reports))
    return table


class _Signs:
    """The signs for right and wrong that the terminal can show."""

    def __init__(self, encoding: str) -> None:
        unicode = encoding.lower().startswith("utf")
        self.right, self.wrong = ("✓", "✗") if unicode else ("ok", "WRONG")


def _table(group: Sequence[_Provider], number: int, signs: _Signs) -> Table:
    scenario = group[0].report.scenarios[number]
    table = Table(
        title=f"[bold]{escape(scenario.title)}[/]\n{escape(scenario.story)}",
        caption=escape(scenario.note) or None,
        title_justify="left",
        caption_justify="left",
        title_style="",
    )
    table.add_column("messages")
    columns = [(provider, column) for provider in group for column in provider.report.scenarios[number].columns]
    lines = max(provider.title(column).count("\n") for provider, column in columns)
    for provider, column in columns:
        title = provider.title(column)
        table.add_column(Text(title + "\n" * (lines - title.count("\n"))), justify="right")
    for label in _labels([column for _, column in columns]):
        table.add_row(label, *(_cell(column, label, signs) for _, column in columns))
    return table


def _labels(columns: Sequence[Column]) -> list[str]:
    """Return the labels of all columns, each once, in their order."""
    return list(dict.fromkeys(check.label for column in columns for check in column.checks)) or [""]


def _cell(column: Column, label: str, signs: _Signs) -> Text:
    check: Check | None = next((check for check in column.checks if check.label == label), None)
    if check is None:
        return Text("" if column.refused is None else "refused", style="dim")
    if check.expected is None:
        return Text(f"{check.value:,}  ", style="dim")
    if check.ok:
        return Text.assemble(f"{check.value:,} ", (signs.right, "green"))
    expected = f"{check.expected:,}" if isinstance(check.expected, int) else check.expected
    return Text.assemble(f"{check.value:,} ", (f"{signs.wrong} expected {expected}", "bold red"))


def _refusals(group: Sequence[_Provider], number: int) -> Iterator[str]:
    for provider in group:
        for column in provider.report.scenarios[number].columns:
            if column.refused is not None:
                yield f"{provider.sign}{column.title}: refused: {column.refused}"
