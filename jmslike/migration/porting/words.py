"""Names of Java as names of Python."""

from __future__ import annotations

import keyword
import re
from typing import Final

MODULES: Final = frozenset(
    (
        *("collections", "concurrent", "contextlib", "dataclasses", "datetime", "enum", "logging", "math", "os"),
        *("random", "re", "sys", "threading", "time", "traceback", "uuid"),
    )
)
"""The modules that drafts use."""
_BUILTINS: Final = frozenset(
    (
        *("abs", "bool", "bytearray", "bytes", "chr", "dict", "float", "hash", "int", "isinstance", "iter", "len"),
        *("list", "max", "min", "next", "object", "ord", "print", "range", "repr", "round", "set", "setattr"),
        *("sorted", "str", "sum", "super", "type"),
        *("hash_code", "read_line", "todo"),
    )
)
"""What drafts call, so that no variable may have the name."""


def variable(name: str) -> str:
    """Return the name of a variable: with an underscore behind it where Python has another use for it."""
    return f"{name}_" if name in MODULES or name in _BUILTINS or name in ("self", "this", "outer") else member(name)


def member(name: str) -> str:
    """Return the name of an attribute or a method."""
    return f"{name}_" if keyword.iskeyword(name) else name.replace("$", "_")


def snake_case(name: str) -> str:
    """Return a name in Python's case (rule 2 of docs/api-names.md); constants stay."""
    if name.isupper():
        return name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
