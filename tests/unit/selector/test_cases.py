"""The selector cases of the semantics page, each under its own id."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.errors import InvalidSelectorError
from jmslike.selector import parse
from jmslike.testing.selector_cases import CASES, INVALID
from tests.unit.selector.support import selects

POSITIONS = (
    1, 1, 2, 1, 6, 1, 5, 8, 8, 8, 3, 4, 7, 10, 7, 6, 6, 5, 1, 5, 5, 7, 11, 7, 7, 1, 8, 8, 20, 1, 6, 1, 2, 5, 5, 1,
    4, 10, 7, 3,
)  # fmt: skip
"""Where each of the invalid ones goes wrong, counted from 1."""


@pytest.mark.parametrize(("text", "values", "selected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_case(text: str, values: dict[str, Any], selected: bool) -> None:
    """SEL-01, SEL-04, SEL-05, SEL-28, SEL-29, SEL-32: a selector selects what the page says, and nothing else."""
    assert selects(text, **values) is selected


@pytest.mark.parametrize(
    ("text", "position"),
    [(text, position) for (_, text), position in zip(INVALID, POSITIONS, strict=True)],
    ids=[case[0] for case in INVALID],
)
def test_invalid(text: str, position: int) -> None:
    """SEL-08, SEL-10, SEL-19, SEL-27, SEL-30: what is not in the language is refused where it goes wrong."""
    with pytest.raises(InvalidSelectorError, match=rf"^invalid selector at position {position}: "):
        parse(text)
