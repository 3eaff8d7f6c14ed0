"""What selectors see of a message, and how they compare and calculate."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jmslike.destinations import Queue
from jmslike.selector import parse
from jmslike.selector.operations import single
from jmslike.spi import Envelope, Headers
from jmslike.values import Byte, Float, Long, Short
from tests.unit.selector.support import selects

BIG = (1 << 53) + 1  # no double is this number


def test_an_envelope_is_selectable() -> None:
    """SEL-02, SEL-27, SEL-28: a selector sees the properties and six headers of an envelope."""
    envelope = Envelope.make(
        id="ID:7",
        destination=Queue("q"),
        kind="text",
        body="red",
        delivery_mode=1,
        priority=6,
        timestamp=1_700_000_000_000,
        headers=Headers(correlation_id="c-1", type="order"),
        properties={"color": "blue"},
    )
    assert parse(
        "JMSMessageID = 'ID:7' AND JMSDeliveryMode = 'NON_PERSISTENT' AND JMSPriority = 6 AND JMSType = 'order'"
        " AND JMSTimestamp = 1700000000000 AND JMSCorrelationID = 'c-1' AND color = 'blue'"
    ).matches(envelope)
    assert not parse("color = 'red'").matches(envelope)


def test_headers_that_are_not_set() -> None:
    """SEL-04: a header without a value is NULL, and so is a correlation id of bytes."""
    assert selects("JMSType IS NULL AND JMSCorrelationID IS NULL")
    assert selects("JMSCorrelationID IS NULL", JMSCorrelationID=b"c-1")
    assert not selects("JMSCorrelationID <> 'x'", JMSCorrelationID=b"c-1")
    assert not selects("JMSType = 'x' OR JMSType <> 'x'")


@pytest.mark.parametrize(("mode", "name"), [(1, "NON_PERSISTENT"), (2, "PERSISTENT")])
def test_delivery_mode(mode: int, name: str) -> None:
    """SEL-28: the delivery mode is a string."""
    assert selects(f"JMSDeliveryMode = '{name}'", JMSDeliveryMode=mode)
    assert not selects(f"JMSDeliveryMode <> '{name}'", JMSDeliveryMode=mode)
    assert selects("JMSDeliveryMode IN ('PERSISTENT', 'NON_PERSISTENT')", JMSDeliveryMode=mode)


def test_the_delivery_count_is_not_there() -> None:
    """SEL-29: what is set at delivery may be named, and is NULL."""
    assert selects("JMSXDeliveryCount IS NULL")
    assert not selects("JMSXDeliveryCount >= 0 OR JMSXDeliveryCount < 0")


@pytest.mark.parametrize(
    ("text", "values", "selected"),
    [
        ("TRUE", {}, True),
        ("FALSE", {}, False),
        ("NOT FALSE", {}, True),
        ("NOT TRUE", {}, False),
        ("b", {"b": 1}, False),
        ("NOT b", {"b": 0}, False),
        ("b", {"b": False}, False),
        ("NOT b", {"b": False}, True),
        ("b = TRUE", {"b": 1}, False),
        ("b <> TRUE", {"b": 0}, False),
        ("NOT (b = TRUE)", {"b": 1}, True),
        ("NOT (b <> TRUE)", {"b": "x"}, True),
        ("NOT (b = TRUE)", {}, False),
        ("TRUE <> b", {"b": False}, True),
        ("FALSE = b", {"b": False}, True),
        ("b = c", {"b": True, "c": True}, True),
        ("b <> c", {"b": True, "c": False}, True),
        ("b > c", {"b": True, "c": False}, False),
        ("b = c", {"b": True, "c": 1}, False),
        ("NOT (b = c)", {"b": True, "c": 1}, True),
        ("b >= 0", {"b": True}, False),
        ("TRUE = TRUE AND TRUE <> FALSE", {}, True),
        ("'a' = 'a' AND 'a' <> 'b' AND NOT 'a' = 'b'", {}, True),
        ("1 < 2 AND 2 > 1 AND 2 = 2.0 AND NOT 1 >= 2", {}, True),
    ],
)
def test_booleans(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-07, SEL-09, SEL-21: a boolean is a boolean, not a number."""
    assert selects(text, **values) is selected


@pytest.mark.parametrize("operator", ["=", "<>", "<", "<=", ">", ">="])
@pytest.mark.parametrize("other", ["'x'", "5", "30000000", "5.5", "n", "s", "n + 1"])
def test_unlike_and_missing(operator: str, other: str) -> None:
    """SEL-05, SEL-06, SEL-09, SEL-14: a comparison of unlike values is false, with NULL it is unknown."""
    values = {"n": 5, "s": "x", "b": True}
    if other != "'x'" or operator in ("=", "<>"):
        assert not selects(f"b {operator} {other}", **values)
        assert selects(f"NOT (b {operator} {other})", **values)
        assert not selects(f"missing {operator} {other}", **values)
        assert not selects(f"NOT (missing {operator} {other})", **values)
        assert not selects(f"{other} {operator} missing", **values)
        assert not selects(f"NOT ({other} {operator} missing)", **values)


