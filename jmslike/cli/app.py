"""All commands in one, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from jmslike import InvalidDestinationError, InvalidSelectorError, JMSError, UnsupportedFeatureError
from jmslike.cli import (
    INTERRUPTED,
    OUTPUT_CLOSED,
    PROVIDER_FAILED,
    WRONG_USE,
    check,
    comparison,
    differences,
    doctor,
    features,
    messages,
    operations,
    port,
    report,
    run,
)
from jmslike.cli.terminal import complain
from jmslike.compare.redaction import Redactor
from jmslike.options import is_of_a_setting

GROUP: Final = "jmslike.commands"
"""The entry points that add commands: a `typer.Typer` (a group of them) or a function, under the entry point's name."""


class Commands(TyperGroup):
    """The group of all commands. A command returns its exit code, or None for 0, and raises its errors.

    The object of its context is the list of the words of the command line.
    """

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run, and exit. An error is printed in one line on the standard error output."""
        given = args[0] if args else kwargs.pop("args", None)
        words = sys.argv[1:] if given is None else list(given)
        try:
            code = super().main(words, **{**kwargs, "standalone_mode": False, "obj": words})
        except (KeyboardInterrupt, typer.Abort):
            sys.exit(INTERRUPTED)
        except SystemExit as end:
            if isinstance(end.__context__, BrokenPipeError):  # typer and rich end with 1, which means something here
                sys.exit(OUTPUT_CLOSED)
            raise
        except Exception as error:
            code = exit_code(error)
            if code is None:
                raise
            complain(Redactor(words).text("".join([_reason(error), *_notes(error)])))
        sys.exit(code)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; if it is interrupted, print what it had done."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as end:
            if _notes(end):
                complain(Redactor(ctx.obj).text("".join(["interrupted", *_notes(end)])))
            raise


def exit_code(error: Exception) -> int | None:
    """Return the exit code for an error; None for one that neither the user nor the provider caused."""
    if isinstance(error, (InvalidDestinationError, InvalidSelectorError, UnsupportedFeatureError)):
        return WRONG_USE
    if isinstance(error, JMSError):
        return WRONG_USE if is_of_a_setting(error) else PROVIDER_FAILED
    if isinstance(error, (ValueError, OSError)) or hasattr(error, "format_message"):  # the latter is typer's
        return WRONG_USE
    return None


def _notes(error: BaseException) -> list[str]:
    """Return what was added to an error: what was done before it."""
    return getattr(error, "__notes__", [])


def _reason(error: Exception) -> str:
    """Return what is wrong; for an error of typer in the form of ours, with the command whose help to read."""
    if isinstance(error, OSError) and error.filename is None and error.strerror:  # of no file that has a name
        return f"what the command prints cannot be written: {error.strerror}"
    if not hasattr(error, "format_message"):
        return str(error)
    text = str(error.format_message()).rstrip(".")
    context = getattr(error, "ctx", None)
    advice = f"; see: {context.command_path} --help" if context else ""
    return f"{text[:1].lower()}{text[1:]}{advice}"


def make_app() -> typer.Typer:
    """Return the command line with the commands of this package and those that others add."""
    app = typer.Typer(
        cls=Commands,
        add_completion=False,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    app.command("compare")(comparison.compare)
    app.command("report")(report.report)
    app.command("diff")(differences.diff)
    app.command("send")(messages.send)
    app.command("receive")(messages.receive)
    app.command("browse")(messages.browse)
    app.command("run")(run.run)
    app.command("port")(port.port)
    app.command("count")(operations.count)
    app.command("move")(operations.move)
    app.command("copy")(operations.copy)
    app.command("purge")(operations.purge)
    app.command("retry")(operations.retry)
    app.command("capabilities")(features.capabilities)
    app.command("check")(check.check_programs)
    app.command("doctor")(doctor.doctor)
    for entry in entry_points(group=GROUP):
        try:
            command = entry.load()
        except Exception as error:  # the other commands work without a broken package
            complain(f"the command {entry.name!r} of {entry.value} cannot be loaded: {error}")
            continue
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=entry.name)
        else:
            app.command(entry.name)(command)
    return app


def _root(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """JMS for Python: compare queues with topics, and send, receive and look at messages.

    Exit codes: 0 all is well; 1 a check failed, or fewer messages came than asked for; 2 the command, a URL or a file
    is wrong; 3 the provider cannot be reached, or refuses; 130 interrupted; 141 the reader of the output has gone.
    """
    if version:
        typer.echo(f"jmslike {doctor.version_of('jmslike')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(WRONG_USE)
