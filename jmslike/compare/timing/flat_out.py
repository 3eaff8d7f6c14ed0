"""The closed loop of a throughput: as fast as receivers settle what was sent, within a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jmslike.compare.plan import Plan
from jmslike.compare.timing.driver import SYSTEM_TIME, Time
from jmslike.compare.timing.schedule import SECOND

PAUSE: Final = 500_000
"""Nanoseconds between two looks at what is settled, while there is nothing to send: receivers note without a lock."""
FEWEST: Final = 20
"""Messages that a rate is made of at least, however short the run is."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many messages were sent in all, and how many a second were settled after the warm-up; 0.0 if none was."""

    sent: int
    rate: float


def flat_out(send: Callable[[int], object], settled: Callable[[], int], plan: Plan, time: Time = SYSTEM_TIME) -> Flow:
    """Call `send` with the keys 1, 2, 3 ..., while at most `plan.window` of them are not settled.

    `settled` returns how many messages have reached every receiver that they are for. The warm-up lasts until the first
    of them has, and the run until there are enough for a rate. Both end when the window is full and none of it is
    settled for `plan.patience` seconds.
    """
    start = measured_from = latest = time.now()
    warm = start + round(plan.warm_up * SECOND)
    patience = round(plan.patience * SECOND)
    end: int | None = None
    sent = done = before = 0
    while (now := time.now()) - latest < patience:
        if end is None and now >= warm and (before := settled()):
            measured_from = latest = now
            end = now + round(plan.run * SECOND)
        if end is not None and now >= end and settled() - before >= FEWEST:
            break
        if sent - done < plan.window:
            sent += 1
            latest = now
            send(sent)
        elif (more := settled()) > done:
            done = more
            latest = now
        else:
            time.wait_until(now + PAUSE)
    finished = settled() - before
    return Flow(sent, 0.0 if end is None else finished * SECOND / (now - measured_from))


def settle(settled: Callable[[], int], count: int, patience: float, time: Time = SYSTEM_TIME) -> bool:
    """Wait until `count` messages are settled. Return False when none is for `patience` seconds."""
    done = settled()
    latest = time.now()
    while done < count:
        time.wait_until(time.now() + PAUSE)
        if (more := settled()) > done:
            done = more
            latest = time.now()
        elif time.now() - latest >= patience * SECOND:
            return False
    return True
