"""The command `jmslike`.

Exit codes: 0 all is well; 1 a check failed, or fewer messages came than were asked for; 2 the command, a URL or a file
is wrong; 3 the provider cannot be reached, or refuses; 130 interrupted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without the extra `cli` say how to install it."""
    try:
        from jmslike.cli.app import make_app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        sys.exit(_say_what_is_missing(error.name))
    make_app()()


def _say_what_is_missing(module: str | None) -> int:
    sys.stderr.write(f"jmslike: the command needs {module}, which is not installed: pip install 'jmslike[cli]'\n")
    return 2
