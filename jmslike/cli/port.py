"""`jmslike port`: a draft in Python of a Java program."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

from jmslike.cli.terminal import complain
from jmslike.compare.phrases import plural


class Names(enum.StrEnum):
    """Whose names a draft has."""

    JAVA = "java"
    PYTHON = "python"


def port(
    file: Annotated[Path, typer.Argument(metavar="FILE.java", help="The program.")],
    style: Annotated[Names, typer.Option(help="Java's names, of jmslike.java, or Python's.")] = Names.JAVA,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.py", help="A new file, instead of standard output.")
    ] = None,
) -> None:
    """Write a first draft in Python of a Java program that uses JMS.

    Each line names the line of Java that it comes from. What is not translated is a comment that begins with TODO, and
    raises NotImplementedError when it is reached. The program is neither compiled nor run.
    """
    from jmslike.migration.reading import refusals_of  # here, as no other command needs it

    with refusals_of(file):
        from jmslike.migration.java_program import JavaProgram
        from jmslike.migration.porting.draft import draft_of, open_lines

        draft = draft_of(JavaProgram.read(file), style.value)
    if output is None:
        typer.echo(draft, nl=False)
    else:
        try:
            with output.open("x", encoding="utf-8") as new:
                new.write(draft)
        except FileExistsError as error:
            raise ValueError(f"{output} is there already, and was left as it is: name another file") from error
    unfinished = open_lines(draft)
    if unfinished:
        complain(f"{plural(unfinished, 'place')} of {file} to finish by hand: look for TODO in the draft")
