"""`jmslike check`: what becomes of the calls of a program on a provider."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jmslike import JMSError
from jmslike.capabilities import Expectation, Expecting, Level
from jmslike.cli.features import STYLES
from jmslike.cli.terminal import complain, console, factory_for
from jmslike.compare.phrases import naming, plural
from jmslike.compare.redaction import shown
from jmslike.registry import resolve
from jmslike.url import without_secrets

if TYPE_CHECKING:
    from jmslike.migration.check import Check, Checked, Finding
    from jmslike.migration.verdicts import Reason

_WORDS: Final = {
    Level.NATIVE: "native",
    Level.EMULATED: "emulated",
    Level.PARTIAL: "in part",
    Level.UNSUPPORTED: "no",
}

_LONGEST: Final = 120
"""Characters of a call; annotations contain others, and calls whole listeners."""


def check_programs(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="Programs: .java and .py.")],
    url: Annotated[str, typer.Option(metavar="URL", help="The provider to move to.")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> int:
    """List the JMS calls of programs, and what becomes of each on a provider.

    It reads Java, and Python in Java's names or ours; it neither imports nor runs the programs. It asks no provider,
    unless only a connection tells what the provider can do. The exit code is 1 if a call will work in part or not, and
    2 if a program cannot be read.
    """
    from jmslike.migration.check import Check, as_dict, check  # here, as no other command needs it
    from jmslike.migration.reading import files_of

    provider = _expectation_of(url)
    programs, refusals = [], 0
    for path in files_of(paths):
        try:
            programs.append(check(path, provider.capabilities))
        except ValueError as error:  # the others are checked all the same
            complain(str(error))
            refusals += 1
    found = Check(provider, tuple(programs))
    if as_json:
        typer.echo(json.dumps(as_dict(found, without_secrets(url)), indent=2, ensure_ascii=False))
    else:
        _print(found, console())
    return 2 if refusals else int(not found.works)


def _expectation_of(url: str) -> Expectation:
    """Return what the provider can do: as its URL says, or else as a connection declares."""
    factory = factory_for(url)
    expected = _without_connection(url)
    if expected is not None:
        return expected
    try:
        with naming(url), factory.create_connection() as connection:
            return Expectation(connection.capabilities)
    except JMSError as error:
        if re.search("stomps?://", url):
            error.add_note("; the URL does not say which broker it is: start the broker, or add ?dialect=")
        raise


def _without_connection(url: str) -> Expectation | None:
    transport = resolve(url, {}).transport(None, None)
    try:
        return transport.expected() if isinstance(transport, Expecting) else None
    except JMSError as error:
        raise ValueError(str(error)) from error


# ---- the text -------------------------------------------------------------------------------------------------------


def _print(found: Check, out: Console) -> None:
    with_calls = [program for program in found.programs if program.findings or program.unknown]
    notes = _Notes()
    for program in with_calls:
        _line(out, str(program.path))
        out.print(_table(program, notes))
        for call in program.unknown:
            _line(out, f"  line {call.line}: the type of the object is unknown: {call.text}")
    for number, (text, page) in enumerate(notes.found, 1):
        _line(out, f"[{number}] {text} ({page})")
    for line in _summary(found, len(with_calls)):
        _line(out, line)


def _line(out: Console, text: str) -> None:
    out.print(Text(shown(text)), soft_wrap=True)


class _Notes:
    """The reasons of all calls, numbered, as many calls have the same."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def of(self, finding: Finding) -> Iterator[str]:
        """Return a line for each note on a call."""
        if finding.is_assumed:
            yield "type unknown, but only JMS has this method"
        plain = [self._number(reason) for reason in finding.verdict.reasons if not reason.condition]
        if plain:
            yield " ".join(dict.fromkeys(plain))
        for reason in finding.verdict.reasons:
            if reason.condition:
                yield f"{reason.condition}: {self._number(reason)}"
        if finding.verdict.page and not finding.verdict.reasons:
            yield finding.verdict.page

    def _number(self, reason: Reason) -> str:
        note = (reason.text, reason.page)
        if note not in self.found:
            self.found.append(note)
        return f"[{self.found.index(note) + 1}]"


def _table(program: Checked, notes: _Notes) -> Table:
    table = Table()
    table.add_column("line", justify="right", no_wrap=True)
    table.add_column("call", overflow="fold", ratio=3)
    table.add_column("works", no_wrap=True)
    table.add_column("notes", overflow="fold", ratio=2)
    for finding in program.findings:
        level = finding.verdict.level
        table.add_row(
            str(finding.call.line),
            Text(shown(_shortened(finding.call.text))),
            Text(_WORDS[level], style=STYLES[level]),
            Text("\n".join(map(shown, notes.of(finding)))),
        )
    return table


def _shortened(call: str) -> str:
    """Return the beginning and the end of a long call: the calls of a chain begin alike."""
    half = (_LONGEST - len(" ... ")) // 2
    return call if len(call) <= _LONGEST else f"{call[:half].rstrip()} ... {call[-half:].lstrip()}"


def _summary(found: Check, with_calls: int) -> Iterator[str]:
    capabilities = found.provider.capabilities
    product = f"{capabilities.product} {capabilities.version}".strip()
    if found.provider.assumption:
        yield f"Not asked, but assumed: {found.provider.assumption}."
    for feature, why in found.besides:
        yield f"Also know of {product}: {feature.value}: {why}"
    levels = ", ".join(f"{found.levels[level]} {_WORDS[level]}" for level in Level if found.levels[level])
    total = plural(found.levels.total(), "call")
    yield f"{plural(with_calls, 'program')} with {total} of JMS on {product}: {levels or 'nothing to say'}."
    if found.unknown:
        yield f"Of {plural(found.unknown, 'other call')} the type is unknown: look at them yourself."
    without = len(found.programs) - with_calls
    if without:
        yield f"{plural(without, 'program')} without a call of JMS."
