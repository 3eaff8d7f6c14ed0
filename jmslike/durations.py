"""Durations that a caller passes: seconds as a number, or a timedelta."""

from __future__ import annotations

import math
import sys
import threading
from datetime import timedelta
from typing import Final, TypeAlias

Duration: TypeAlias = float | timedelta

_LARGEST: Final = sys.float_info.max
"""An int beyond it is no float."""


def seconds(value: Duration, what: str) -> float:
    """Return the duration in seconds. Raises ValueError if it is negative, not a number or of another type."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{what} is a number of seconds or a timedelta, not {value!r}")
    if not value >= 0:  # also NaN
        raise ValueError(f"{what} must not be negative, it is {value!r}")
    return math.inf if value > _LARGEST else float(value)


def waiting_time(timeout: Duration | None) -> float | None:
    """Return a timeout in seconds; None for forever, also if no system clock can count it. Raises ValueError."""
    if timeout is None:
        return None
    time = seconds(timeout, "timeout")
    return time if time < threading.TIMEOUT_MAX else None
