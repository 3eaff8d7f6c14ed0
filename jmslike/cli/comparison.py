"""`jmslike compare`: the same messages through a queue and through a topic."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from jmslike.cli.terminal import FILE_HELP, FORMAT, complain, console, factory_for, whole_number
from jmslike.compare import FileSource, Format, Plan, Source, provenance
from jmslike.compare import compare as play
from jmslike.compare.document import dumps
from jmslike.compare.orders import Orders
from jmslike.compare.phrases import plural
from jmslike.compare.report import markdown, show
from jmslike.compare.results import Comparison
from jmslike.compare.runner import Step
from jmslike.compare.scenarios.known import BUILT_IN, known


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
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all numbers to this file as well.")] = None,
    markdown_file: Annotated[
        Path | None, typer.Option("--markdown", help="Write the report to this file as well, as Markdown.")
    ] = None,
) -> int:
    """Send the same messages through a queue and through a topic, on each URL, and check every number.

    The exit code is 1 if a number is wrong.
    """
    names = list(known(scenario, complain))
    file, urls = _told_apart(file_and_urls or [])
    for url in urls:
        factory_for(url)
    if file is None and file_format is not None:
        raise ValueError("--format describes a FILE, and there is none; name the file")
    source: Source = Orders() if file is None else FileSource(file, file_format)
    if json_file is not None and json_file == markdown_file:
        raise ValueError(f"--json and --markdown cannot both write {json_file}; name two files")
    for path in (json_file, markdown_file):
        if path is not None:
            _check_writable(path, file)
    with _progress() as progress:
        task = progress.add_task("", total=None)

        def show_step(step: Step, sent: int) -> None:
            progress.update(task, description=str(step), completed=step.number - 1, total=step.of)

        plan = Plan(receivers=receivers)
        command = provenance.command(context.obj)
        comparison = play(urls, source, plan=plan, scenarios=names, progress=show_step, command=command)
    show(comparison, console())
    if json_file is not None:
        _write(json_file, dumps(comparison), comparison)
    if markdown_file is not None:
        _write(markdown_file, markdown(comparison), comparison)
    return 0 if comparison.passed else 1


def _write(path: Path, text: str, comparison: Comparison) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    typer.echo(f"{plural(len(comparison.reports), 'report')} written to {path}", err=True)


def _told_apart(words: list[str]) -> tuple[Path | None, list[str]]:
    """Return the file and the URLs, which have a `://`."""
    urls = [word for word in words if "://" in word]
    files = [word for word in words if "://" not in word]
    if len(files) > 1:
        raise ValueError(f"give one FILE, not {len(files)}: {', '.join(files)} (a URL holds ://)")
    return Path(files[0]) if files else None, urls or ["native://"]


def _check_writable(path: Path, messages: Path | None) -> None:
    """Refuse a path that cannot be written, and the file of the messages itself, before anything is sent."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {folder}")
    if path.is_dir():
        raise ValueError(f"cannot write {path}: it is a folder; name a file")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"cannot write {path}: permission denied")
    if messages is not None and path.exists() and messages.exists() and path.samefile(messages):
        raise ValueError(f"{path} holds the messages; name another file for the numbers")


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
