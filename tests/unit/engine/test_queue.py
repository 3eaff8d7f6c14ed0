"""A queue and its receivers: order, hand-over, release, browsing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any

import pytest

from native_engine import Engine, Receiver
from tests.unit.engine.records import QUEUE, Record, drain, send, taken

PATIENCE = 10.0


def test_order_and_priorities(engine: Engine) -> None:
    """ORD-01, ORD-02: higher priorities first, in order of sending within one."""
    receiver = engine.receiver(QUEUE)
    send(engine, "a", Record("b", 9), "c", Record("d", 0), Record("e", 9))
    assert drain(receiver) == ["b", "e", "a", "c", "d"]


def test_records_wait_for_a_receiver(engine: Engine) -> None:
    """DST-01: what is sent before there is a receiver waits."""
    send(engine, "a", "b")
    assert drain(engine.receiver(QUEUE)) == ["a", "b"]


def test_take_returns_none_when_the_time_is_up(engine: Engine) -> None:
    receiver = engine.receiver(QUEUE)
    assert receiver.take(0) is None
    assert receiver.take(0.01) is None
    assert receiver.take(-1) is None
    send(engine, "a")
    assert taken(receiver)[0].body == "a"


def test_each_record_goes_to_one_of_competing_receivers(engine: Engine, background: Callable[..., Future[Any]]) -> None:
    """CONS-21: each goes to exactly one."""

    def take_twenty(receiver: Receiver) -> list[int]:
        return [taken(receiver, PATIENCE)[0].body for _ in range(20)]

    takers = [background(take_twenty, engine.receiver(QUEUE)) for _ in range(3)]
    send(engine, *map(Record, range(60)))
    assert sorted(body for taker in takers for body in taker.result(PATIENCE)) == list(range(60))


def test_settled_at_hand_over_only_the_first_time(engine: Engine) -> None:
    receiver = engine.receiver(QUEUE)
    send(engine, "a")
    record, receipt, attempts = taken(receiver)
    assert attempts == 0
    assert receiver.holds(receipt)
    receiver.settle([receipt], 1)
    assert not receiver.holds(receipt)
    again, receipt, attempts = taken(receiver, 0, settle=True)
    assert again is record
    assert receipt is not None
    assert attempts == 1


def test_released_records_come_first_in_their_order(engine: Engine) -> None:
    """RED-05: before fresh ones of the same priority, after those of a higher one."""
    receiver = engine.receiver(QUEUE)
    send(engine, "a", "b", "c", "d")
    held = [taken(receiver) for _ in range(3)]
    receiver.settle([held[2][1], held[0][1]], 1)
    receiver.settle([held[1][1]], 4)
    send(engine, Record("e", 5))
    assert [(record.body, attempts) for record, _, attempts in (taken(receiver) for _ in range(5))] == [
        ("e", 0),
        ("a", 1),
        ("b", 4),
        ("c", 1),
        ("d", 0),
    ]


def test_stale_receipts_do_nothing(engine: Engine) -> None:
    receiver = engine.receiver(QUEUE)
    send(engine, "a")
    receipt = taken(receiver)[1]
    receiver.settle([receipt], 1)
    receiver.settle([receipt], None)
    receiver.settle([receipt, receipt], 5)
    assert taken(receiver)[2] == 1
    assert receiver.take(0) is None


def test_browse_takes_nothing(engine: Engine) -> None:
    """QB-01, QB-02, QB-03, QB-04: in the order of delivery."""
    receiver = engine.receiver(QUEUE)
    send(engine, "a", "b", Record("c", 9))
    receiver.settle([taken(receiver)[1]], 1)
    assert [record.body for record in engine.browse(QUEUE)] == ["c", "a", "b"]
    assert [record.body for record in engine.browse(QUEUE, lambda record: record.body != "a")] == ["c", "b"]
    selective = engine.receiver(QUEUE, lambda record: record.body == "b")
    assert [record.body for record in engine.browse(QUEUE)] == ["c", "a", "b"]
    assert drain(selective) == ["b"]


def test_completions_are_called_once_the_record_is_in(engine: Engine) -> None:
    done: SimpleQueue[Exception | None] = SimpleQueue()
    for sender in (engine.sender("queue", QUEUE), engine.sender("topic", "t")):
        sender.send(Record("a"), done.put)
        assert done.get(timeout=PATIENCE) is None
    assert done.empty()
    assert drain(engine.receiver(QUEUE)) == ["a"]


def test_ctrl_c_leaves_no_sleeper_behind(engine: Engine) -> None:
    """E1: a take that an exception ends is not counted on any more."""

    class Interrupted:
        """Ctrl-C comes while the thread sleeps on it, and a record at the same moment."""

        def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
            if blocking:
                send(engine, "a")
                raise KeyboardInterrupt
            return True

        def locked(self) -> bool:
            return False

    receiver, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    receiver._wakeup = Interrupted()  # type: ignore[assignment]
    calls: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        receiver.take(None)
    other.ready(lambda: bool(calls.append("other")) or True)
    assert calls == ["other"]
    assert drain(other) == ["a"]
