"""Values of options, as text from a URL or as a keyword: what core and transports make of them.

Each function raises a ValueError that names the option, its value and what it takes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NoReturn, TypeVar

from jmslike.durations import warn_of_milliseconds
from jmslike.errors import JMSError
from jmslike.exact import exact_integer, exact_text

Value = TypeVar("Value")


def text_of(value: Any) -> str:
    """Return a value as it would stand in a URL: seconds for a timedelta; anything else as it prints."""
    if isinstance(value, str):
        return exact_text(value)
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    if isinstance(value, int) and not isinstance(value, bool):
        return str(exact_integer(value))
    return str(value)


def text(name: str, value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        refuse(name, value, "a str")
    return exact_text(value)


def whole(name: str, value: Any, lowest: int, highest: int | None = None) -> int:
    """Return a whole number within the bounds."""
    expected = f"of at least {lowest}" if highest is None else f"from {lowest} to {highest}"
    number = int(value) if isinstance(value, str) and value.removeprefix("-").isdecimal() else value
    if isinstance(number, int) and not isinstance(number, bool):
        number = exact_integer(number)
    if type(number) is not int or number < lowest or (highest is not None and number > highest):
        refuse(name, value, f"a whole number {expected}")
    return number


def seconds(name: str, value: Any, lowest: float = 0, highest: float = math.inf, also: str = "") -> float:
    """Return seconds within the bounds, also of a timedelta. `also` says what else the option takes, if the caller has
    looked for that."""
    bounds = f"at least {lowest:g}" if highest == math.inf else f"{lowest:g} to {highest:.10g}"
    meant = isinstance(value, timedelta)
    number = _number(name, value.total_seconds() if meant else value, lowest, highest, f"{also}{bounds} seconds")
    if not meant:
        warn_of_milliseconds(number, f"option {name}")
    return number


def factor(name: str, value: Any, lowest: float) -> float:
    """Return a number of at least `lowest`."""
    return _number(name, value, lowest, math.inf, f"a number of at least {lowest:g}")


def choice(name: str, value: str, known: Mapping[str, Value]) -> Value:
    """Return what the value stands for."""
    if value.lower() not in known:
        refuse(name, value, " or ".join(known))
    return known[value.lower()]


def refuse(name: str, value: Any, expected: str) -> NoReturn:
    """Raise the ValueError. A user and a password are not quoted."""
    shown = f"a {type(value).__name__}" if name in ("user_name", "password") else repr(value)
    raise ValueError(f"option {name} is {shown}, but it takes {expected}")


def _number(name: str, value: Any, lowest: float, highest: float, expected: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not lowest <= number <= highest or number == math.inf:
        refuse(name, value, expected)
    return number


def is_of_a_setting(error: Exception) -> bool:
    """Whether an error says that a connection cannot be made with these settings, whatever the provider answers."""
    return type(error) is JMSError and type(error.__cause__) is ValueError
