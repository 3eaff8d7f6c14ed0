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


@dataclass(frozen=True, slots=True)
class Flow:
    """How many messages were sent in all, and how many a second were settled after the warm-up; 0.0 if none was."""

    sent: int
    rate: float


def flat_out(send: Callable[[int], object], settled: Callable[[], int], plan: Plan, time: Time = SYSTEM_TIME) -> Flow:
    """Call `send` with the keys 1, 2, 3 ..., while at most `plan.window` of them are not settled.

    `settled` returns how many messages have reached every receiver that they are for. The loop ends after its time, or
    when none is settled for `plan.patience` seconds.
    """
    start = measured_from = latest = time.now()
    end = start + round((plan.warm_up + plan.run) * SECOND)
    warm = start + round(plan.warm_up * SECOND)
    patience = round(plan.patience * SECOND)
    sent = done = before = 0
    warming = True
    while (now := time.now()) < end and now - latest < patience:
        if warming and now >= warm:
            warming = False
            measured_from, before = now, settled()
        if sent - done < plan.window:
            sent += 1
            send(sent)
        elif (more := settled()) > done:
            done = more
            latest = now
        else:
            time.wait_until(now + PAUSE)
    finished = settled() - before
    return Flow(sent, finished * SECOND / (now - measured_from) if not warming and now > measured_from else 0.0)


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
