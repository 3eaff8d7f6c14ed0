"""How often and how soon a link is tried again: the options of `failover:`, and the pauses between attempts."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jmslike.options import seconds, whole

OPTIONS: Final[Mapping[str, str]] = {
    "initial_delay": "seconds before the second attempt to reconnect; each later pause is twice as long (default: 0.1)",
    "max_delay": "the longest pause between two attempts, in seconds (default: 30)",
    "max_reconnects": "attempts in a row before the connection is lost, each at all hosts; -1: no limit (default: -1)",
}

_SHORTEST: Final = 0.001
"""Seconds of the shortest pause but the first, which may be none."""

Jitter = Callable[[float, float], float]
"""Returns a number between two others."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The options of one connection; durations in seconds."""

    initial_delay: float = 0.1
    max_delay: float = 30.0
    max_reconnects: int = -1
    connect_timeout: float = 10.0
    request_timeout: float = 30.0


def parse_policy(options: Mapping[str, Any]) -> Policy:
    """Read the options. Raises ValueError."""
    shortest = {"initial_delay": 0, "max_delay": _SHORTEST, "connect_timeout": _SHORTEST, "request_timeout": _SHORTEST}
    given: dict[str, Any] = {
        name: seconds(name, options[name], lowest) for name, lowest in shortest.items() if name in options
    }
    if "max_reconnects" in options:
        given["max_reconnects"] = whole("max_reconnects", options["max_reconnects"], -1)
    return Policy(**given)


class Backoff:
    """Pauses, each twice as long as the one before, up to the longest.

    Each is shortened by up to a half, at random, so that the clients of a broker that restarts do not all come at once.
    """

    def __init__(self, policy: Policy, jitter: Jitter = random.uniform) -> None:
        self._policy = policy
        self._jitter = jitter
        self.reset()

    def reset(self) -> None:
        """Begin with the shortest pause again."""
        self._next = self._policy.initial_delay

    def next(self) -> float:
        """Return the next pause, in seconds."""
        pause = min(self._next, self._policy.max_delay)
        self._next = max(2 * pause, _SHORTEST)
        return self._jitter(pause / 2, pause)

    def longest(self) -> float:
        """Return the longest pause, in seconds."""
        return self._jitter(self._policy.max_delay / 2, self._policy.max_delay)
