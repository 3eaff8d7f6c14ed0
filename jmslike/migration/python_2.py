"""Scripts for Jython, which are in Python 2: made ones of Python 3, line for line."""

from __future__ import annotations

from typing import Final

from fissix.pgen2.parse import ParseError
from fissix.pgen2.tokenize import TokenError
from fissix.refactor import RefactoringTool

_FIXES: Final = ("except", "exec", "ne", "numliterals", "print", "raise", "repr")
"""Those of syntax, none of which moves a line."""


def in_python_3(source: str) -> str:
    """Return the script with the syntax of Python 3. Raises SyntaxError for one that is no Python 2 either."""
    tool = RefactoringTool([f"fissix.fixes.fix_{name}" for name in _FIXES])
    try:
        return str(tool.refactor_string(f"{source.expandtabs()}\n", "script"))
    except (ParseError, TokenError) as error:
        raise SyntaxError(str(error)) from error
