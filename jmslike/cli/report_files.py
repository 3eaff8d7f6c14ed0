"""The files that a comparison is written to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from jmslike.compare.document import dumps, loads
from jmslike.compare.phrases import plural
from jmslike.compare.report import markdown, table
from jmslike.compare.results import Comparison
from jmslike.registry import how_to_install

MarkdownFile: TypeAlias = Annotated[
    Path | None, typer.Option("--markdown", help="Write the report to this file as well, as Markdown.")
]
HtmlFile: TypeAlias = Annotated[
    Path | None, typer.Option("--html", help="Write the report to this file as well, as one page with all plots.")
]
CsvFile: TypeAlias = Annotated[
    Path | None, typer.Option("--csv", help="Write all numbers to this file as well, a row for each.")
]


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """Paths for the forms of a report; None for one that is not asked for."""

    json: Path | None = None
    markdown: Path | None = None
    html: Path | None = None
    csv: Path | None = None

    def check(self, source: Path | None) -> None:
        """Refuse what cannot be written, or would overwrite the `source`, before anything is done."""
        paths: dict[Path, str] = {}
        for option, path in self._given():
            same = paths.setdefault(path.absolute(), option)
            if same != option:
                raise ValueError(f"{same} and {option} cannot both write {path}; name two files")
            _check_writable(path, source)
        if self.html is not None:
            _renderer()

    def write(self, comparison: Comparison) -> None:
        """Write all of them."""
        forms: dict[str, Callable[[Comparison], str]] = {
            "--json": dumps,
            "--markdown": markdown,
            "--html": lambda found: _renderer()(loads(dumps(found))),
            "--csv": table,
        }
        for option, path in self._given():
            path.write_text(forms[option](comparison), encoding="utf-8", errors="backslashreplace")
            reports = sum(bool(report.url) for report in comparison.reports)
            typer.echo(f"{plural(reports, 'report')} written to {path}", err=True)

    def _given(self) -> Iterator[tuple[str, Path]]:
        for option, path in (
            ("--json", self.json),
            ("--markdown", self.markdown),
            ("--html", self.html),
            ("--csv", self.csv),
        ):
            if path is not None:
                yield option, path


def _renderer() -> Callable[[Comparison], str]:
    """Return what makes the page. Raises ValueError if its libraries are not installed."""
    try:
        from jmslike.compare.report.page import render
    except ModuleNotFoundError as error:
        raise ValueError(f"--html needs {error.name}, which is not installed; {how_to_install('report')}") from error
    return render


def _check_writable(path: Path, source: Path | None) -> None:
    """Refuse a path that cannot be written, and the file that is read, before anything is sent."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {folder}")
    if path.is_dir():
        raise ValueError(f"cannot write {path}: it is a folder; name a file")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"cannot write {path}: permission denied")
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise ValueError(f"{path} is the file that is read; name another file for the report")
