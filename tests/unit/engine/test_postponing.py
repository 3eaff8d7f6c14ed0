"""Records that come back later, on a clock that the test moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import Engine, Receiver
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import QUEUE, Record, counts, drain, send, taken

PATIENCE = 5.0


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(make: Callable[..., Engine], clock: ManualClock) -> Engine:
    return make(clock=clock)


def postponed(receiver: Receiver, attempts: int = 1, delay: float = 5) -> Any:
    """Take a record and postpone it; return its receipt."""
    _, receipt, _ = taken(receiver)
    receiver.postpone([receipt], attempts, delay)
    return receipt


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the timer thread has had its turn."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0)


def waiting(engine: Engine) -> list[str]:
    return [record.body for record in engine.browse(QUEUE)]


def test_others_pass_what_is_postponed_and_it_comes_first_at_its_time(engine: Engine, clock: ManualClock) -> None:
    send(engine, *"abcd")
    receiver = engine.receiver(QUEUE)
    postponed(receiver, 3)
    assert taken(receiver)[0].body == "b"
    clock.advance(4.999)
    assert taken(receiver)[0].body == "c"
    clock.advance(0.001)
    eventually(lambda: waiting(engine) == ["a", "d"])
    record, receipt, attempts = taken(receiver)
    assert (record.body, attempts) == ("a", 3)
    assert receiver.holds(receipt)


def test_what_is_postponed_together_keeps_its_order(engine: Engine, clock: ManualClock) -> None:
    send(engine, *"abc")
    receiver = engine.receiver(QUEUE)
    receipts = [taken(receiver)[1] for _ in range(3)]
    receiver.postpone(receipts[:2], 1, 5)
    receiver.postpone(receipts[2:], 1, 5)
    clock.advance(5)
    assert [taken(receiver, PATIENCE)[0].body for _ in range(3)] == ["a", "b", "c"]


def test_a_take_that_waits_gets_what_comes_due(engine: Engine, clock: ManualClock, background: Any) -> None:
    send(engine, "a")
    receiver, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    postponed(receiver)
    waiting: Future[Any] = background(other.take, PATIENCE)
    clock.advance(5)
    assert waiting.result()[0].body == "a"


def test_a_listener_is_called_for_what_comes_due(engine: Engine, clock: ManualClock, background: Any) -> None:
    send(engine, "a")
    receiver = engine.receiver(QUEUE)
    postponed(receiver)
    called: Future[None] = Future()

    def call() -> bool:
        called.set_result(None)
        return True

    receiver.ready(call)
    assert not called.done()
    clock.advance(5)
    called.result(PATIENCE)
    assert taken(receiver)[0].body == "a"


def test_a_closed_receiver_postpones_what_it_holds(engine: Engine, clock: ManualClock) -> None:
    send(engine, "a")
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver)
    receiver.close()
    receiver.postpone([receipt], 2, 5)
    other = engine.receiver(QUEUE)
    assert other.take(0) is None
    clock.advance(5)
    assert taken(other, PATIENCE)[2] == 2


def test_what_is_postponed_is_no_longer_held(engine: Engine, clock: ManualClock) -> None:
    send(engine, "a")
    receiver = engine.receiver(QUEUE)
    receipt = postponed(receiver)
    assert not receiver.holds(receipt)
    receiver.postpone([receipt], 7, 1)
    receiver.settle([receipt], None)
    assert counts(engine).depth == 1
    clock.advance(5)
    assert taken(receiver, PATIENCE)[2] == 1


def test_what_is_postponed_counts_as_waiting_and_no_browser_sees_it(engine: Engine) -> None:
    send(engine, *"ab")
    postponed(engine.receiver(QUEUE))
    numbers = counts(engine)
    assert (numbers.depth, numbers.in_flight, numbers.enqueued, numbers.acknowledged) == (2, 0, 2, 0)
    assert waiting(engine) == ["b"]


def test_what_is_postponed_expires(engine: Engine, clock: ManualClock) -> None:
    send(engine, Record("a", expiration=clock.milliseconds + 2000))
    receiver = engine.receiver(QUEUE)
    postponed(receiver)
    clock.advance(5)
    eventually(lambda: counts(engine).expired == 1)
    assert receiver.take(0) is None
    assert counts(engine).depth == 0


def test_what_has_expired_is_not_postponed(engine: Engine, clock: ManualClock) -> None:
    send(engine, Record("a", expiration=clock.milliseconds + 2000))
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver)
    clock.advance(3)
    receiver.postpone([receipt], 1, 5)
    assert (counts(engine).depth, counts(engine).expired) == (0, 1)


def test_the_rest_of_a_group_goes_on_and_the_group_keeps_its_owner(engine: Engine, clock: ManualClock) -> None:
    send(engine, Record("a", group="g"), Record("b", group="g"))
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    postponed(owner)
    assert other.take(0) is None
    assert taken(owner)[0].body == "b"
    clock.advance(5)
    assert taken(owner, PATIENCE)[0].body == "a"
    assert other.take(0) is None


def test_a_queue_is_plain_again_when_nothing_is_postponed(engine: Engine, clock: ManualClock) -> None:
    send(engine, *"ab")
    receiver = engine.receiver(QUEUE)
    postponed(receiver)
    clock.advance(5)
    eventually(lambda: waiting(engine) == ["a", "b"])
    drain(receiver)
    send(engine, *map(str, range(200)))
    assert drain(receiver) == list(map(str, range(200)))
    assert receiver._queue.backlog is None


def test_a_closed_engine_refuses_to_postpone(engine: Engine) -> None:
    send(engine, "a")
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver)
    engine.close()
    with pytest.raises(Exception, match="the engine is closed"):
        receiver.postpone([receipt], 1, 5)
