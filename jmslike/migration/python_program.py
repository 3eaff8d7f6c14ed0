"""Programs in Python, in the names of jmslike or in those of Java, as Jython scripts and `jmslike.java` have them.

What comes from another file has no type.
"""

from __future__ import annotations

import ast
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

from jmslike.errors import JMSError
from jmslike.migration.calls import Call
from jmslike.migration.python_constants import constants_of
from jmslike.migration.python_reader import PythonReader
from jmslike.migration.python_scope import Findings


class PythonProgram:
    """A file that was parsed, and never imported."""

    def __init__(self, source: str, tree: ast.Module) -> None:
        findings, constants, in_seconds = Findings(), constants_of(tree), _has_our_names(tree)
        for _ in range(2):  # the second reading knows what stands below its use
            reader = PythonReader(source, constants, findings, in_seconds=in_seconds)
            reader.visit(tree)
        self._calls = sorted(reader.calls, key=lambda call: call.line)

    @classmethod
    def read(cls, path: Path) -> PythonProgram:
        """Read a file in Python 3, or a script in Python 2.

        Raises JMSError, with the line, for another file; OSError; ModuleNotFoundError without what reads Python 2.
        """
        try:
            with tokenize.open(path) as file:
                source = file.read()
            return cls(*_parsed(source))
        except SyntaxError as error:
            where = "" if error.lineno is None else f"line {error.lineno}: "
            raise JMSError(f"{path} cannot be read as Python: {where}{error.msg}") from error
        except (ValueError, RecursionError) as error:
            raise JMSError(f"{path} cannot be read as Python: {error}") from error

    def calls(self) -> Iterator[Call]:
        """See Program.calls."""
        return iter(self._calls)

    def annotations(self) -> Iterator[Call]:
        """See Program.annotations. The decorators of Python are calls."""
        return iter(())


def _parsed(source: str) -> tuple[str, ast.Module]:
    """Return the source and its tree: of a script in Python 2, those of the same in Python 3."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are about the program's own text
        try:
            return source, ast.parse(source)
        except SyntaxError as error:
            try:
                from jmslike.migration.python_2 import in_python_3

                changed = in_python_3(source)
                return changed, ast.parse(changed)
            except SyntaxError:
                raise error from None


def _has_our_names(tree: ast.Module) -> bool:
    """Whether the program imports the names of `jmslike`, not those of Java."""
    return any(module in ("jmslike", "jmslike.aio") for node in ast.walk(tree) for module in _imported(node))


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
