"""Hostile selectors: each is refused or works, at a cost that its length explains."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from jmslike.errors import InvalidSelectorError
from jmslike.selector import MAX_DEPTH, MAX_LENGTH, MAX_PATTERN, parse
from tests.unit.selector.support import Message, selects


def refused(text: str) -> str:
    with pytest.raises(InvalidSelectorError) as caught:
        parse(text)
    assert len(str(caught.value)) < 300
    return str(caught.value)


def filled(start: str, unit: str, end: str) -> str:
    """The longest text that repeats the unit."""
    return start + unit * ((MAX_LENGTH - len(start) - len(end)) // len(unit)) + end


@pytest.mark.parametrize(
    "text", ["(" * 1_000_000, "a" * 1_000_000, "a AND " * 100_000 + "a", " " * (MAX_LENGTH + 1) + "a"]
)
def test_too_long(text: str) -> None:
    """SEL-31: length is bounded."""
    assert refused(text) == f"a selector has at most {MAX_LENGTH} characters, not {len(text)}"


def test_the_bounds() -> None:
    """SEL-31: what the documentation promises."""
    assert (MAX_LENGTH, MAX_DEPTH, MAX_PATTERN) == (65_536, 32, 1_000)


def test_the_longest() -> None:
    """SEL-31: the bound itself is allowed."""
    assert selects("a" + " " * (MAX_LENGTH - 1), a=True)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("(", ")"),
        ("NOT (", ")"),
        ("a OR b AND NOT (", ")"),
        ("(a OR b AND NOT ", ")"),
        ("NOT (a AND (b OR ", "))"),
    ],
)
def test_deep_conditions(opening: str, closing: str) -> None:
    """SEL-31: depth is bounded, and the bound itself works."""
    depth = MAX_DEPTH // opening.count("(")
    assert type(selects(opening * depth + "n + 1 > m" + closing * depth, n=1)) is bool
    depth += 1
    assert f"parentheses are nested more than {MAX_DEPTH} deep" in refused(opening * depth + "c" + closing * depth)


@pytest.mark.parametrize("opening", ["(", "-(", "n + n * -(", "n * n / -(n - ", "n - n - n - ("])
def test_deep_arithmetic(opening: str) -> None:
    """SEL-31: depth is bounded in arithmetic too."""
    assert selects("NOT (0 <> " + opening * (MAX_DEPTH - 1) + "n" + ")" * (MAX_DEPTH - 1) + " AND m = 0)", n=1, m=1)
    assert "nested more than" in refused("0 = " + opening * (MAX_DEPTH + 1) + "n" + ")" * (MAX_DEPTH + 1))


def test_parentheses_side_by_side_are_not_deep() -> None:
    """SEL-31: only what is nested counts."""
    assert selects(" AND ".join(["((a))"] * 100), a=True)


def test_deep_stack() -> None:
    """SEL-31: there is no recursion error, however deep the caller is."""
    text = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH

    def called_at(depth: int) -> str:
        if depth:
            return called_at(depth - 1)
        try:
            parse(text)
        except InvalidSelectorError as error:
            return str(error)
        return "parsed"

    answers = set()
    for depth in range(0, sys.getrecursionlimit() - 100, 20):
        parse_again()
        answers.add(called_at(depth))
    assert answers <= {"parsed", "the selector is nested too deeply for what is left of the stack"}
    assert "parsed" in answers


def parse_again() -> None:
    """Push everything out of the cache."""
    from jmslike import selector

    selector._cached.cache_clear()


@pytest.mark.parametrize(
    ("text", "values", "selected"),
    [
        (filled("a", " AND a", ""), {"a": True}, True),
        (filled("a", " OR a", ""), {"a": False}, False),
        (filled("n=1", " AND n=1", ""), {"n": 1}, True),
        (filled("n=1", " AND NOT n=2", ""), {"n": 1}, True),
        (filled("n=1", " OR NOT m>2 AND n=2", ""), {"n": 1}, True),
        (filled("", "NOT NOT ", "a"), {"a": True}, True),
        (filled("n = ", "-", "n"), {"n": 0}, True),
        (filled("n = -", "- - ", "5"), {"n": -5}, True),
        (filled("n = ", "+", "5"), {"n": 5}, True),
        (filled("n = n", "+n", ""), {"n": 0}, True),
        (filled("1 = n", "*n/n", ""), {"n": 1}, True),
        (filled("0 < n", "+n*-n", ""), {"n": 0}, False),
        (filled("c IN ('x'", ",'x'", ")"), {"c": "x"}, True),
        (filled("c = '", "''", "'"), {"c": "'"}, False),
        (filled("c = '", "x", "'"), {"c": "x"}, False),
        (filled("n = 0.", "9", ""), {"n": 1.0}, True),
        (filled("n = 0.", "0", "1"), {"n": 0}, True),
        (filled("n = 0x", "0", "1"), {"n": 1}, True),
        (filled("n = ", "0", "17"), {"n": 15}, True),
        (filled("n = 1e-", "0", "1"), {"n": 0.1}, True),
        (filled("", "x", " IS NULL"), {}, True),
        (filled("", "é", " IS NULL"), {}, True),
    ],
    ids=range(22),
)
def test_long_and_flat(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-31: what is long but flat works."""
    assert selects(text, **values) is selected


