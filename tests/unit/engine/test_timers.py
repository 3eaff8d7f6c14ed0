"""Expiry and delay, on a clock that the test moves."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from native_engine import Engine
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import Record, taken

PATIENCE = 5.0
QUEUE = "q"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def engine(make: Callable[..., Engine], clock: ManualClock) -> Engine:
    return make(clock=clock)


def send(engine: Engine, body: str, **details: Any) -> None:
    engine.sender("queue", QUEUE).send(Record(body, **details))


def in_ms(clock: ManualClock, seconds: float) -> int:
    return clock.milliseconds + round(seconds * 1000)


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the timer thread has had its turn."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0)


def waiting(engine: Engine) -> list[str]:
    return [record.body for record in engine.browse(QUEUE)]


def timer_threads() -> int:
    return sum(thread.name == "native_engine timer" for thread in threading.enumerate())


def test_there_is_no_timer_thread_before_the_first_timed_record(engine: Engine, clock: ManualClock) -> None:
    before = timer_threads()
    send(engine, "plain")
    assert timer_threads() == before
    send(engine, "timed", expiration=in_ms(clock, 1))
    send(engine, "timed", due=in_ms(clock, 1))
    assert timer_threads() == before + 1
    engine.close()
    assert timer_threads() == before


def test_an_expired_record_is_not_taken(engine: Engine, clock: ManualClock) -> None:
    send(engine, "short", expiration=in_ms(clock, 1))
    send(engine, "long", expiration=in_ms(clock, 3))
    send(engine, "unlimited")
    clock.advance(1)
    receiver = engine.receiver(QUEUE)
    assert [taken(receiver, 0)[0].body for _ in range(2)] == ["long", "unlimited"]
    assert receiver.take(0) is None


def test_expired_records_leave_without_a_consumer(engine: Engine, clock: ManualClock) -> None:
    for number in range(10):
        send(engine, str(number), expiration=in_ms(clock, 10 - number))
    clock.advance(4.5)
    eventually(lambda: len(waiting(engine)) == 6)
    assert waiting(engine) == list("012345")
    eventually(lambda: depth(engine) == 6)
    clock.advance(20)
    eventually(lambda: depth(engine) == 0)


def depth(engine: Engine) -> int:
    return sum(numbers.depth for numbers in engine.statistics().values())


def test_what_came_too_late_is_never_seen(engine: Engine, clock: ManualClock) -> None:
    send(engine, "late", expiration=in_ms(clock, -1))
    assert waiting(engine) == []
    assert engine.receiver(QUEUE).take(0) is None


def test_what_expired_while_held_does_not_come_again(engine: Engine, clock: ManualClock) -> None:
    send(engine, "held", expiration=in_ms(clock, 1))
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver, 0)
    clock.advance(2)
    assert receiver.holds(receipt)
    receiver.settle([receipt], 1)
    assert receiver.take(0) is None
    assert depth(engine) == 0


def test_what_is_given_back_expires_later(engine: Engine, clock: ManualClock) -> None:
    send(engine, "again", expiration=in_ms(clock, 2))
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver, 0)
    receiver.settle([receipt], 1)
    clock.advance(1)
    assert waiting(engine) == ["again"]
    clock.advance(1)
    eventually(lambda: depth(engine) == 0)


def test_a_delayed_record_is_not_seen_before_it_is_due(engine: Engine, clock: ManualClock) -> None:
    receiver = engine.receiver(QUEUE)
    send(engine, "later", due=in_ms(clock, 5))
    send(engine, "sooner", due=in_ms(clock, 2))
    send(engine, "now")
    assert waiting(engine) == ["now"]
    assert [taken(receiver, 0)[0].body, receiver.take(0)] == ["now", None]
    clock.advance(2)
    eventually(lambda: waiting(engine) == ["sooner"])
    clock.advance(10)
    eventually(lambda: waiting(engine) == ["sooner", "later"])
    assert [taken(receiver, 0)[0].body for _ in range(2)] == ["sooner", "later"]


def test_a_blocked_take_gets_what_comes_due(engine: Engine, clock: ManualClock) -> None:
    receiver = engine.receiver(QUEUE)
    taken: list[Any] = []
    taker = threading.Thread(target=lambda: taken.append(receiver.take(None)))
    taker.start()
    send(engine, "due", due=in_ms(clock, 1))
    clock.advance(1)
    taker.join(PATIENCE)
    assert [delivery[0].body for delivery in taken] == ["due"]


def test_an_armed_receiver_is_called_for_what_comes_due(engine: Engine, clock: ManualClock) -> None:
    receiver, called = engine.receiver(QUEUE), threading.Event()

    def answer() -> bool:
        called.set()
        return True

    send(engine, "due", due=in_ms(clock, 1))
    receiver.ready(answer)
    assert not called.is_set()
    clock.advance(1)
    assert called.wait(PATIENCE)


def test_what_expires_before_it_is_due_never_comes(engine: Engine, clock: ManualClock) -> None:
    send(engine, "never", due=in_ms(clock, 5), expiration=in_ms(clock, 2))
    clock.advance(3)
    eventually(lambda: depth(engine) == 0)
    clock.advance(3)
    assert engine.receiver(QUEUE).take(0) is None


def test_a_callback_that_fails_does_not_stop_the_timer(engine: Engine, clock: ManualClock) -> None:
    receiver, tries = engine.receiver(QUEUE), threading.Semaphore(0)

    def fail() -> bool:
        tries.release()
        raise RuntimeError("a listener's failure")

    receiver.ready(fail)
    for body in ("1", "2"):
        send(engine, body, due=in_ms(clock, 1))
        clock.advance(1)
        assert tries.acquire(timeout=PATIENCE)
        eventually(lambda: len(waiting(engine)) == 1)
        assert taken(receiver, 0, True)[0].body == body
        assert receiver.take(0) is None


def test_a_delayed_record_goes_to_the_subscriptions_of_its_sending(engine: Engine, clock: ManualClock) -> None:
    """ORD-07: not to those that came later."""
    early, gone = engine.subscribe("t"), engine.subscribe("t")
    engine.sender("topic", "t").send(Record("a", due=in_ms(clock, 1)))
    gone.close()
    late = engine.subscribe("t")
    clock.advance(1)
    assert taken(early, PATIENCE)[0].body == "a"
    assert late.take(0) is None


def test_the_computers_clock_will_do() -> None:
    """ORD-06: the delay passes by itself."""
    now = int(time.time() * 1000)
    with Engine() as engine:
        send(engine, "late", due=now + 40)
        send(engine, "soon", due=now + 20)
        receiver = engine.receiver(QUEUE)
        assert [taken(receiver, PATIENCE)[0].body for _ in range(2)] == ["soon", "late"]


def test_topics_expire_and_delay_for_each_subscription(engine: Engine, clock: ManualClock) -> None:
    one, two = engine.subscribe("t"), engine.subscribe("t")
    sender = engine.sender("topic", "t")
    sender.send(Record("short", expiration=in_ms(clock, 1)))
    sender.send(Record("delayed", due=in_ms(clock, 2)))
    assert taken(one, 0)[0].body == "short"
    clock.advance(2)
    eventually(lambda: depth(engine) == 2)
    for receiver in (one, two):
        assert taken(receiver, PATIENCE)[0].body == "delayed"
        assert receiver.take(0) is None
