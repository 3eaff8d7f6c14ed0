"""`jmslike diff`: what changed between two runs of `jmslike compare`, beyond noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jmslike.cli.terminal import console
from jmslike.compare.document import BadDocumentError, loads
from jmslike.compare.phrases import plural
from jmslike.compare.redaction import shown
from jmslike.compare.report.quantities import factor
from jmslike.compare.results import Comparison
from jmslike.registry import how_to_install

if TYPE_CHECKING:
    from jmslike.compare.judgement.difference import Change, Difference, Fact

STYLES: Final = {"better": "green", "worse": "bold red"}


def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE.json", help="What --json wrote in the first run.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER.json", help="What it wrote in the second one.")],
) -> int:
    """Show what changed between two runs, beyond noise: settings, versions, counts, and what was measured.

    The exit code is 1 if a count or a measured value became worse.
    """
    try:
        from jmslike.compare.judgement.difference import differences
    except ModuleNotFoundError as error:
        raise ValueError(f"diff needs {error.name}, which is not installed; {how_to_install('report')}") from error
    old, new = _read(before), _read(after)
    found = differences(old, new)
    runs = [f"Before  {before}, of {old.date}", f"After   {after}, of {new.date}"]
    _show(found, map(shown, runs), console())
    return 1 if found.is_worse else 0


def _read(path: Path) -> Comparison:
    try:
        return loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadDocumentError(f"{path}: this is not UTF-8") from error
    except BadDocumentError as error:
        raise BadDocumentError(f"{path}: {error}") from error


def _show(found: Difference, runs: Iterable[str], console: Console) -> None:
    for line in runs:
        console.print(Text(line), highlight=False)
    _facts("What was different about the runs", found.facts, console)
    _facts("Counts that left what is expected, or came back to it", found.checks, console)
    _changes([change for change in found.changes if change.says in STYLES], console)
    console.print()
    for line in _summary(found):
        console.print(Text(line), highlight=False)


def _facts(title: str, facts: Sequence[Fact], console: Console) -> None:
    if facts:
        table = Table("", "before", "after", title=title, title_justify="left")
        for fact in facts:
            table.add_row(*map(Text, fact))
        console.print()
        console.print(table)


def _changes(changes: Sequence[Change], console: Console) -> None:
    if changes:
        table = Table("", "measure", "after through before", title="What changed beyond noise", title_justify="left")
        for change in changes:
            name = f"{change.measure}, {change.case}" if change.case else change.measure
            against = "" if change.against is None else f", through that of {change.against.column}"
            if change.against is not None and change.against.provider != change.place.provider:
                against += f" on {change.against.provider}"
            table.add_row(
                Text(str(change.place)),
                Text(f"{name}{against}"),
                Text(f"{_ratio(change.ratio, change.low, change.high)}: {change.says}", STYLES[change.says]),
            )
        console.print()
        console.print(table)


def _ratio(ratio: float | None, low: float | None, high: float | None) -> str:
    middle, least, most = ("unlimited" if number is None else factor(number) for number in (ratio, low, high))
    return f"{middle} ({least} to {most})"


def _summary(found: Difference) -> list[str]:
    measured = [change for change in found.changes if change.says != "too few repeats"]
    changed = [change for change in measured if change.says in STYLES]
    within = [change for change in measured if change.says not in (*STYLES, "no difference shown")]
    few = len(found.changes) - len(measured)
    lines = [f"{plural(len(measured), 'measured value')} and ratios compared, {len(changed):,} changed beyond noise."]
    if few:
        lines.append(
            f"Of {few:,} more nothing can be told: one of the runs has fewer than six repeats, or they differ too much."
        )
    if found.machine is None:
        lines.append("How much slower or faster the machine was is not known: not both runs measured it.")
    else:
        lines.append(f"The measuring costs {_ratio(*found.machine)} times what it cost by itself.")
    if within:
        lines.append(f"{len(within):,} changed by no more than that, and count as unchanged.")
    lines.append("Something became worse." if found.is_worse else "Nothing is shown to have become worse.")
    return lines
