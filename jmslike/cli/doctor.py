"""`jmslike doctor`: what is installed, and which providers answer."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, entry_points, version
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from jmslike import JMSError
from jmslike.cli.terminal import NATIVE_NOTE, console
from jmslike.compare.provenance import requirements
from jmslike.compare.redaction import Redactor
from jmslike.connection import Connection
from jmslike.locating import Using
from jmslike.registry import GROUP, Provider, how_to_install, load, resolve
from jmslike.settings import Settings
from jmslike.url import without_secrets

EXTRAS: Final = ("stomp", "amqp", "kafka", "jvm", "cli", "report", "formats", "migration")
"""The extras that are for users, not for contributors."""


def doctor(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Providers to try.")] = None,
) -> int:
    """Show what is installed, try each URL, and say what to do about errors.

    The exit code is 3 if a URL does not answer; a client library that is not installed is no error. For failover: one
    of the hosts has to answer, and each is shown.
    """
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, state, fine in [*_installed(), *_transports()]:
        table.add_row(name, Text(state, style="" if fine else "yellow"))
    failures = 0
    for url in urls or ["native://"]:
        for number, (name, state, fine) in enumerate(_answers(url)):
            failures += not fine and not number
            table.add_row(name, Text(state, style="green" if fine else "bold red"))
    console().print(table)
    return 3 if failures else 0


def version_of(distribution: str) -> str | None:
    """Return the installed version of a distribution, or None."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _installed() -> Iterator[tuple[str, str, bool]]:
    yield "Python", f"{platform.python_version()} on {platform.platform(terse=True)}", True
    yield "jmslike", version_of("jmslike") or "not installed as a package: pip install . in a checkout", True
    for extra, distribution in requirements("jmslike"):
        if extra not in EXTRAS:
            continue
        found = version_of(distribution)
        missing = f"not installed; {how_to_install(extra)}"
        yield f"{distribution} (extra {extra})", found or missing, found is not None


def _transports() -> Iterator[tuple[str, str, bool]]:
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            factory = load(entry)
            uses = f", {factory.uses()}" if isinstance(factory, Using) else ""
        except Exception as error:  # the doctor reports any failure of a transport
            yield f"{entry.name}://", str(error), False
        else:
            yield f"{entry.name}://", f"ready ({entry.value}{uses})", True


def _answers(url: str) -> Iterator[tuple[str, str, bool]]:
    """Try the URL, and then each URL inside it, as the user of the whole."""
    redactor = Redactor([url])
    try:
        provider = resolve(url, {})
    except JMSError as error:
        yield without_secrets(url), f"does not answer: {redactor.text(str(error))}", False
    else:
        settings = provider.settings
        yield without_secrets(url), *_answer(provider, settings, redactor)
        for target in provider.targets:
            yield f"  {target.url}", *_answer(target, settings, redactor)


def _answer(provider: Provider, settings: Settings, redactor: Redactor) -> tuple[str, bool]:
    try:
        place = provider.locate()
        if place.missing:
            return f"does not answer: {place.missing}", False
        transport = provider.transport(settings.user_name, settings.password)
        with Connection(transport, provider.settings) as connection:
            found = connection.capabilities
    except JMSError as error:
        return f"does not answer: {redactor.text(str(error))}", False
    note = f"; {NATIVE_NOTE}" if place.ends_with_process else ""
    return f"answers: {found.product} {found.version}{note}", True
