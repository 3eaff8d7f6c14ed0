"""The durable engine through the public API, beside the disk's limit and beside what keeps messages in SQLite.

Every message carries 1 KiB, and is on the disk when the call that sends it returns. The disk's limit writes as much
into a file that was filled with zeros before, and syncs it. A cycle sends a message, receives it and acknowledges it;
the stores say what that is to them. Recovery and backlogs are in `durable_backlog`, the count of the syncs in
`durable_syncs`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Final

from benchmarks import durable_backlog, durable_syncs
from benchmarks.disk import new_folder
from benchmarks.durable_peers import BATCH, Work
from benchmarks.durable_stores import BATCHING, STORES
from benchmarks.harness import Comparison

SECONDS: Final = 1.0  # that each sample lasts
WARM_UP: Final = 100  # calls

PEERS: Final = ("sqlite3", "persist-queue", "litequeue", "huey")


def durations(work: Work) -> list[float]:
    """Do the work again and again until the time is up; return the seconds that each took."""
    for _ in range(WARM_UP):
        work()
    found = []
    before = time.perf_counter()
    end = before + SECONDS
    while before < end:
        work()
        after = time.perf_counter()
        found.append(after - before)
        before = after
    return found


def durations_of_senders(name: str, senders: int) -> list[list[float]]:
    """Send from this many threads at once; return the seconds of each send, for each thread."""
    with new_folder() as folder, closing(STORES[name](folder)) as store:
        works = [store.sender() for _ in range(senders)]
        with ThreadPoolExecutor(senders) as threads:
            return list(threads.map(durations, works))


def per_second(each: list[float]) -> float:
    return len(each) / sum(each)


def sends(name: str, senders: int) -> float:
    """Return the messages per second of all senders together."""
    return sum(per_second(each) for each in durations_of_senders(name, senders))


def send_time(name: str, senders: int, percent: int) -> float:
    """Return the microseconds that this percentage of the sends do not exceed."""
    together = [one for each in durations_of_senders(name, senders) for one in each]
    return statistics.quantiles(together, n=100)[percent - 1] * 1e6


def cycles(name: str) -> float:
    """Return the cycles per second."""
    with new_folder() as folder, closing(STORES[name](folder)) as store:
        return per_second(durations(store.cycle()))


def batched(name: str) -> float:
    """Return the messages per second that are sent in transactions of a hundred."""
    with new_folder() as folder, closing(BATCHING[name](folder)) as store:
        return BATCH * per_second(durations(store.batch()))


def of_one_sender() -> Iterator[Comparison]:
    ours, limit = partial(sends, "jmslike", 1), partial(sends, "limit", 1)
    yield Comparison("send / the disk's limit", ours, limit, "sends/s", (0.75, 0.88))
    yield Comparison("send, the engine alone / the limit", partial(sends, "engine", 1), limit, "sends/s")
    for percent, target in ((50, None), (99, (2, 1.3))):
        ours_of_time, limit_of_time = (partial(send_time, name, 1, percent) for name in ("jmslike", "limit"))
        yield Comparison(f"send, p{percent} / the limit's p{percent}", ours_of_time, limit_of_time, "us", target)
    for peer in PEERS:
        yield Comparison(f"send / {peer}", ours, partial(sends, peer, 1), "sends/s")


def of_many_senders() -> Iterator[Comparison]:
    for senders, target in ((4, None), (16, (2.5, 3.3))):
        ours = partial(sends, "jmslike", senders)
        yield Comparison(f"{senders} senders / 1 sender", ours, partial(sends, "jmslike", 1), "sends/s", target)
        for peer in ("limit", "sqlite3", "persist-queue"):
            yield Comparison(
                f"{senders} senders / {peer}, {senders} threads", ours, partial(sends, peer, senders), "sends/s"
            )
        for percent in (50, 99):
            name = f"{senders} senders, p{percent} / sqlite3"
            ours_of_time, theirs = (partial(send_time, it, senders, percent) for it in ("jmslike", "sqlite3"))
            yield Comparison(name, ours_of_time, theirs, "us")


def of_cycles() -> Iterator[Comparison]:
    targets: dict[str, dict[str, tuple[float, float]]] = {
        "jmslike": {"sqlite3": (1.4, 1.7), "persist-queue": (3.5, 4.3)},
        "jmslike, AUTO": {"sqlite3": (2.2, 3), "persist-queue": (5, 7)},
    }
    for name, mode in (("jmslike", "CLIENT"), ("jmslike, AUTO", "AUTO"), ("engine", "the engine alone")):
        for peer in ("limit", *PEERS) if name != "engine" else ("limit",):
            target = targets.get(name, {}).get(peer)
            yield Comparison(
                f"cycle, {mode} / {peer}", partial(cycles, name), partial(cycles, peer), "cycles/s", target
            )


COMPARISONS = [
    *of_one_sender(),
    *of_many_senders(),
    *of_cycles(),
    Comparison(
        "transactions of 100 / SQLite executemany",
        partial(batched, "jmslike"),
        partial(batched, "sqlite3"),
        "messages/s",
        (2, 3.5),
    ),
    *durable_backlog.COMPARISONS,
    *durable_syncs.COMPARISONS,
]
