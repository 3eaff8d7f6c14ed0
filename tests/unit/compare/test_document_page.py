"""The page about the JSON names every field of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from jmslike.compare.document import FORMAT, VERSION
from jmslike.compare.results import Comparison

PAGE = (Path(__file__).parents[3] / "docs" / "comparison-json.md").read_text(encoding="utf-8")


def kinds(kind: Any) -> Iterator[type]:
    """A dataclass, and those that its fields hold."""
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from kinds(hint)
    for inner in get_args(kind):
        yield from kinds(inner)


@pytest.mark.parametrize("kind", dict.fromkeys(kinds(Comparison)), ids=lambda kind: kind.__name__)
def test_every_field_is_on_the_page(kind: type) -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert [each.name for each in fields(kind) if each.name not in named] == []


def test_format_and_version_are_on_the_page() -> None:
    assert f'`"format": "{FORMAT}"` and `"version": {VERSION}`' in PAGE