@pytest.mark.parametrize(
    "text",
    [
        filled("n = ", "9", ""),
        filled("n = ", "9", "."),
        filled("n = ", "9", "e"),
        filled("n = ", "9", "x"),
        filled("n = 0x", "F", ""),
        filled("n = 0", "7", ""),
        filled("n = 1e", "9", ""),
        filled("n = 1e-", "9", "x"),
        filled("c = '", "x", ""),
        filled("c = '", "''", ""),
        filled("c IN (", "'x',", ""),
        filled("", "NOT ", ""),
        filled("n = ", "-", ""),
        filled("", "(", ""),
        filled("n = ", "-(", ""),
        filled("a = ", "b = ", "c"),
        filled("", "1.", ""),
        filled("", "é", "!"),
        "c LIKE '" + "%" * (MAX_PATTERN + 1) + "'",
    ],
    ids=range(19),
)
def test_long_and_wrong(text: str) -> None:
    """SEL-31: a long mistake is refused with a short message."""
    refused(text)


@pytest.mark.parametrize("unit", ["%a", "%_a", "%aa", "%", "_%", "%_b", "%ab", "a", "_"])
def test_no_pattern_goes_back(unit: str) -> None:
    """SEL-24, SEL-31: a pattern with many % is matched in one pass over each piece, also on a hostile text."""
    pattern = unit * (MAX_PATTERN // len(unit) - 4)
    selector = parse(f"s LIKE '{pattern}b' OR s LIKE 'x{pattern}' OR s LIKE '%{pattern}c%c'")
    assert not selector.matches(Message({"s": "a" * 20_000}))


def test_a_pattern_may_be_this_long() -> None:
    """SEL-31: the bound itself is allowed, counted in characters of the value."""
    pattern = "''" * MAX_PATTERN
    assert selects(f"s LIKE '{pattern}'", s="'" * MAX_PATTERN)


@pytest.mark.parametrize(
    "word",
    [
        "message",
        "properties",
        "value",
        "numbers",
        "str",
        "k0",
        "k20",
        "lambda",
        "None",
        "__import__",
        "__builtins__",
        "matches",
        "eq",
        "chained",
    ],
)
def test_names_of_python_mean_nothing(word: str) -> None:
    """SEL-18, SEL-31: a name is only ever the name of a property."""
    assert selects(f"{word} = 5 AND {word} > 4 AND NOT {word} IS NULL AND {word} + 1 = 6", **{word: 5})
    assert selects(f"{word} IS NULL")


@pytest.mark.parametrize(
    "content",
    [
        "''; raise SystemExit",
        '" or True or "',
        "') or True or ('",
        "\\' or 1==1 #",
        "{k1}",
        "%(k1)s",
        "k0",
        "\n    return True\n",
        "value",
        "\x00",
        "\ud800",
        "\\N{BULLET}\\x41",
    ],
)
def test_literals_are_never_code(content: str) -> None:
    """SEL-17, SEL-31: a literal is only ever compared."""
    quoted = "'" + content.replace("'", "''") + "'"
    for test in (f"a = {quoted}", f"a IN ('x', {quoted})", f"a LIKE {quoted}", f"a LIKE 'q' OR NOT a <> {quoted}"):
        assert selects(test, a=content)
        assert not selects(test, a="x y")


def test_the_code_holds_only_words_of_its_own() -> None:
    """SEL-31: names and literals of the selector are not in the code object, which can reach no builtin function."""
    matches: Any = parse("color = 'red' AND price > 10 AND s LIKE 'a%'").matches
    words = set(matches.__code__.co_names) | set(matches.__code__.co_varnames) | set(matches.__code__.co_consts)
    assert words.isdisjoint({"color", "red", "price", 10, "s", "a%", "a"})
    assert matches.__globals__["__builtins__"] == {}
