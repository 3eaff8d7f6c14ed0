"""Properties that came as texts, without their types.

A protocol whose headers are text has no types. jmslike sends the types along, other clients do not. The text of such a
property is then all that is known: "7" may have been a number or a String.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from jmslike.values import PropertyValue

_NONE: Final[frozenset[str]] = frozenset()
_FIRST_OF_OTHERS: Final = frozenset("+-.0123456789NIftFT" + "".join(map(chr, range(0x21))))
"""How numbers and booleans begin, as they are read from a text: with digits, true, NaN, or blanks."""


class SpelledProperties(dict[str, PropertyValue]):
    """Properties of which some are known by their spelling only: `spelled` has their names, the values are texts.

    To an application these are Strings. A selector compares each as what it asks for.
    """

    __slots__ = ("spelled",)
    spelled: frozenset[str]

    def __init__(self, values: Mapping[str, PropertyValue], spelled: frozenset[str]) -> None:
        super().__init__(values)
        self.spelled = spelled


def is_ambiguous(text: str) -> bool:
    """Whether the text could be the spelling of a number or boolean. True for some others, too."""
    return text[:1] in _FIRST_OF_OTHERS


def without_types(properties: dict[str, PropertyValue], names: Iterable[str]) -> dict[str, PropertyValue]:
    """Return the properties, and mark those of these names, which came without a type, as far as it matters."""
    spelled = [
        name for name in names if isinstance(text := properties[name], str) and text[:1] in _FIRST_OF_OTHERS
    ]  # as `is_ambiguous` says, without a call for each property that is read
    return SpelledProperties(properties, frozenset(spelled)) if spelled else properties


def spelled_names(properties: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of those that are known by their spelling only."""
    return properties.spelled if isinstance(properties, SpelledProperties) else _NONE


def marked_like(original: Mapping[str, Any], changed: dict[str, PropertyValue]) -> dict[str, PropertyValue]:
    """Return the changed copy of properties with the marks of the original."""
    return SpelledProperties(changed, original.spelled) if isinstance(original, SpelledProperties) else changed
