"""Random selectors on random messages, against the naive evaluator."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jmslike.selector import parse, tree
from jmslike.values import Byte, Float, Long, Short
from tests.unit.selector.naive import TRUE, printed, truth
from tests.unit.selector.support import Message

PROPERTIES = ("a", "b", "c", "$d", "größe", "lambda", "JMSXGroupSeq")
HEADERS = ("JMSPriority", "JMSTimestamp", "JMSMessageID", "JMSType", "JMSDeliveryMode", "JMSCorrelationID")

TURNS = [limit + step for limit in (0, 1 << 24, 1 << 53, 1 << 62) for step in (-1, 0, 1)] + [(1 << 60) + (1 << 36) + 1]
longs = (
    st.integers(-4, 4)
    | st.sampled_from(TURNS + [-turn for turn in TURNS] + [(1 << 63) - 1, -(1 << 63)])
    | st.integers(-(1 << 63), (1 << 63) - 1)
)
doubles = st.sampled_from([0.0, -0.0, 0.1, 0.5, 1.0, 2.0, 3.5, float(1 << 24), float(1 << 53), 1e300]) | st.floats()
floats = st.floats(width=32).map(Float)
texts = st.text("ab%_'!\n😀", max_size=5)
values = (
    st.none()
    | st.booleans()
    | longs.filter(lambda number: abs(number) < 1 << 31)
    | longs.map(Long)
    | st.integers(-128, 127).map(Byte)
    | st.integers(-4, 4).map(Short)
    | doubles
    | floats
    | texts
)
messages = st.builds(
    lambda properties, headers: Message(properties | headers),
    st.fixed_dictionaries({}, optional=dict.fromkeys(PROPERTIES, values)),
    st.fixed_dictionaries(
        {},
        optional={
            "JMSPriority": st.integers(0, 9),
            "JMSTimestamp": longs,
            "JMSMessageID": texts,
            "JMSType": st.none() | texts,
            "JMSDeliveryMode": st.sampled_from([1, 2]),
            "JMSCorrelationID": st.none() | texts | st.binary(max_size=2),
        },
    ),
)

identifiers = st.sampled_from(PROPERTIES * 2 + HEADERS).map(tree.Identifier)
finite = st.floats(allow_nan=False, allow_infinity=False)
numbers = (longs | doubles.filter(lambda number: abs(number) < 1e308) | finite).map(tree.Literal)
single_numbers = st.floats(width=32, allow_nan=False, allow_infinity=False).map(Float).map(tree.Literal)


def arithmetic_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def chain(operators: str) -> st.SearchStrategy[Any]:
        rest = st.lists(st.tuples(st.sampled_from(operators), inner), min_size=1, max_size=3).map(tuple)
        return st.builds(tree.Arithmetic, inner, rest)

    return st.builds(tree.Sign, st.booleans(), inner) | chain("+-") | chain("*/")


numeric = st.recursive(identifiers | numbers | single_numbers, arithmetic_of, max_leaves=5)
strings = texts.map(tree.Literal)
booleans = st.booleans().map(tree.Literal)
order = st.sampled_from(["<", "<=", ">", ">="])
equality = st.sampled_from(["=", "<>"])
tests = (
    identifiers
    | booleans
    | st.builds(tree.Comparison, order | equality, numeric, numeric)
    | st.builds(tree.Comparison, order | equality, identifiers, identifiers | numbers)
    | st.builds(tree.Comparison, equality, strings, strings | identifiers)
    | st.builds(tree.Comparison, equality, identifiers, strings | booleans)
    | st.builds(tree.Comparison, equality, booleans, booleans | identifiers)
    | st.builds(tree.Between, numeric, numeric, numeric, st.booleans())
    | st.builds(tree.In, identifiers, st.lists(texts, min_size=1, max_size=3).map(tuple), st.booleans())
    | st.builds(tree.Like, identifiers, texts, st.none() | st.sampled_from("!%_a"), st.booleans())
    | st.builds(tree.IsNull, identifiers, st.booleans())
)


def conditions_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.builds(tree.Not, inner) | st.builds(tree.And, several) | st.builds(tree.Or, several)


conditions = st.recursive(tests, conditions_of, max_leaves=6)


@settings(max_examples=400, deadline=None)
@given(conditions)
def test_the_tree_of_a_printed_tree_is_the_tree(condition: Any) -> None:
    """SEL-15, SEL-16, SEL-17, SEL-18, SEL-20: the parser undoes the printer."""
    assert repr(parse(printed(condition)).tree) == repr(condition)


@settings(max_examples=1_000, deadline=None)
@given(conditions, messages)
def test_selects_as_the_naive_evaluator(condition: Any, message: Message) -> None:
    """SEL-01, SEL-03, SEL-05, SEL-06, SEL-11, SEL-13, SEL-14, SEL-22, SEL-23, SEL-25, SEL-26, SEL-32: both agree."""
    matches = parse(printed(condition)).matches
    assert matches(message) is (truth(condition, message) == TRUE)
    # Not being selected may mean false or unknown: the opposite tells them apart.
    opposite = parse(f"NOT ({printed(condition)})").matches
    assert opposite(message) is (truth(condition, message) == 0)


@settings(max_examples=300, deadline=None)
@given(st.text("ab%_!\n", max_size=8), st.sampled_from([None, "!", "a"]), st.text("ab%_!\n", max_size=12))
def test_patterns(pattern: str, escape: str | None, text: str) -> None:
    """SEL-24, SEL-25: a pattern selects what the naive evaluator says."""
    condition = tree.Like(tree.Identifier("a"), pattern, escape, False)
    message = Message({"a": text})
    assert parse(printed(condition)).matches(message) is (truth(condition, message) == TRUE)
