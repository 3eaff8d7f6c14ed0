"""A service that needs a certain time for each order: the same one behind a call, a table, a queue and a topic."""

from __future__ import annotations

from array import array
from random import Random
from typing import Final

from jmslike.compare.timing.driver import SYSTEM_TIME, Time
from jmslike.compare.timing.schedule import SECOND


def service_times(count: int, seconds: float, seed: int) -> array[int]:
    """Return the nanoseconds of work in each of `count` orders: between half of `seconds` and one and a half of it."""
    random = Random(seed)
    return array("q", (round(seconds * (0.5 + random.random()) * SECOND) for _ in range(count)))


class Service:
    """A service whose work on the order with key n takes the n-th of `times`, in nanoseconds.

    It waits for that time and burns no processor, as a service does that waits for another system. It can crash and
    come back; any thread may say so.
    """

    def __init__(self, times: array[int], time: Time = SYSTEM_TIME) -> None:
        self.times: Final = times
        self.time: Final = time
        self.is_up: bool = True
        self.crashes: int = 0

    def crash(self) -> None:
        """End all work, unfinished; the workers do no more."""
        self.is_up = False
        self.crashes += 1

    def restart(self) -> None:
        """Be back, for new workers."""
        self.is_up = True

    def work(self, key: int) -> None:
        """Work on an order."""
        self.time.wait_until(self.time.now() + self.times[key - 1])


class Worker:
    """A worker of a service, of one thread, with its log: it works on one order at a time, until the service crashes.

    Order `keys[i]` was in work from `begun[i]` to `ended[i]`, in nanoseconds on the clock of the driver. `unfinished`
    has the order in whose work the service crashed.
    """

    def __init__(self, service: Service) -> None:
        self.keys: Final = array("q")
        self.begun: Final = array("q")
        self.ended: Final = array("q")
        self.unfinished: Final = array("q")
        self._service = service
        self._crashes = service.crashes

    @property
    def is_up(self) -> bool:
        """Whether the service has not crashed since this worker began."""
        return self._service.crashes == self._crashes

    def serve(self, key: int) -> bool:
        """Work on an order. Return whether it is finished; it is not if the service crashes before."""
        if not self.is_up:
            return False
        begun = self._service.time.now()
        self._service.work(key)
        if not self.is_up:
            self.unfinished.append(key)
            return False
        self.keys.append(key)
        self.begun.append(begun)
        self.ended.append(self._service.time.now())
        return True
