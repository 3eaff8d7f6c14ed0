"""Logs of timed runs: which messages a receiver got, and when."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

from jmslike.compare.timing.driver import Departures


class ArrivalLog:
    """The messages that one receiver got, in their order: it alone writes, and the log is read when it has ended.

    `times` are in nanoseconds, on the clock of the driver. `again` has 1 for a message that was marked as redelivered.
    """

    def __init__(self) -> None:
        self.keys: Final[array[int]] = array("q")
        self.times: Final[array[int]] = array("q")
        self.again: Final[array[int]] = array("b")

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[tuple[int, bool]]:
        """Yield what `measure.count` needs: each key, and whether it was marked as redelivered."""
        return zip(self.keys, map(bool, self.again), strict=True)

    def note(self, key: int, at: int, again: bool) -> None:
        """Note a message, as quickly as can be, because the harness is part of what it measures."""
        self.keys.append(key)
        self.times.append(at)
        self.again.append(again)


def latencies(departures: Departures, logs: Sequence[ArrivalLog]) -> array[int]:
    """Return the nanoseconds from when each message was due until a receiver got it.

    The time that a message waited for its sender belongs to it, as the wait of a caller does. What was marked as
    redelivered, and what is no message of this run, is left out: counts tell of it.
    """
    intended = departures.intended
    return array(
        "q",
        (
            at - intended[key - 1]
            for log in logs
            for key, at, again in zip(log.keys, log.times, log.again, strict=True)
            if not again and 0 < key <= len(intended)
        ),
    )


def percentile(values: Sequence[int], percent: float) -> int:
    """Return the smallest of the values that so many percent of them do not exceed. There must be a value."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]
