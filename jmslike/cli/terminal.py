"""URLs and the terminal, for all commands."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import typer
from rich.console import Console

from jmslike import ConnectionFactory, JMSError
from jmslike.compare import Format
from jmslike.compare.redaction import shown
from jmslike.operating.providers import refuse_missing
from jmslike.registry import resolve

NATIVE_NOTE: Final = "native://NAME is the memory of one process: here it is new and empty, good for a trial only"
FILE_HELP: Final = "Messages: CSV with a header, JSON lines, or one a line; - for the standard input."
WIDTH_OF_A_FILE: Final = 120


def whole_number(least: int, most: int | None = None) -> Callable[[str | int], int]:
    """Return the parser of an option that is a whole number within these bounds."""
    bounds = f"{least} or more" if most is None else f"{least} to {most}"

    def parse(value: str | int) -> int:
        with suppress(ValueError):
            number = int(value)
            if least <= number and (most is None or number <= most):
                return number
        raise typer.BadParameter(f"{str(value)!r} is not a whole number of {bounds}")

    return parse


def seconds(value: str | float) -> float:
    """Parse an option that is a time."""
    with suppress(ValueError):
        number = float(value)
        if 0 <= number < float("inf"):
            return number
    raise typer.BadParameter(f"{str(value)!r} is not a number of seconds, 0 or more")


def per_second(value: str | float) -> float:
    """Parse an option that is a rate."""
    with suppress(ValueError):
        number = float(value)
        if 0 < number < float("inf"):
            return number
    raise typer.BadParameter(f"{str(value)!r} is not a number of messages a second, more than 0")


def file_format(value: str) -> Format:
    """Parse an option that is the format of a file."""
    with suppress(ValueError):
        return Format(value)
    raise typer.BadParameter(f"{value!r} is not one of {', '.join(Format)}")


FORMAT: Final = typer.Option(
    "--format",
    parser=file_format,
    metavar="|".join(Format),
    help="What the file is; without it, its content decides.",
)


def factory_for(url: str) -> ConnectionFactory:
    """Make the factory. Raises ValueError for a wrong URL, which is the user's error and not the provider's."""
    try:
        resolve(url, {}).transport(None, None)  # the transport checks its options; nothing is connected
        return ConnectionFactory(url)
    except JMSError as error:
        raise ValueError(str(error)) from error


def reading_factory_for(url: str) -> ConnectionFactory:
    """As `factory_for`, for a command that sends nothing. Raises ValueError also for a place that connecting makes."""
    factory = factory_for(url)
    try:
        refuse_missing(url)
    except JMSError as error:
        raise ValueError(str(error)) from error
    return factory


def is_terminal() -> bool:
    """Whether the standard output is a terminal."""
    return sys.stdout.isatty()


def is_interactive() -> bool:
    """Whether a user can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def show(text: str, end: str = "\n") -> None:
    """Print a text that a message or a provider brought: as it is, but on a terminal without what acts on it."""
    if is_terminal():
        text = "\n".join(map(shown, text.split("\n")))
    typer.echo(f"{text}{end}", nl=False, color=True)  # else colours are taken out of what is no terminal's


def complain(reason: str) -> None:
    """Print an error in one line."""
    typer.echo(f"jmslike: {' '.join(reason.split())}", err=True)


def console() -> Console:
    """Return the console on the standard output; lines are wide if that is a file."""
    fixed = None if is_terminal() or "COLUMNS" in os.environ else WIDTH_OF_A_FILE
    return Console(width=fixed)


@contextmanager
def reporting(logger: str) -> Iterator[None]:
    """Print the warnings and errors of a logger, each in one line."""
    handler = _Complaints(logging.WARNING)
    logging.getLogger(logger).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(logger).removeHandler(handler)


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        complain(record.getMessage())


@contextmanager
def interruptions() -> Iterator[threading.Event]:
    """Have the first Ctrl-C set an event, so that what is being done is done to its end; the second ends it at once."""
    interruption = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if before is not signal.default_int_handler or not is_main:  # a process in the background may ignore it
        yield interruption
        return

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        interruption.set()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield interruption
    finally:
        signal.signal(signal.SIGINT, before)
