"""A service with a time of its own: what it takes for each order, and what a crash leaves."""

from __future__ import annotations

from array import array

from jmslike.compare.flows.service import Service, Worker, service_times
from jmslike.compare.timing.schedule import SECOND
from tests.unit.compare.timing.virtual_time import VirtualTime


def test_the_same_seed_has_the_same_times() -> None:
    times = service_times(100, 0.005, seed=3)
    assert times == service_times(100, 0.005, seed=3) != service_times(100, 0.005, seed=4)
    assert 0.0025 * SECOND <= min(times) < max(times) <= 0.0075 * SECOND


def test_an_order_takes_its_own_time() -> None:
    time = VirtualTime()
    worker = Worker(Service(array("q", [10, 70]), time))
    start = time.now()
    assert worker.serve(2)
    assert worker.serve(1)
    assert list(worker.keys) == [2, 1]
    assert [at - start for at in worker.begun] == [0, 70]
    assert [at - start for at in worker.ended] == [70, 80]


class CrashingTime(VirtualTime):
    """The service crashes while it works."""

    service: Service

    def wait_until(self, due: int) -> None:
        self.service.crash()


def test_the_order_in_work_at_a_crash_is_not_finished() -> None:
    time = CrashingTime()
    service = Service(array("q", [10, 10, 10]), time)
    time.service = service
    worker = Worker(service)
    assert not worker.serve(2)
    assert not worker.serve(3)
    assert (list(worker.keys), list(worker.unfinished)) == ([], [2])


def test_a_worker_of_before_the_crash_does_no_more_after_the_restart() -> None:
    service = Service(array("q", [10]), VirtualTime())
    before = Worker(service)
    service.crash()
    assert not service.is_up
    service.restart()
    assert service.is_up
    assert not before.serve(1)
    assert Worker(service).serve(1)
