"""Deliveries that a consumer holds until they are due to be delivered again, while others pass them."""

from __future__ import annotations

import heapq
import itertools
from typing import TypeAlias

from jmslike.clock import Clock
from jmslike.spi import Delivery

_Place: TypeAlias = "tuple[float, int, Delivery]"


class Waiting:
    """Deliveries in the order in which they are due; those that are due together keep their order."""

    __slots__ = ("_clock", "_numbers", "_places")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._numbers = itertools.count()
        self._places: list[_Place] = []  # a heap

    def __bool__(self) -> bool:
        return bool(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def add(self, delivery: Delivery, delay: float) -> None:
        """Hold the delivery for `delay` seconds."""
        heapq.heappush(self._places, (self._clock.monotonic() + delay, next(self._numbers), delivery))

    @property
    def due(self) -> float | None:
        """When (monotonic seconds) the first of them is due; None if there is none. Safe from any thread."""
        places = self._places
        if not places:  # nearly always, and looked at for each message: an exception would cost more than a receive
            return None
        try:
            return places[0][0]
        except IndexError:  # the session's thread has taken the last one
            return None

    def until(self, deadline: float | None) -> float | None:
        """Return the deadline (monotonic seconds; None: never), or when the first of them is due if that is earlier."""
        if not self._places:
            return deadline
        due = self.due
        if due is None:
            return deadline
        return due if deadline is None else min(deadline, due)

    def pop(self) -> Delivery | None:
        """Take out one that is due; None if there is none."""
        if not self._places:
            return None
        due = self.due
        if due is None or due > self._clock.monotonic():
            return None
        return heapq.heappop(self._places)[2]

    def clear(self) -> list[Delivery]:
        """Take all out, in their order."""
        places, self._places = self._places, []
        return [delivery for _, _, delivery in sorted(places)]
