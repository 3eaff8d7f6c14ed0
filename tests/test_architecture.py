"""Rules for each module by itself: how long it is, what has to be installed for it, where it speaks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("jmslike", "jmslike_transports", "native_engine")
FOLDERS = ("jmslike", "transports/jmslike_transports", "native_engine")
SOURCES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
TESTS = sorted(path for folder in ("tests", "benchmarks") for path in (ROOT / folder).rglob("*.py"))
MOST_LINES = 400
MOST_LINES_OF_TESTS = 500
FOR_TERMINALS = (ROOT / "jmslike" / "cli", ROOT / "jmslike" / "compare")


def every(sources: list[Path]) -> pytest.MarkDecorator:
    """Run the test for each of the files."""
    return pytest.mark.parametrize("path", sources, ids=lambda path: str(path.relative_to(ROOT)))


def test_import_needs_no_extra() -> None:
    """`import jmslike` loads the standard library and the project only."""
    script = (
        "import sys; before = set(sys.modules); import jmslike, jmslike_transports.native\n"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        f"print(*sorted(loaded - set(sys.stdlib_module_names) - set({PACKAGES!r})))"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


@every(SOURCES)
def test_module_is_short(path: Path) -> None:
    assert lines_of(path) <= MOST_LINES, "give each of its purposes a file"


@every(TESTS)
def test_module_of_tests_is_short(path: Path) -> None:
    assert lines_of(path) <= MOST_LINES_OF_TESTS, "give each of its purposes a file"


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@every([path for path in SOURCES if not any(path.is_relative_to(folder) for folder in FOR_TERMINALS)])
def test_library_speaks_through_its_loggers(path: Path) -> None:
    """No print, no use of the standard streams, no root logger; loggers are named jmslike.*."""
    tree = ast.parse(SILENCE.sub("None", path.read_text(encoding="utf-8")))
    assert list(loud_places(tree, package=path.relative_to(ROOT).parts[0])) == []


SILENCE = re.compile(
    r'logging.getLogger\("(?:stomp.py|pika|kafka)"\).(?:addHandler\(logging.NullHandler\(\)\)|propagate = False)'
)
"""What keeps a client library from printing; its errors reach the user as ours."""


def loud_places(tree: ast.Module, package: str) -> Iterator[str]:
    """Yield the places of a module that write past its logger."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"line {node.lineno}: print"
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                yield f"line {node.lineno}: sys.{node.attr}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="logging"), attr="getLogger"), args=args):
                match args:
                    case [ast.Constant(value=str(name))] if name.split(".")[0] == "jmslike":
                        pass
                    case [ast.Name(id="__name__")] if package == "jmslike":
                        pass
                    case _:
                        yield f"line {node.lineno}: a logger that is not named jmslike.*"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="logging"), attr=function)):
                yield f"line {node.lineno}: logging.{function} uses the root logger"


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("print(1)", 1),
        ("import sys; sys.stderr.write('x')", 1),
        ("import logging; logging.getLogger(__name__)", 1),
        ("import logging; logging.warning('x')", 1),
        ("import logging; log = logging.getLogger('jmslike.session'); log.warning('x')", 0),
    ],
)
def test_loud_places_are_found(code: str, places: int) -> None:
    assert len(list(loud_places(ast.parse(code), "transports"))) == places
