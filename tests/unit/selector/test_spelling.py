"""Selectors over values of which only the spelling is known."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.selector import parse
from jmslike.values.spelled import SpelledProperties, without_types
from tests.unit.selector.support import Message

TRUE = [
    "n > 5", "n = 7", "5 < n", "n <> 8", "n BETWEEN 6 AND 8", "n NOT BETWEEN 8 AND 9", "NOT n = 8", "n = 7.0",
    "n * 2 > 13", "n + 1 = 8", "-n = -7", "+n = 7", "n / 2 = 3", "n * n = 49", "n > typed", "n = n", "n = same",
    "big = 9007199254740993", "half < n", "half = 0.5", "nan <> 1", "hex = 16",
    "flag", "flag = TRUE", "NOT flag = FALSE", "TRUE = flag", "flag <> FALSE", "off = FALSE", "NOT off", "flag = yes",
    "n = '7'", "n <> '8'", "n LIKE '7%'", "n IN ('7', '8')", "n NOT IN ('5', '6')", "flag = 'true'", "n IS NOT NULL",
    "word = 'tin'", "word <> 'can'", "zip = '07'", "n = typed + 4", "(n > 5 AND flag) OR word = 'can'",
    "NOT n = TRUE", "NOT word * 2 > 0",
]  # fmt: skip
FALSE = [
    "n > 7", "n = 8", "n <> 7", "n < 5", "NOT n = 7", "NOT n > 5", "n IS NULL", "n = TRUE",
    "flag = FALSE", "NOT flag", "off", "n", "NOT n", "flag > 0", "word > 5", "word < 5", "word = 5", "word <> 5",
    "word * 2 > 0", "word = TRUE", "n = '8'", "n <> '7'", "n IN ('5', '6')", "n LIKE '8%'",
    "n = word", "n > word", "nan > 1", "none > 5", "NOT none > 5", "none = n", "-none = n", "string = 7", "string > 6",
    "NOT flag = yes", "n > flag", "typed = '3'",
]  # fmt: skip
VALUES: dict[str, Any] = {
    "n": "7", "same": "7.0", "half": "0.5", "big": "9007199254740993", "nan": "NaN", "hex": "0x1p4", "flag": "true",
    "off": "FALSE", "word": "tin", "zip": "07", "typed": 3, "yes": True, "string": "7",
}  # fmt: skip


def message(values: dict[str, Any], *typed: str) -> Message:
    found = Message(values)
    found.properties = without_types(found.properties, found.properties.keys() - typed)
    return found


@pytest.mark.parametrize("text", TRUE)
def test_it_is_what_the_selector_asks_for(text: str) -> None:
    assert parse(text).selects(message(VALUES, "string"))


@pytest.mark.parametrize("text", FALSE)
def test_it_is_nothing_else(text: str) -> None:
    assert not parse(text).selects(message(VALUES, "string"))


@given(st.text(alphabet="0123456789.eE+-xXpPfFdDNaIntyTrue ", max_size=6))
def test_all_that_reads_as_a_number_or_boolean_is_marked(text: str) -> None:
    """Else a string that jmslike sent could not be distinguished."""
    selector = parse("v = 0 OR v <> 0 OR v = TRUE OR v = FALSE")
    everything = Message({})
    everything.properties = SpelledProperties({"v": text}, frozenset({"v"}))
    assert selector.selects(message({"v": text})) == selector.selects(everything)


def test_a_copy_has_the_same_marks() -> None:
    properties: Any = message(VALUES).properties
    for copied in (copy.deepcopy(properties), pickle.loads(pickle.dumps(properties))):
        assert isinstance(copied, SpelledProperties)
        assert (copied, copied.spelled) == (properties, properties.spelled)
