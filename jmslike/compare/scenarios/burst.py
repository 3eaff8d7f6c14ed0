"""The burst of orders that `peak` and `crash` play: it comes faster than the service works, and is then over."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from jmslike.compare.flows.service import service_times
from jmslike.compare.plan import Setting
from jmslike.compare.timing.schedule import burst

WORKERS: Final = 2
WORK: Final = 0.005
"""Seconds of work in an order, in the mean."""
CROWDING: Final = 1.5
"""How many times as many orders come, while they come, as the service can work on."""
POLL: Final = 0.01
"""Seconds after which a worker of a table looks again."""


@dataclass(frozen=True, slots=True)
class Burst:
    """The orders of a burst: when each is due, how long the service works on it, and its text; key n is at n - 1."""

    schedule: array[int]
    times: array[int]
    texts: Sequence[str]

    @property
    def count(self) -> int:
        """How many orders there are."""
        return len(self.schedule)

    def text(self, key: int) -> str:
        """Return the text of an order; those of the source take turns."""
        return self.texts[(key - 1) % len(self.texts)]


def burst_of(setting: Setting) -> Burst:
    """Return the burst of a run, which is the same for all of its columns and rounds."""
    plan = setting.plan
    count = plan.samples
    return Burst(
        burst(count, count * WORK / WORKERS / CROWDING, plan.seed),
        service_times(count, WORK, plan.seed),
        list(islice(setting.source, count)),
    )
