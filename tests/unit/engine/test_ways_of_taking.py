"""A queue changes its way of taking when selectors or constraints come and go; no record gets lost or overtakes another
meanwhile, wherever a thread is stopped."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import Engine
from native_engine.queue import Queue
from tests.unit.engine.planting import plant
from tests.unit.engine.records import Record, taken
from tests.unit.engine.stepping import Scene, explore

pytestmark = pytest.mark.slow

PATIENCE = 5.0
QUEUE = "q"


def anything(record: Record) -> bool:
    return True


class Lane:
    """A queue with one sender and one receiver of everything; what is sent is 0, 1, 2 ..."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.sender = self.engine.sender("queue", QUEUE)
        self.receiver = self.engine.receiver(QUEUE)
        self.count = 0
        self.taken: list[int] = []
        self.send(1)
        self.receiver.take(0, True)
        self.count = 0

    def send(self, count: int, **details: Any) -> None:
        for _ in range(count):
            self.sender.send(Record(self.count, **details))
            self.count += 1

    def commit(self, count: int) -> None:
        self.engine.commit([(self.sender, Record(self.count + number)) for number in range(count)], [])
        self.count += count

    def take(self, count: int) -> None:
        for _ in range(count):
            if (delivery := self.receiver.take(0)) is not None:
                self.taken.append(delivery[0].body)

    def scene(self, *actions: Callable[[], Any]) -> Scene:
        def check(*outcomes: Future[Any]) -> None:
            for outcome in outcomes:
                outcome.result(PATIENCE)
            self.take(self.count)
            assert self.taken == list(range(self.count))
            self.receiver.release_unsettled()
            again = [taken(self.receiver, 0)[0].body for _ in range(self.count)]
            assert again == self.taken, "what was released does not come in its old order"

        return Scene(actions, check, self.engine.close)


def a_selector_comes() -> Scene:
    lane = Lane()
    lane.send(2)
    return lane.scene(lambda: lane.send(3), lambda: lane.take(3), lambda: lane.engine.receiver(QUEUE, anything))


def a_selector_goes() -> Scene:
    lane = Lane()
    picky = lane.engine.receiver(QUEUE, anything)
    lane.send(2)
    return lane.scene(lambda: lane.send(3), lambda: lane.take(3), picky.close)


def a_constraint_comes() -> Scene:
    lane = Lane()
    lane.send(2)

    def send() -> None:
        lane.send(1)
        lane.send(1, group="g")
        lane.send(1)

    return lane.scene(send, lambda: lane.take(3))


def the_last_constraint_goes() -> Scene:
    lane = Lane()
    lane.send(1, group="g", closes_group=True)
    lane.send(70)
    lane.take(70)
    return lane.scene(lambda: lane.send(2), lambda: lane.take(2), lambda: lane.engine.receiver(QUEUE).close())


def a_release_comes_between() -> Scene:
    lane = Lane()
    lane.send(3)
    _, receipt, _ = taken(lane.receiver, 0)
    other = lane.engine.receiver("other")

    def release_and_take() -> None:
        lane.receiver.settle([receipt], 1)
        lane.take(2)

    return lane.scene(lambda: lane.send(2), release_and_take, other.close)


def a_commit_comes() -> Scene:
    lane = Lane()
    return lane.scene(lambda: lane.commit(3), lambda: lane.take(3))


def a_first_priority_comes() -> Scene:
    lane = Lane()
    lane.send(1)
    return lane.scene(lambda: lane.send(2, priority=3), lambda: lane.take(2))


WAYS = [
    a_selector_comes,
    a_selector_goes,
    a_constraint_comes,
    the_last_constraint_goes,
    a_release_comes_between,
    a_commit_comes,
    a_first_priority_comes,
]


@pytest.mark.parametrize("make", WAYS, ids=lambda make: make.__name__)
def test_nothing_is_lost_or_overtaken(make: Callable[[], Scene]) -> None:
    """One producer's records come to one receiver in the order of sending, and again after they were released."""
    explore(make)


def test_waiting_until_no_receiver_takes_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, a record that is taken while the way changes loses its place."""
    plant(monkeypatch, Queue, "become_general", "receiver._wait_until_out()", "pass")
    with pytest.raises(AssertionError):
        explore(a_selector_comes)
