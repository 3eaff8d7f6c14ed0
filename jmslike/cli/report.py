"""`jmslike report`: a comparison again, from its file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jmslike.cli.report_files import CsvFile, HtmlFile, MarkdownFile, ReportFiles
from jmslike.cli.terminal import console
from jmslike.compare.document import loads
from jmslike.compare.report import show


def report(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `jmslike compare --json` has written.")],
    markdown_file: MarkdownFile = None,
    html_file: HtmlFile = None,
    csv_file: CsvFile = None,
) -> None:
    """Show a comparison again, and write its report, as `jmslike compare` does; nothing is sent and nothing computed.

    The same file gives the same report, byte for byte, with the same versions of the libraries that draw it.
    """
    files = ReportFiles(markdown=markdown_file, html=html_file, csv=csv_file)
    files.check(file)
    try:
        comparison = loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
    show(comparison, console())
    try:
        files.write(comparison)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
