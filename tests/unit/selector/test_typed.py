"""Selectors written for providers: what they select must not depend on where the provider differs."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jmslike.errors import UnsupportedFeatureError
from jmslike.selector import parse
from jmslike.testing.selector_cases import CASES
from jmslike_transports.shared.typed_selectors import TypedSelectors
from tests.unit.selector.naive import printed
from tests.unit.selector.support import Message, selects
from tests.unit.selector.test_random import conditions, messages

_PLAIN = TypedSelectors("a broker")
_JOINING = TypedSelectors("a broker", joins_strings=True)


@pytest.mark.parametrize("writer", [_PLAIN, _JOINING])
@pytest.mark.parametrize(
    ("text", "values", "selected"), [case[1:] for case in CASES if case[1]], ids=[case[0] for case in CASES if case[1]]
)
def test_case(writer: TypedSelectors, text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-32: to a provider that is as the specification says, the written selector is the same."""
    assert selects(writer.write(parse(text).tree), **values) is selected


@settings(max_examples=600, deadline=None)
@given(conditions, messages, st.sampled_from([_PLAIN, _JOINING]))
def test_any_selector(condition: Any, message: Message, writer: TypedSelectors) -> None:
    """SEL-32: except for what is not a number (NaN), which is unequal to all but the written selector skips it."""
    assume(not any(isinstance(each, float) and not math.isfinite(each) for each in message.properties.values()))
    selector = parse(printed(condition))
    assume("/" not in selector.text and "*" not in selector.text)  # these make what is not a number
    assert parse(writer.write(selector.tree)).matches(message) is selector.matches(message)


def test_names() -> None:
    """SEL-18: a provider may have names of its own for headers, have none for some, or know only ASCII."""
    names = {"JMSXGroupSeq": "sequence"}
    writer = TypedSelectors("a broker", names, frozenset(("JMSXGroupID",)), ascii_names=True)
    assert writer.write(parse("JMSXGroupSeq = 1").tree) == "(sequence = 1)"
    with pytest.raises(UnsupportedFeatureError, match="a broker knows no property 'größe' in selectors"):
        writer.write(parse("größe = 1").tree)
    with pytest.raises(UnsupportedFeatureError, match="a broker knows no JMSXGroupID in selectors"):
        writer.write(parse("a = 1 AND JMSXGroupID IS NULL").tree)


def test_no_negation_of_what_may_be_unknown() -> None:
    """SEL-06, SEL-20: unlike types are not equal, and what is missing is neither."""
    assert _PLAIN.write(parse("NOT n = 2").tree) == "(n IS NOT NULL AND NOT (n = 2))"
    assert _PLAIN.write(parse("n <> 2").tree) == "(n < 2 OR n > 2)"
    assert _PLAIN.write(parse("c <> 'x'").tree) == "(c LIKE '%' AND NOT (c = 'x'))"
    assert _PLAIN.write(parse("NOT b").tree) == "(b = FALSE)"


def test_literals_alone() -> None:
    """SEL-10, SEL-16: they are compared as it is written; a number without bounds stays one."""
    assert _PLAIN.write(parse("1 < 2 AND 'a' <> 'a'").tree) == "(TRUE AND FALSE)"
