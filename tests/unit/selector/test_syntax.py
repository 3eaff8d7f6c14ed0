"""What the parser takes and refuses beyond the cases of the semantics page, and the trees that it makes."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.errors import InvalidSelectorError
from jmslike.selector import HEADERS, is_identifier, optional, parse, tree
from jmslike.values import Float
from tests.unit.selector.support import Message, selects

a, b, c = tree.Identifier("a"), tree.Identifier("b"), tree.Identifier("c")


def parsed(text: str) -> Any:
    return parse(text).tree


def refused(text: str) -> str:
    with pytest.raises(InvalidSelectorError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize("text", [None, "", " ", " \t\f\r\n"])
def test_no_text_is_no_selector(text: str | None) -> None:
    """CONS-17: None, empty and blank mean that there is no selector."""
    assert optional(text) is None


@pytest.mark.parametrize("text", ["\v", "\u00a0", "\u2003"])
def test_other_white_space_is_refused(text: str) -> None:
    """SEL-30: only space, tab, form feed, carriage return and line feed separate."""
    for refusing in (optional, parse):
        with pytest.raises(InvalidSelectorError):
            refusing(text)
    refused(f"a{text}= 1")


@pytest.mark.parametrize("value", [1, b"a = 1", ["a = 1"], True])
def test_only_text_is_a_selector(value: Any) -> None:
    for refusing in (optional, parse):
        with pytest.raises(InvalidSelectorError, match="a selector is a str, not"):
            refusing(value)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_text_cannot_be_parsed(text: str) -> None:
    assert "expected a value or a condition, found the end" in refused(text)


def test_a_selector_keeps_its_text() -> None:
    assert parse("a  =  1").text == "a  =  1"
    selector = optional(" a = 1 ")
    assert selector is not None
    assert selector.text == " a = 1 "


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("0", 0),
        ("00", 0),
        ("0L", 0),
        ("0777", 511),
        ("12l", 12),
        ("0X1fL", 31),
        ("0x7fffffffffffffff", (1 << 63) - 1),
        ("9223372036854775807", (1 << 63) - 1),
        ("-9223372036854775808", -(1 << 63)),
        ("- 9223372036854775808L", -(1 << 63)),
        ("--9223372036854775808", -(1 << 63)),
        ("-0x8000000000000000", -(1 << 63)),
        ("-01000000000000000000000", -(1 << 63)),
        ("+5", 5),
        ("--5", 5),
        ("-+-+-5", -5),
        ("7.", 7.0),
        (".5", 0.5),
        ("7E3", 7000.0),
        ("7e+3", 7000.0),
        ("7.25e-1D", 0.725),
        ("5d", 5.0),
        ("09.5", 9.5),
        ("09e1", 90.0),
        ("-0.0", -0.0),
        ("1e-400", 0.0),
        ("0.1f", Float(0.1)),
        ("-0.1F", Float(-0.1)),
        ("5f", Float(5)),
        ("9223372036854775808.0", float(1 << 63)),
        ("-9223372036854775808.0", -float(1 << 63)),
    ],
)
def test_numbers(literal: str, value: float) -> None:
    """SEL-15, SEL-16: the forms of exact and approximate literals."""
    assert repr(parsed(f"a = {literal}").right) == repr(tree.Literal(value))


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("a = 08", 5),
        ("a = 9223372036854775808", 5),
        ("a = +9223372036854775808", 6),
        ("a = -+9223372036854775808", 7),
        ("a = 5 -9223372036854775808", 8),
        ("a = -(9223372036854775808)", 7),
        ("a = -9223372036854775809", 6),
        ("a = 0x8000000000000000", 5),
        ("a = 0xFFFFFFFFFFFFFFFF", 5),
        ("a = 99999999999999999999999", 5),
        ("a = 1e400", 5),
        ("a = 1e39f", 5),
        ("a = 1e400f", 5),
        ("a = 0x", 5),
        ("a = 1.5L", 5),
        ("a = 1..5", 5),
        ("a = 1.2.3", 5),
        ("a = .", 5),
        ("a = 1e", 5),
        ("a = 1_000", 5),
        ("a = 0b1", 5),
        ("a = 5AND b", 5),
        ("a = ٣", 5),
        ("a = 1é", 5),
    ],
)
def test_what_is_no_number(text: str, position: int) -> None:
    """SEL-15, SEL-16: what Java does not take, and numbers that do not fit."""
    assert f"at position {position}:" in refused(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("''", ""),
        ("''''", "'"),
        ("'it''s'", "it's"),
        ("'a\\'", "a\\"),
        ("'\"'", '"'),
        ("' x\n'", " x\n"),
        ("'日本😀'", "日本😀"),
        ("'AND'", "AND"),
        ("'{k1}\\n%s'", "{k1}\\n%s"),
    ],
)
def test_strings(text: str, value: str) -> None:
    """SEL-17: a quote is doubled, and everything else stands for itself."""
    assert parsed(f"a = {text}") == tree.Comparison("=", a, tree.Literal(value))
    assert selects(f"a = {text}", a=value)


@pytest.mark.parametrize(
    "name", ["a", "_", "$", "a1", "_1", "$a$", "größe", "日本", "Ⅷ", "é1", "e\u0301", "€", "nulls", "\u0131s"]
)
def test_names(name: str) -> None:
    """SEL-18: what Java takes as an identifier."""
    assert is_identifier(name)
    assert parsed(name) == tree.Identifier(name)
    assert selects(f"{name} = 1", **{name: 1})


@pytest.mark.parametrize(
    "name", ["", "1a", "a-b", "a.b", "a b", "\u0301a", "²", "a²", "½", "😀", "a\u00a0", "\ud800", "a'", "%"]
)
def test_what_is_no_name(name: str) -> None:
    """SEL-18: what Java does not take."""
    assert not is_identifier(name)
    refused(f"{name} IS NULL")


@pytest.mark.parametrize("word", ["null", "True", "FALSE", "not", "And", "OR", "between", "like", "IN", "is", "Escape"])
def test_reserved_words(word: str) -> None:
    """SEL-19: reserved in any case."""
    assert not is_identifier(word)
    refused(f"{word} LIKE 'x'")


def test_keywords_are_ascii() -> None:
    """SEL-19: a letter whose upper case is ASCII does not make a keyword."""
    assert parsed("\u0131S OR i\u017f") == tree.Or((tree.Identifier("\u0131S"), tree.Identifier("i\u017f")))
    refused("a \u0131s NULL")


def test_names_are_not_normalised() -> None:
    """SEL-18: two spellings are two names, even where Python's own names would be one."""
    both = {"\ufb01": 1, "fi": 2}
    assert selects("\ufb01 = 1 AND fi = 2", **both)
    assert not selects("\ufb01 = 1", fi=1)


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_headers(name: str) -> None:
    """SEL-27: six headers may be named."""
    assert parsed(f"{name} IS NULL") == tree.IsNull(tree.Identifier(name), False)


