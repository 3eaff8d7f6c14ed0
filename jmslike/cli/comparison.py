"""`jmslike compare`: the same messages through a queue and through a topic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from jmslike.cli.report_files import CsvFile, HtmlFile, MarkdownFile, ReportFiles
from jmslike.cli.terminal import FILE_HELP, FORMAT, complain, console, factory_for, per_second, seconds, whole_number
from jmslike.compare import FileSource, Format, Plan, Source, provenance
from jmslike.compare import compare as play
from jmslike.compare.orders import Orders
from jmslike.compare.report import show
from jmslike.compare.runner import Step
from jmslike.compare.scenarios.known import BUILT_IN, known

PLAN: Final = Plan()
"""The settings without an option."""


def compare(
    context: typer.Context,
    file_and_urls: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE | URL",
            help=f"{FILE_HELP} Without it: generated orders. Then the providers to play on; without any: native://",
        ),
    ] = None,
    receivers: Annotated[
        int, typer.Option(parser=whole_number(1, 100), metavar="N", help="Receivers in each scenario.")
    ] = 3,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help=f"One of {', '.join(BUILT_IN)}, or one of another package; may be given several times."),
    ] = None,
    file_format: Annotated[Format | None, FORMAT] = None,
    repeats: Annotated[
        int, typer.Option(parser=whole_number(1), metavar="N", help="Rounds of the timed scenarios, at most.")
    ] = PLAN.repeats,
    seed: Annotated[
        int, typer.Option(parser=whole_number(0), metavar="N", help="The dice of the timed scenarios.")
    ] = PLAN.seed,
    run: Annotated[
        float, typer.Option(parser=seconds, metavar="SECONDS", help="How long a throughput is measured.")
    ] = PLAN.run,
    rate: Annotated[
        float, typer.Option(parser=per_second, metavar="N", help="Messages a second at which latency is measured.")
    ] = PLAN.rate,
    window: Annotated[
        int,
        typer.Option(parser=whole_number(1), metavar="N", help="Messages on their way when throughput is measured."),
    ] = PLAN.window,
    processes: Annotated[
        bool, typer.Option("--processes", help="Let the receivers of timed runs be processes of their own.")
    ] = PLAN.processes,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file as well.")] = None,
    markdown_file: MarkdownFile = None,
    html_file: HtmlFile = None,
    csv_file: CsvFile = None,
) -> int:
    """Send the same messages through a queue and through a topic, on each URL, and check every number.

    The exit code is 1 if a number is wrong.
    """
    names = list(known(scenario, complain))
    plan = Plan(receivers, repeats, seed, rate, run=run, window=window, processes=processes)
    file, urls = _told_apart(file_and_urls or [])
    for url in urls:
        factory_for(url)
    if file is None and file_format is not None:
        raise ValueError("--format describes a FILE, and there is none; name the file")
    source: Source = Orders() if file is None else FileSource(file, file_format)
    files = ReportFiles(json_file, markdown_file, html_file, csv_file)
    files.check(file)
    with _progress() as progress:
        task = progress.add_task("", total=None)

        def show_step(step: Step, sent: int) -> None:
            progress.update(task, description=str(step), completed=step.number - 1, total=step.of)

        command = provenance.command(context.obj)
        comparison = play(urls, source, plan=plan, scenarios=names, progress=show_step, command=command)
    show(comparison, console())
    files.write(comparison)
    return 0 if comparison.passed else 1


def _told_apart(words: list[str]) -> tuple[Path | None, list[str]]:
    """Return the file and the URLs, which have a `://`."""
    urls = [word for word in words if "://" in word]
    files = [word for word in words if "://" not in word]
    if len(files) > 1:
        raise ValueError(f"give one FILE, not {len(files)}: {', '.join(files)} (a URL holds ://)")
    return Path(files[0]) if files else None, urls or ["native://"]


def _progress() -> Progress:
    errors = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
