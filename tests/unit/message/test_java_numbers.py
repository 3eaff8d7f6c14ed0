"""Java's spelling of numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.values import Float
from jmslike.values.java_numbers import double_text, parse_double, parse_float, parse_integer


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "+",
        "-",
        " 5",
        "5 ",
        "5\n",
        "1_0",
        "0x10",
        "1.0",
        "1e3",
        "--5",
        "+-5",
        "5L",
        "abc",
        "\u00b2",
        "9" * 5000,
    ],
)
def test_texts_that_are_no_integers(text: str) -> None:
    """PROP-07: no blanks, underscores, prefixes or points."""
    with pytest.raises(ValueError, match=r"integer|range"):
        parse_integer(text, int)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("+5", 5), ("-5", -5), ("007", 7), ("-0", 0)])
def test_texts_that_are_integers(text: str, value: int) -> None:
    """PROP-07: an optional sign and digits."""
    assert parse_integer(text, int) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1.5", 1.5),
        ("+1.5", 1.5),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("1E+3", 1000.0),
        ("1.e-3", 0.001),
        (".5e1", 5.0),
        ("1f", 1.0),
        ("1.5F", 1.5),
        ("1d", 1.0),
        ("1e2D", 100.0),
        ("Infinity", math.inf),
        ("+Infinity", math.inf),
        ("-Infinity", -math.inf),
        (" \t\r\n\x00 2.5 \x1f", 2.5),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
        ("0x1p3", 8.0),
        ("0X1.8P1", 3.0),
        ("-0x.8p1", -1.0),
        ("0x1.p-1f", 0.5),
        ("0x1p99999", math.inf),
        ("-0x1p99999", -math.inf),
    ],
)
def test_texts_that_are_doubles(text: str, value: float) -> None:
    """PROP-08: Java's literals, with blanks around them if need be."""
    assert parse_double(text) == value


def test_nan_and_negative_zero() -> None:
    """PROP-08: as Java writes them."""
    assert math.isnan(parse_double("NaN"))
    assert math.isnan(parse_float("-NaN"))
    assert math.copysign(1, parse_double("-0.0")) == -1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "e5",
        "1e",
        "inf",
        "nan",
        "infinity",
        "INFINITY",
        "NAN",
        "1_0",
        "1,5",
        "1.5ff",
        "0x10",
        "0xp1",
        "1 5",
        "NaNf",
        "\u0663",
        "\u00a05",
        "--1",
    ],
)
def test_texts_that_are_no_doubles(text: str) -> None:
    """PROP-08: what Python accepts and Java does not is refused."""
    with pytest.raises(ValueError, match="not a number"):
        parse_double(text)


def test_floats_are_rounded_and_overflow_to_infinity() -> None:
    """PROP-08, PROP-10: a text read as float, as Float.valueOf does."""
    assert parse_float("0.1") == 0.10000000149011612
    assert parse_float("1e39") == math.inf
    assert parse_float("-1e39") == -math.inf


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (100.0, "100.0"),
        (127.0, "127.0"),
        (120.5, "120.5"),
        (0.001, "0.001"),
        (0.00123, "0.00123"),
        (0.000999, "9.99E-4"),
        (1e-5, "1.0E-5"),
        (9999999.0, "9999999.0"),
        (1e7, "1.0E7"),
        (-1e7, "-1.0E7"),
        (1e10, "1.0E10"),
        (12345678.9, "1.23456789E7"),
        (1e23, "1.0E23"),
        (5e-324, "4.9E-324"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (1 / 3, "0.3333333333333333"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (math.nan, "NaN"),
        (Float(0.1), "0.1"),
        (Float(16777216), "1.6777216E7"),
        (Float(3.4028234663852886e38), "3.4028235E38"),
        (Float(1e-45), "1.4E-45"),
        (Float(-2.5), "-2.5"),
        (Float(math.inf), "Infinity"),
    ],
)
def test_java_prints(value: float, text: str) -> None:
    """PROP-09: as Double.toString and Float.toString of Java."""
    assert double_text(value) == text


@given(st.floats())
def test_doubles_survive_their_text(value: float) -> None:
    """PROP-09: a text parses back to the same value."""
    back = parse_double(double_text(value))
    assert back == value or math.isnan(value)


@given(st.floats(width=32))
def test_floats_survive_their_text(value: float) -> None:
    """PROP-09: also in single precision, by fewer digits."""
    text = double_text(Float(value))
    assert parse_float(text) == value or math.isnan(value)
    assert len(text.partition("E")[0].strip("-").replace(".", "").strip("0")) <= 9