@pytest.mark.parametrize(
    "name", ["JMS", "JMSReplyTo", "JMSRedelivered", "JMSExpiration", "JMSDeliveryTime", "JMSDestination", "JMSfoo"]
)
def test_other_headers(name: str) -> None:
    """SEL-27: other names of JMS are refused, and the error lists those that may be named."""
    message = refused(f"a AND {name} IS NULL")
    assert "at position 7:" in message
    assert name in message
    assert "JMSCorrelationID, JMSDeliveryMode, JMSMessageID, JMSPriority, JMSTimestamp, JMSType" in message


@pytest.mark.parametrize(
    "name", ["JMSXGroupID", "JMSXDeliveryCount", "JMSX", "JMS_vendor_x", "JMS_", "jmsReplyTo", "jms"]
)
def test_names_that_only_look_like_headers(name: str) -> None:
    """SEL-27, SEL-29: names of JMSX and of vendors are properties."""
    assert selects(f"{name} IS NULL")
    message = Message({})
    message.properties[name] = 1
    assert parse(f"{name} = 1").matches(message)


def test_the_mistake_is_shown_in_its_surroundings() -> None:
    """CONS-18: an error names the position, what was expected, what was found, and shows the text there."""
    assert refused("color = 'red' AND price >") == (
        "invalid selector at position 26: expected a value or a condition, found the end, "
        "in \"color = 'red' AND price >\""
    )


