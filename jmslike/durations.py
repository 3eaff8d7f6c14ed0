"""Durations that a caller passes: seconds as a number, or a timedelta."""

from __future__ import annotations

import inspect
import math
import sys
import threading
import warnings
from datetime import timedelta
from typing import Final, TypeAlias

Duration: TypeAlias = float | timedelta

_OURS: Final = ("jmslike", "jmslike_transports")
AN_HOUR: Final = 3600
_AGES: Final = 10**9

_LARGEST: Final = sys.float_info.max
"""An int beyond it is no float."""


def seconds(value: Duration, what: str) -> float:
    """Return the duration in seconds. Raises ValueError if it is negative, not a number or of another type."""
    if isinstance(value, timedelta):
        number = value.total_seconds()
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{what} is a number of seconds or a timedelta, not {value!r}")
    else:
        number = value
        if number >= AN_HOUR:
            warn_of_milliseconds(number, what)
    if not number >= 0:  # also NaN
        raise ValueError(f"{what} must not be negative, it is {value!r}")
    return math.inf if number > _LARGEST else float(number)


def warn_of_milliseconds(number: float, what: str) -> None:
    """Warn, at the place in the application, of an hour or more in round thousands: Java has milliseconds."""
    if not AN_HOUR <= number < _AGES or number % 1000:
        return
    value = int(number)
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        level, frame = level + 1, frame.f_back
    warnings.warn(
        f"the {what} is {value} seconds, which is {timedelta(seconds=value)}: if milliseconds are meant, as in Java, "
        f"divide by 1000; if it is right, write timedelta(seconds={value})",
        stacklevel=level,
    )


def waiting_time(timeout: Duration | None) -> float | None:
    """Return a timeout in seconds; None for forever, also if no system clock can count it. Raises ValueError."""
    if timeout is None:
        return None
    time = seconds(timeout, "timeout")
    return time if time < threading.TIMEOUT_MAX else None
