"""The wording rules of CONTRIBUTING.md, as far as a test can see them."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import SOURCES, TESTS, every
from tests.test_pages import DOCS, TOP

VAGUE = re.compile(r"\b(?:for ever|anew|in place of|who(?:m)?ever|(?:some|any|every|no)body)\b", re.IGNORECASE)
"""Words that CONTRIBUTING.md replaces by others, or by the name of an actor."""
GIVING = re.compile("(?:Give|Tell)s? ")
"""How a docstring begins that says "Return" or "Whether" in other words."""
QUOTED = re.compile(r'"[^"\n]*"')
CAPITAL = re.compile(r"(?!None\b)[A-Z][a-z]+\b")
"""An ordinary word with a capital; names like RabbitMQ and None keep theirs."""


@pytest.mark.parametrize("page", [*TOP, *DOCS], ids=lambda page: page.name)
def test_pages_name_their_actors(page: Path) -> None:
    assert VAGUE.findall(QUOTED.sub("", page.read_text(encoding="utf-8"))) == []


@every([*SOURCES, *TESTS])
def test_docstrings_and_comments_name_their_actors(path: Path) -> None:
    texts = [*docstrings(path), *comments(path)]
    assert [text for text in texts if VAGUE.search(QUOTED.sub("", text))] == []


@every([*SOURCES, *TESTS])
def test_a_docstring_begins_with_what_is_done(path: Path) -> None:
    assert [text for text in docstrings(path) if GIVING.match(text)] == []


@every(SOURCES)
def test_errors_begin_in_lower_case_and_have_no_full_stop(path: Path) -> None:
    texts = errors(ast.parse(path.read_text(encoding="utf-8")))
    assert [text for text in texts if CAPITAL.match(text) or re.search(r"(?<!\.)\.$", text)] == []


def docstrings(path: Path) -> Iterator[str]:
    """Find the docstrings of a module, and of its classes and functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            yield ast.get_docstring(node) or ""


def comments(path: Path) -> Iterator[str]:
    """Find the comments of a module."""
    with path.open("rb") as file:
        yield from (token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT)


def errors(tree: ast.Module) -> Iterator[str]:
    """Find the first argument of each exception that a module makes, if it is a text; a value in it is {}."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name.endswith(("Error", "Exception")):
                yield from text_of(text)
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="errors" | "_errors")), args=[text, *_]):
                yield from text_of(text)


def text_of(node: ast.expr) -> Iterator[str]:
    """Yield the text that an expression spells out, if it does."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("raise JMSError('it failed')", ["it failed"]),
        ("raise ValueError(f'{x} failed.') from error", ["{} failed."]),
        ("raise self._errors.sender_closed('it is closed')", ["it is closed"]),
        ("raise JMSError(text)", []),
    ],
)
def test_errors_are_found(code: str, texts: list[str]) -> None:
    assert list(errors(ast.parse(code))) == texts