def test_a_long_text_is_cut() -> None:
    """CONS-18: an error shows forty characters to either side, and no more of what it found."""
    message = refused("aa OR " * 100 + "= 1" + " OR aa" * 100)
    begun, ended = ("aa OR " * 7)[-40:], ("= 1" + " OR aa" * 7)[:40]
    assert message == (
        f"invalid selector at position 601: expected a value or a condition, found =, in '...{begun}{ended}...'"
    )
    assert f"found {'x' * 40}, in" in refused("a " + "x" * 50)
    assert f": '{'1' * 39}x' is neither" in refused("1" * 39 + "x" * 9)
    assert f": '{'0' * 40}' begins with 0" in refused("a = " + "0" * 40 + "9")
    assert f": '{'x' * 40}' is not a name" in refused("x" * 40 + "²")
    assert f": JMS{'x' * 37} is not one" in refused("JMS" + "x" * 40)
    assert refused("a b").endswith("found b, in 'a b'")
    assert refused("a b" + " " * 39).endswith(f"in 'a b{' ' * 39}'")
    assert refused("a b" + " " * 40).endswith(f"in 'a b{' ' * 39}...'")
    assert refused("(" + "a" * 38 + " b").endswith(f"in '({'a' * 38} b'")
    assert refused("(" + "a" * 39 + " b").endswith(f"in '...{'a' * 39} b'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a OR b AND c", tree.Or((a, tree.And((b, c))))),
        ("a AND b OR c", tree.Or((tree.And((a, b)), c))),
        ("(a OR b) AND c", tree.And((tree.Or((a, b)), c))),
        ("a OR b OR c", tree.Or((a, b, c))),
        ("a AND b AND c", tree.And((a, b, c))),
        ("a AND (b AND c)", tree.And((a, tree.And((b, c))))),
        ("NOT a AND b", tree.And((tree.Not(a), b))),
        ("NOT a = b", tree.Not(tree.Comparison("=", a, b))),
        ("NOT NOT NOT a", tree.Not(a)),
        ("NOT NOT a", a),
        ("NOT (NOT (a))", tree.Not(tree.Not(a))),
        ("a IS NOT NULL AND NOT b IS NULL", tree.And((tree.IsNull(a, True), tree.Not(tree.IsNull(b, False))))),
        ("a NOT IN ('x', 'y')", tree.In(a, ("x", "y"), True)),
        ("a IN ('x')", tree.In(a, ("x",), False)),
        ("a LIKE 'x'", tree.Like(a, "x", None, False)),
        ("a NOT LIKE 'x' ESCAPE ''''", tree.Like(a, "x", "'", True)),
        ("a BETWEEN 1 AND 2 AND b", tree.And((tree.Between(a, tree.Literal(1), tree.Literal(2), False), b))),
        ("a + 1 NOT BETWEEN b AND c", tree.Between(tree.Arithmetic(a, (("+", tree.Literal(1)),)), b, c, True)),
        ("a - b - c = 1", tree.Comparison("=", tree.Arithmetic(a, (("-", b), ("-", c))), tree.Literal(1))),
        (
            "a - (b - c) = 1",
            tree.Comparison("=", tree.Arithmetic(a, (("-", tree.Arithmetic(b, (("-", c),))),)), tree.Literal(1)),
        ),
        (
            "a + b * c < 1",
            tree.Comparison("<", tree.Arithmetic(a, (("+", tree.Arithmetic(b, (("*", c),))),)), tree.Literal(1)),
        ),
        ("a * b / c <= 1", tree.Comparison("<=", tree.Arithmetic(a, (("*", b), ("/", c))), tree.Literal(1))),
        (
            "(a + b) * c >= 1",
            tree.Comparison(">=", tree.Arithmetic(tree.Arithmetic(a, (("+", b),)), (("*", c),)), tree.Literal(1)),
        ),
        ("-a > 1", tree.Comparison(">", tree.Sign(True, a), tree.Literal(1))),
        ("--a <> 1", tree.Comparison("<>", tree.Sign(False, a), tree.Literal(1))),
        ("+a = -(b)", tree.Comparison("=", tree.Sign(False, a), tree.Sign(True, b))),
        ("a*-b=1", tree.Comparison("=", tree.Arithmetic(a, (("*", tree.Sign(True, b)),)), tree.Literal(1))),
        ("1 = 1.0", tree.Comparison("=", tree.Literal(1), tree.Literal(1.0))),
        ("(a) = 1 AND (b)", tree.And((tree.Comparison("=", a, tree.Literal(1)), b))),
        ("((a)) = ((1))", tree.Comparison("=", a, tree.Literal(1))),
        ("(TRUE) AND TRUE = b", tree.And((tree.Literal(True), tree.Comparison("=", tree.Literal(True), b)))),
        ("a=TRUE", tree.Comparison("=", a, tree.Literal(True))),
    ],
)
def test_trees(text: str, expected: Any) -> None:
    """SEL-10, SEL-19, SEL-20, SEL-21: how tightly the operators bind, and that they associate to the left."""
    assert repr(parsed(text)) == repr(expected)


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("a = 'x' + 1", 5, "expected a number or a name, found a string"),
        ("a = 1 + 'x'", 9, "expected a number or a name, found a string"),
        ("a * TRUE = 1", 5, "expected a number or a name, found a boolean"),
        ("(a = 1) * 2 = 1", 1, "expected a number or a name, found a condition"),
        ("2 * (a = 1) = 1", 5, "expected a number or a name, found a condition"),
        ("(a = 1) = TRUE", 1, "expected a value, found a condition"),
        ("b = (a = 1)", 5, "expected a value, found a condition"),
        ("(NOT a) < 1", 1, "expected a number or a name, found a condition"),
        ("(TRUE) = b", 1, "expected a number or a name, found a boolean"),
        ("b = (TRUE)", 5, "expected a number or a name, found a boolean"),
        ("a = ('x')", 6, "expected a condition or a number, found a string"),
        ("('x') = a", 2, "expected a condition or a number, found a string"),
        ("(a) IN ('x')", 1, "expected a name before IN"),
        ("(a) LIKE 'x'", 1, "expected a name before LIKE"),
        ("(a) IS NULL", 1, "expected a name before IS"),
        ("a + b IS NULL", 1, "expected a name before IS"),
        ("-a IN ('x')", 1, "expected a name before IN"),
        ("TRUE IS NULL", 1, "expected a name before IS"),
        ("TRUE BETWEEN 1 AND 2", 1, "expected a number or a name, found a boolean"),
        ("a BETWEEN 1 AND TRUE", 17, "expected a number or a name, found a boolean"),
        ("a BETWEEN 1 OR 2", 13, "expected AND and the upper bound of BETWEEN, found OR"),
        ("a BETWEEN 1", 12, "expected AND and the upper bound of BETWEEN, found the end"),
        ("a NOT 1", 7, "expected BETWEEN, IN or LIKE, found 1"),
        ("a NOT IS NULL", 7, "expected BETWEEN, IN or LIKE, found IS"),
        ("a IS", 5, "expected NULL or NOT NULL, found the end"),
        ("a IS NOT b", 10, "expected NULL, found b"),
        ("a IN 'x'", 6, "expected ( and the strings of IN, found 'x'"),
        ("a IN ('x'", 10, "expected , or ), found the end"),
        ("a IN ('x',)", 11, "expected a string in quotes, found )"),
        ("a IN ('x' 'y')", 11, "expected , or ), found 'y'"),
        ("a LIKE 'x' ESCAPE ''", 19, "expected one character in quotes"),
        ("a LIKE 'x' ESCAPE 1", 19, "expected one character in quotes, found 1"),
        ("a LIKE 'x' ESCAPE", 18, "expected one character in quotes, found the end"),
        ("a ESCAPE 'x'", 3, "expected AND, OR or the end, found ESCAPE"),
        ("a = b = c", 7, "expected AND, OR or the end, found ="),
        ("a = NOT b", 5, "expected a value or a condition, found NOT"),
        ("5 AND a", 3, "expected a comparison operator, found AND"),
        ("a AND 5", 8, "expected a comparison operator, found the end"),
        ("a OR 'x' OR b", 10, "expected a comparison operator, found OR"),
        ("'x' OR b", 5, "expected a comparison operator, found OR"),
        ("NOT 5", 6, "expected a comparison operator, found the end"),
        ("NOT -a", 7, "expected a comparison operator, found the end"),
        ("(5)", 4, "expected a comparison operator, found the end"),
        ("a + 1", 6, "expected a comparison operator, found the end"),
        ("()", 2, "expected a value or a condition, found )"),
        ("a)", 2, "expected AND, OR or the end, found )"),
        ("(a b", 4, "expected ), found b"),
        ("a, b", 2, "expected AND, OR or the end, found ,"),
        ("'a' <> TRUE", 5, "a string cannot be compared with a boolean"),
        ("1 = 'a'", 3, "a number cannot be compared with a string"),
        ("-1 = TRUE", 4, "a number cannot be compared with a boolean"),
        ("'a' = 'b", 7, "expected a second quote that ends the string"),
        ('a = "b"', 5, "'\"' is no part of a selector"),
        ("a\x00", 2, "'\\x00' is no part of a selector"),
        ("a = b²", 5, "'b²' is not a name"),
    ],
)
def test_errors(text: str, position: int, reason: str) -> None:
    """SEL-08, SEL-10, SEL-21, SEL-23, SEL-24, SEL-25, SEL-26: where a text goes wrong, and what was expected there."""
    assert f"at position {position}: {reason}" in refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "a -- b",
        "a = 1 -- it's",
        "a || b = 'x'",
        "a % 2 = 0",
        "XPATH 'x'",
        "a = ?",
        "a = :b",
        "[a] = 1",
        "a = 1;",
        "a.b",
    ],
)
def test_other_dialects(text: str) -> None:
    """SEL-30: comments and the extensions of other brokers stay off."""
    refused(text)
