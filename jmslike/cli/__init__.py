"""The command `jmslike`.

Exit codes: 0 all is well; 1 a check failed, or fewer messages came than were asked for; 2 the command, a URL or a file
is wrong; 3 the provider cannot be reached, or refuses; 130 interrupted; 141 the reader of the output has gone.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from jmslike.registry import how_to_install

WRONG_USE = 2
PROVIDER_FAILED = 3
INTERRUPTED = 130
OUTPUT_CLOSED = 141
"""As for a program that SIGPIPE ends."""


def main() -> None:
    """Run the command line; without the extra `cli`, print how to install it."""
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run() -> None:
    if sys.stdout is None:
        sys.exit(_complain("the standard output is closed; to see nothing of it write >/dev/null"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a character is no error
    try:
        from jmslike.cli.app import make_app  # here, so that Ctrl-C while it loads ends with the same code
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.exit(_complain(f"the command needs {error.name}, which is not installed; {how_to_install('cli')}"))
    make_app()()


def _complain(reason: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"jmslike: {reason}\n")
    return WRONG_USE
