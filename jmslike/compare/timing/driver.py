"""The driver of an open loop: it sends each message when it is due, whatever became of those before it."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter_ns, sleep
from typing import Final, Protocol

from jmslike import JMSError
from jmslike.compare.timing.schedule import SECOND

LEAD: Final = 1_000_000
"""Nanoseconds until the first message is due, so that the preparation does not make it late."""


class Time(Protocol):
    """The time of a run, in nanoseconds; a test brings its own."""

    def now(self) -> int:
        """Return the nanoseconds since some moment; they only go forward."""

    def wait_until(self, due: int) -> None:
        """Return when it is `due`, or at once if that is over."""


class SystemTime:
    """The finest clock of the operating system, which all processes of a machine share, and sleep.

    The thread sleeps until a message is due: one that watched the clock would take the interpreter from receivers.
    """

    now: Final = staticmethod(perf_counter_ns)

    def wait_until(self, due: int) -> None:
        """See Time."""
        while (ahead := due - perf_counter_ns()) > 0:
            sleep(ahead / SECOND)


SYSTEM_TIME: Final[Time] = SystemTime()


@dataclass(frozen=True, slots=True)
class Departures:
    """When each message was due, when its send began, and when it returned, in nanoseconds on the clock of the run.

    The message with key n is at index n - 1. `failed` has the error of each key whose send raised one.
    """

    intended: array[int]
    begun: array[int]
    returned: array[int]
    failed: dict[int, str]

    @property
    def late(self) -> array[int]:
        """How late each send began."""
        return array("q", (begun - due for begun, due in zip(self.begun, self.intended, strict=True)))

    @property
    def asked(self) -> float:
        """The messages a second that the schedule asked for; 0.0 if it had fewer than two."""
        return _rate(len(self.intended), self.intended)

    @property
    def achieved(self) -> float:
        """The messages a second whose send began and did not fail, from when the first was due."""
        return _rate(len(self.intended) - len(self.failed), [*self.intended[:1], *self.begun[-1:]])


def drive(schedule: array[int], send: Callable[[int], object], time: Time = SYSTEM_TIME) -> Departures:
    """Call `send` with the keys 1, 2, 3 ..., each when it is due, or as soon as possible after that.

    No message is left out and none is due later because one before it was late. A JMSError of `send` is noted.
    """
    start = time.now() + LEAD
    intended = array("q", (start + due for due in schedule))
    begun, returned = array("q"), array("q")
    failed: dict[int, str] = {}
    for key, due in enumerate(intended, 1):
        time.wait_until(due)
        begun.append(time.now())
        try:
            send(key)
        except JMSError as error:
            failed[key] = str(error)
        returned.append(time.now())
    return Departures(intended, begun, returned, failed)


def _rate(count: int, times: array[int] | list[int]) -> float:
    return (count - 1) * SECOND / (times[-1] - times[0]) if count > 1 and times[-1] > times[0] else 0.0
