"""`jmslike capabilities`: what a provider can do."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from jmslike import Capabilities, Level, Support
from jmslike.cli.terminal import console, reading_factory_for
from jmslike.compare.phrases import naming

STYLES = {Level.NATIVE: "green", Level.EMULATED: "green", Level.PARTIAL: "yellow", Level.UNSUPPORTED: "red"}


def capabilities(
    url: Annotated[str, typer.Argument(metavar="URL", help="Provider.")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Show which features of JMS a provider has, and how."""
    with naming(url), reading_factory_for(url).create_connection() as connection:
        found = connection.capabilities
    if as_json:
        typer.echo(json.dumps(_as_dict(found), indent=2, ensure_ascii=False))
    else:
        console().print(_table(found))


def _as_dict(found: Capabilities) -> dict[str, object]:
    features = {
        feature.name: {
            "meaning": feature.value,
            "level": support.level.value,
            "exceptions": dict(support.exceptions),
            "reason": support.reason,
        }
        for feature, support in found.features.items()
    }
    return {"product": found.product, "version": found.version, "features": features}


def _table(found: Capabilities) -> Table:
    table = Table(title=f"{found.product} {found.version}", title_justify="left")
    table.add_column("feature", no_wrap=True)
    table.add_column("support")
    table.add_column("note")
    for feature, support in found.features.items():
        level = Text(support.level.value, style=STYLES[support.level])
        table.add_row(Text(feature.value), level, Text(_note(support)))
    return table


def _note(support: Support) -> str:
    exceptions = [f"{name}: {reason}" for name, reason in support.exceptions.items()]
    return "\n".join([*exceptions, support.reason] if support.reason else exceptions)
