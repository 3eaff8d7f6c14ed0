"""A table that is polled: an order has one worker at a time, and that of a dead one is free after its lease."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from jmslike.compare.flows.service import Service
from jmslike.compare.flows.table import Claim, OrderTable, PolledService
from tests.unit.compare.timing.virtual_time import VirtualTime

LEASE = 5.0
ORDERS = 20


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def table(tmp_path: Path, time: VirtualTime) -> Iterator[OrderTable]:
    with closing(OrderTable(tmp_path, time)) as table:
        table.create()
        yield table


def fill(table: OrderTable, count: int) -> None:
    for key in range(1, count + 1):
        table.add(key, f"order {key}")


def test_two_workers_never_claim_one_order(table: OrderTable, tmp_path: Path, time: VirtualTime) -> None:
    fill(table, ORDERS)

    def work(number: int) -> list[int]:
        found = []
        with closing(OrderTable(tmp_path, time)) as mine:
            while (claim := mine.claim(LEASE)) is not None:
                assert mine.finish(claim)
                found.append(claim.key)
        return found

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(work, range(2))
    assert sorted(first + second) == list(range(1, ORDERS + 1))
    assert first == sorted(first)
    assert second == sorted(second)


def test_orders_are_claimed_in_their_order_each_once(table: OrderTable) -> None:
    fill(table, 3)
    assert [table.claim(LEASE) for _ in range(4)] == [Claim(1, 1), Claim(2, 1), Claim(3, 1), None]


def test_the_order_of_a_dead_worker_is_free_after_its_lease(table: OrderTable, time: VirtualTime) -> None:
    fill(table, 1)
    assert table.claim(LEASE) == Claim(1, 1)
    time.spend(LEASE - 0.001)
    assert table.claim(LEASE) is None
    time.spend(0.001)
    assert table.claim(LEASE) == Claim(1, 2)


def test_a_worker_that_was_too_slow_finishes_nothing(table: OrderTable, time: VirtualTime) -> None:
    fill(table, 1)
    slow = table.claim(LEASE)
    time.spend(LEASE)
    quick = table.claim(LEASE)
    assert slow is not None
    assert quick is not None
    assert not table.finish(slow)
    assert table.finish(quick)
    assert not table.finish(quick)
    time.spend(LEASE)
    assert table.claim(LEASE) is None


def test_what_was_added_is_seen_by_another_connection(table: OrderTable, tmp_path: Path, time: VirtualTime) -> None:
    with closing(OrderTable(tmp_path, time)) as other:
        assert other.claim(LEASE) is None
        table.add(7, "'; DROP TABLE orders; --")
        assert other.claim(LEASE) == Claim(7, 1)


WORK = 1000
"""Nanoseconds."""


class PolledTime(VirtualTime):
    """Notes the first look at the table that found nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.idle = Event()

    def wait_until(self, due: int) -> None:
        if due - self.moment > WORK:  # also where another worker has moved the time
            self.idle.set()
        super().wait_until(due)


def test_workers_serve_every_order_once(table: OrderTable, tmp_path: Path) -> None:
    fill(table, ORDERS)
    time = PolledTime()
    polled = PolledService(Service(array("q", [WORK] * ORDERS), time), tmp_path, 2, poll=0.01, lease=LEASE)
    polled.start()
    time.idle.wait()
    polled.close()
    assert polled.served == ORDERS
    assert sorted(key for worker in polled.workers for key in worker.keys) == list(range(1, ORDERS + 1))


class CrashTime(PolledTime):
    """The service crashes in the work on the second order; the fourth work is the last."""

    service: Service

    def __init__(self) -> None:
        super().__init__()
        self.crashed = Event()
        self.last = Event()
        self._works = 0

    def wait_until(self, due: int) -> None:
        if due - self.moment <= WORK:
            self._works += 1
            if self._works == 2:
                self.service.crash()
                self.crashed.set()
            if self._works == 4:
                self.last.set()
        super().wait_until(due)


def test_after_a_crash_the_claimed_order_waits_for_its_lease(tmp_path: Path) -> None:
    """The looks at the table move the time, so the lease ends while the new worker looks."""
    time = CrashTime()
    service = time.service = Service(array("q", [WORK] * 3), time)
    polled = PolledService(service, tmp_path, 1, poll=0.01, lease=0.05)
    with closing(OrderTable(tmp_path, time)) as table:
        table.create()
        fill(table, 3)
    polled.start()
    time.crashed.wait()
    polled.crash()
    polled.start()
    time.last.wait()
    polled.close()
    before, after = polled.workers
    assert (list(before.keys), list(before.unfinished)) == ([1], [2])
    assert list(after.keys) == [3, 2]
