"""The theory of waiting lines: how long each order waits for a service that it meets in one line."""

from __future__ import annotations

import heapq
from array import array


def waits(arrivals: array[int], services: array[int], servers: int) -> array[int]:
    """Return how long each order waits until its service begins: one line, first come, first served, without a limit.

    Order n arrives at `arrivals[n]` and is then served for `services[n]`, by the first of the servers that is free.
    The arrivals are in ascending order. All numbers are of the same unit, and the result is exact.
    """
    free = [0] * servers
    found = array("q")
    for arrival, service in zip(arrivals, services, strict=True):
        begin = max(arrival, free[0])
        heapq.heapreplace(free, begin + service)
        found.append(begin - arrival)
    return found