@pytest.mark.parametrize(
    ("operator", "less", "equal", "greater"),
    [
        ("=", False, True, False),
        ("<>", True, False, True),
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
    ],
)
@pytest.mark.parametrize("kind", [int, Byte, Short, Long, Float, float])
def test_order(operator: str, less: bool, equal: bool, greater: bool, kind: type) -> None:
    """SEL-07, SEL-11: all kinds of numbers compare with each other, on either side of the operator."""
    for number, expected in ((4, less), (5, equal), (6, greater)):
        value = kind(number)
        for five in ("5", "5.0", "5f", "(2 + 3)", "m"):
            assert selects(f"n {operator} {five}", n=value, m=Short(5)) is expected
            assert selects(f"NOT (n {operator} {five})", n=value, m=Float(5)) is not expected
            mirrored = operator.translate(str.maketrans("<>", "><")) if operator != "<>" else operator
            assert selects(f"{five} {mirrored} n", n=value, m=5.0) is expected


@pytest.mark.parametrize(
    ("text", "values", "selected"),
    [
        (f"n = {BIG}", {"n": Long(BIG)}, True),
        (f"n = {BIG}", {"n": Long(BIG - 1)}, False),
        (f"n = {BIG}", {"n": float(BIG - 1)}, True),
        (f"n = {BIG - 1}.0", {"n": Long(BIG)}, True),
        (f"n > {BIG - 1}.0", {"n": Long(BIG)}, False),
        (f"{BIG - 1}.0 = n", {"n": Long(BIG)}, True),
        ("n = 16777217", {"n": Float(16777216)}, True),
        ("n = 16777216", {"n": Float(16777216)}, True),
        ("n = -16777217", {"n": Float(-16777216)}, True),
        ("n = 16777217", {"n": 16777216.0}, False),
        ("n = 16777216f", {"n": 16777217}, True),
        ("n = 16777215f", {"n": 16777216}, False),
        ("n = 16777216.0", {"n": 16777217}, False),
        ("n = m", {"n": 16777217, "m": Float(16777216)}, True),
        ("n = m", {"n": Float(0.1), "m": 0.1}, False),
        ("n = 0.1f", {"n": Float(0.1)}, True),
        ("n = 0.1f", {"n": 0.1}, False),
        ("n + 0 = 0.1f", {"n": Float(0.1)}, True),
        ("n + 0.0 = 0.1f", {"n": Float(0.1)}, True),
        ("n * 1 = 16777216", {"n": Float(16777216)}, True),
        ("n + 1 = 16777216", {"n": Float(16777216)}, True),
        ("n + 1.0 = 16777217", {"n": Float(16777216)}, True),
    ],
)
def test_promotion(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-11: with a double both sides are doubles, else with a float both are floats, else both are exact."""
    assert selects(text, **values) is selected


@pytest.mark.parametrize(
    "text",
    [
        "7 / 2 = 3 AND -7 / 2 = -3 AND 7 / -2 = -3 AND -7 / -2 = 3",
        "-1 / 1 = -1 AND 1 / -1 = -1 AND -1 / -1 = 1 AND 0 / -1 = 0 AND 0 / 1 = 0",
        "7 / 2.0 = 3.5 AND 7.0 / 2 = 3.5",
        "max + 1 = min AND min - 1 = max AND -min = min AND min / -1 = min AND min * -1 = min",
        "max * 2 = -2 AND max * max = 1",
        "+min = min AND - - n = n AND -n + n = 0",
        "10 - 4 - 3 = 3 AND 100 / 10 / 5 = 2 AND 2 * 3 + 4 * 5 = 26 AND 2 * (3 + 4) * 5 = 70",
        "n - -n = 2 * n AND n * -n < 0",
        "1.0 / 0 > max AND -1 / 0.0 < min AND 1 / -0.0 < min AND -1.0 / -0.0 > max",
        "NOT (0.0 / 0 = 0.0 / 0) AND 0.0 / 0 <> 0.0 / 0 AND NOT nan > 0 AND NOT nan <= 0",
        "NOT (nan / 0 = nan / 0) AND nan <> nan",
        "1e308 * 10 = 1.0 / 0 AND 1e308 * 10 - 1e308 * 10 <> 0",
        "f * f > 3e38 AND f * f = 1.0 / 0 AND -f * f = -1.0 / 0 AND f * 1.0 * f < 1.0 / 0",
        "x * y / z + 1 - 1 = 6 AND x / 0.5 = 4 AND -x = -2 AND -half = -0.5 AND -tenth = -0.1f",
    ],
)
def test_arithmetic(text: str) -> None:
    """SEL-12, SEL-13: exact numbers wrap at 64 bits and divide toward zero; the others follow IEEE 754."""
    limits = {"max": Long((1 << 63) - 1), "min": Long(-(1 << 63))}
    halves = {"half": 0.5, "tenth": Float(0.1), "nan": math.nan, "f": Float(1e30)}
    assert selects(text, n=5, x=Byte(2), y=Short(9), z=3, **limits, **halves)


@pytest.mark.parametrize("expression", ["n / 0", "n / (n - n)", "missing + 1", "1 - missing", "-missing", "+missing"])
def test_unknown_arithmetic(expression: str) -> None:
    """SEL-05, SEL-13: arithmetic with NULL and exact division by zero give unknown, whatever else is in it."""
    for test in (f"{expression} = 1", f"{expression} * 2 + 1 > 0", f"s = {expression}", f"s + {expression} = 1"):
        assert not selects(test, n=5, s="x")
        assert not selects(f"NOT ({test})", n=5, s="x")


@pytest.mark.parametrize("expression", ["s + 1", "1 - s", "-s", "+s", "b * 1", "-b", "s + s", "1 + 2 + s"])
def test_unfit_arithmetic(expression: str) -> None:
    """SEL-14: arithmetic on what is no number makes every comparison false."""
    for test in (f"{expression} = 1", f"{expression} <> 1", f"{expression} = {expression}", f"{expression} = 'x'"):
        assert not selects(test, s="x", b=True)
        assert selects(f"NOT ({test})", s="x", b=True)
    assert not selects(f"{expression} <> 'x'", s="x", b=True)


@pytest.mark.parametrize(
    ("text", "values", "selected"),
    [
        ("n BETWEEN 1 AND 3", {"n": 3}, True),
        ("n BETWEEN 1 AND 3", {"n": 4}, False),
        ("n BETWEEN 1 AND 3", {"n": 0.5}, False),
        ("n NOT BETWEEN 1 AND 3", {"n": 1}, False),
        ("n NOT BETWEEN 1 AND 3", {"n": 3}, False),
        ("n NOT BETWEEN 1 AND 3", {"n": 0}, True),
        ("n NOT BETWEEN 1 AND 3", {"n": 4}, True),
        ("NOT (n BETWEEN 1 AND 3)", {"n": "x"}, True),
        ("NOT (n NOT BETWEEN 1 AND 3)", {"n": "x"}, True),
        ("NOT (n BETWEEN 1 AND 3)", {}, False),
        ("NOT (n NOT BETWEEN 1 AND m)", {"n": 2}, False),
        ("NOT (n NOT BETWEEN 1 AND m)", {"n": 2, "m": 3}, True),
    ],
)
def test_between(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-22: both bounds belong to the range, and each is compared by itself."""
    assert selects(text, **values) is selected


@pytest.mark.parametrize("value", [3, True, 2.5, Long(3)])
@pytest.mark.parametrize("test", ["IN ('3', 'True')", "NOT IN ('3', 'True')", "LIKE '%'", "NOT LIKE '%'"])
def test_what_is_no_string_is_neither_in_nor_like(value: Any, test: str) -> None:
    """SEL-23, SEL-25: what is no string does not match, and NULL is unknown."""
    assert not selects(f"s {test}", s=value)
    assert selects(f"NOT (s {test})", s=value)
    assert not selects(f"s {test} OR NOT (s {test})")


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        ("t", "t", "t", "t"),
        ("t", "f", "f", "t"),
        ("t", "u", "u", "t"),
        ("f", "f", "f", "f"),
        ("f", "u", "f", "u"),
        ("u", "u", "u", "u"),
    ],
)
def test_three_values(left: str, right: str, conjunction: str, disjunction: str) -> None:
    """SEL-01, SEL-05, SEL-20: the truth tables of AND, OR and NOT."""
    values = {"t": True, "f": False}
    for first, second in ((left, right), (right, left)):
        for word, expected in (("AND", conjunction), ("OR", disjunction)):
            assert selects(f"{first} {word} {second}", **values) is (expected == "t")
            assert selects(f"NOT ({first} {word} {second})", **values) is (expected == "f")


def test_is_null_is_never_unknown() -> None:
    """SEL-26: IS NULL is true or false; an empty string, zero and FALSE are not NULL."""
    for value in ("", 0, False):
        assert selects("v IS NOT NULL AND NOT v IS NULL", v=value)
    assert selects("v IS NULL AND NOT v IS NOT NULL", v=None)


def test_the_answer_is_a_bool() -> None:
    for text in ("b", "n > m", "s LIKE 'a_'", "s LIKE 'ab'", "s IN ('ab') OR b", "missing > n"):
        assert type(selects(text, b=True, n=1, m=0, s="ab")) is bool


@given(st.integers(-(1 << 63), (1 << 63) - 1))
@example((1 << 53) + (1 << 29) + 1)
@example((1 << 60) + (1 << 36))
@example((1 << 60) + (1 << 36) + 1)
@example(-(1 << 60) - (1 << 36) - 1)
@example((1 << 60) + (3 << 36) - 1)
@example((1 << 63) - 1)
def test_a_long_is_rounded_once(number: int) -> None:
    """SEL-11: a long becomes the nearest float, and the even one of two that are equally near."""
    unit = 1 << max(0, number.bit_length() - 24)
    assert float(single(number)) == round(Fraction(number, unit)) * unit
