"""Exact values: what the application passes is often of a subclass of a built-in type.

A queue's name is a member of `class Names(str, Enum)`, a priority one of `class Level(int, Enum)`. Such a value is
equal to the plain one, but it prints and encodes in its own way. Where the API takes a value it is brought to the
built-in type, so that no part below has to expect another.
"""

from __future__ import annotations


def exact_text(value: str) -> str:
    """Return the same characters as a str, and not of a subclass."""
    return value if type(value) is str else str.__str__(value)


def exact_integer(value: int) -> int:
    """Return the same number as an int, and not of a subclass; a bool becomes 0 or 1."""
    return value if type(value) is int else int.__int__(value)


def exact_boolean(value: object, what: str) -> bool:
    """Return a boolean; 0 and 1, as scripts for Java write them, are False and True. Raises ValueError for others.

    Nothing else has a truth here: `"false"` would be true.
    """
    if type(value) is bool:
        return value
    if isinstance(value, int) and int.__int__(value) in (0, 1):
        return int.__int__(value) == 1
    raise ValueError(f"{what} is True or False, not {value!r}")


def type_name(value: object) -> str:
    """Return the name of the value's type, with its module unless that is a built-in one: an error quotes it."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
