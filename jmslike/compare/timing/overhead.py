"""What the harness costs by itself: the loop of a run with a function call instead of a transport."""

from __future__ import annotations

from array import array
from typing import Final

from jmslike.compare.plan import Plan
from jmslike.compare.results import Overhead
from jmslike.compare.timing.driver import SYSTEM_TIME, drive
from jmslike.compare.timing.histogram import encode
from jmslike.compare.timing.log import ArrivalLog, percentile
from jmslike.compare.timing.schedule import steady

MESSAGES: Final = 2000
"""As many as take some milliseconds, when all are due at once."""
TIMES: Final = 10
"""How often they are sent: what two runs cost is compared by an interval."""


def overhead(plan: Plan) -> Overhead:
    """Measure how long a message takes that needs no time, and how late messages begin at the rate of the plan."""

    def cost() -> float:
        at_once = drive(array("q", [0]) * MESSAGES, send)
        return (at_once.returned[-1] - at_once.begun[0]) / MESSAGES

    log = ArrivalLog()

    def send(key: int) -> None:
        log.note(key, SYSTEM_TIME.now(), False)

    late = drive(steady(plan.rate, plan.samples / plan.rate), send).late
    cases = {"p50": percentile(late, 50), "p99": percentile(late, 99), "max": max(late)}
    return Overhead([cost() for _ in range(TIMES)], encode(late)[0], {case: float(cases[case]) for case in cases})
