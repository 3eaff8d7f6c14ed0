"""Bounded queues: which senders wait, fail and are woken, and what never costs others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import ClosedError, Engine, FullError, QueueAddress, RolledBackError, Scope, SenderClosedError
from native_engine.transaction import locked
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import QUEUE, Record, drain, taken
from tests.unit.engine.scenes import Stage, Take
from tests.unit.engine.stepping import Scene, explore

PATIENCE = 5.0
SILENCE = 0.05


def waits(future: Future[Any]) -> bool:
    try:
        future.result(SILENCE)
    except TimeoutError:
        return True
    return False


def fill(engine: Engine, *bodies: str) -> Any:
    sender = engine.sender("queue", QUEUE)
    for body in bodies:
        sender.send(Record(body))
    return sender


def test_a_full_queue_fails_at_once_if_told_so(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=2, when_full="fail")
    sender = fill(engine, "1", "2")
    with pytest.raises(FullError):
        sender.send(Record("3"))
    assert drain(engine.receiver(QUEUE)) == ["1", "2"]
    sender.send(Record("4"))


def test_a_full_queue_fails_when_the_time_is_up(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=1, block_timeout=0.01)
    sender = fill(engine, "1")
    for _ in range(2):
        with pytest.raises(FullError):
            sender.send(Record("2"))
    assert drain(engine.receiver(QUEUE)) == ["1"]


def test_bytes_are_bounded_too() -> None:
    engine = Engine(max_bytes=10, when_full="fail", size_of=lambda record: len(record.body))
    sender = fill(engine, "12345", "67890")
    with pytest.raises(FullError):
        sender.send(Record("x"))
    receiver = engine.receiver(QUEUE)
    receiver.take(0, True)
    sender.send(Record("abcde"))
    with pytest.raises(FullError):
        sender.send(Record("y"))


def test_what_never_fits_fails_at_once() -> None:
    engine = Engine(max_bytes=10, size_of=lambda record: len(record.body))
    with pytest.raises(FullError):
        engine.sender("queue", QUEUE).send(Record("x" * 11))
    fill(engine, "fits")


def test_a_blocked_sender_goes_on_when_there_is_room(
    background: Callable[..., Future[Any]], make: Callable[..., Engine]
) -> None:
    engine = make(max_depth=1)
    sender = fill(engine, "1")
    sending = background(sender.send, Record("2"))
    assert waits(sending)
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver, 0)
    assert waits(sending)  # what is in flight takes room
    receiver.settle([receipt], None)
    sending.result(PATIENCE)
    assert drain(receiver) == ["2"]


def test_a_released_record_does_not_make_room(
    background: Callable[..., Future[Any]], make: Callable[..., Engine]
) -> None:
    engine = make(max_depth=1)
    sender = fill(engine, "1")
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver, 0)
    sending = background(sender.send, Record("2"))
    receiver.settle([receipt], 1)
    assert waits(sending)
    assert taken(receiver, 0)[0].body == "1"
    receiver.release_unsettled()
    assert drain(receiver)[0] == "1"
    sending.result(PATIENCE)


def test_blocked_senders_go_on_one_for_each_place(
    background: Callable[..., Future[Any]], make: Callable[..., Engine]
) -> None:
    engine = make(max_depth=1)
    fill(engine, "0")
    sendings = [background(engine.sender("queue", QUEUE).send, Record(str(number))) for number in range(1, 6)]
    receiver = engine.receiver(QUEUE)
    bodies = [taken(receiver, PATIENCE, True)[0].body for _ in range(6)]
    for sending in sendings:
        sending.result(PATIENCE)
    assert sorted(bodies) == list("012345")


def test_expiry_makes_room(background: Callable[..., Future[Any]], make: Callable[..., Engine]) -> None:
    clock = ManualClock()
    engine = make(max_depth=1, clock=clock)
    sender = engine.sender("queue", QUEUE)
    sender.send(Record("short", expiration=clock.milliseconds + 1000))
    sending = background(sender.send, Record("next"))
    assert waits(sending)
    clock.advance(1)
    sending.result(PATIENCE)
    assert drain(engine.receiver(QUEUE)) == ["next"]
    engine.close()


@pytest.mark.parametrize("what", ["engine", "sender"])
def test_close_wakes_a_blocked_sender(
    background: Callable[..., Future[Any]], what: str, make: Callable[..., Engine]
) -> None:
    engine = make(max_depth=1)
    sender = fill(engine, "1")
    sending = background(sender.send, Record("2"))
    assert waits(sending)
    (engine if what == "engine" else sender).close()
    with pytest.raises(ClosedError) as caught:
        sending.result(PATIENCE)
    assert caught.type is (ClosedError if what == "engine" else SenderClosedError)
    if what == "sender":
        assert drain(engine.receiver(QUEUE)) == ["1"]


def test_a_commit_finds_room_for_all_or_does_nothing(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=3, when_full="fail")
    sender = fill(engine, "1", "2")
    receiver = engine.receiver(QUEUE)
    other = engine.receiver("other")
    engine.sender("queue", "other").send(Record("held"))
    _, receipt, _ = taken(other, 0)
    with pytest.raises((FullError, RolledBackError)):
        engine.commit([(sender, Record("3")), (sender, Record("4"))], [(other, [receipt], None)])
    assert drain(receiver) == ["1", "2"]
    assert other.holds(receipt)


def test_a_commit_that_waits_for_room_goes_on(
    background: Callable[..., Future[Any]], make: Callable[..., Engine]
) -> None:
    engine = make(max_depth=2)
    sender = fill(engine, "1", "2")
    committing = background(engine.commit, [(sender, Record("3")), (sender, Record("4"))], [])
    receiver = engine.receiver(QUEUE)
    assert taken(receiver, 0, True)[0].body == "1"
    assert waits(committing)
    assert taken(receiver, 0, True)[0].body == "2"
    committing.result(PATIENCE)
    assert drain(receiver) == ["3", "4"]


@pytest.mark.parametrize("sender_is_closed", [False, True])
def test_closing_its_scope_rolls_a_waiting_commit_back(
    background: Callable[..., Future[Any]], sender_is_closed: bool, make: Callable[..., Engine]
) -> None:
    """C9: closing what the commit belongs to wakes it; a sender that was closed before is good for it."""
    engine, scope = make(max_depth=1), Scope()
    sender = fill(engine, "1")
    if sender_is_closed:
        sender.close()
    committing = background(engine.commit, [(sender, Record("2"))], [], scope=scope)
    assert waits(committing)
    scope.close()
    with pytest.raises(RolledBackError):
        committing.result(PATIENCE)
    with pytest.raises(RolledBackError):
        engine.commit([(sender, Record("3"))], scope=scope)
    assert drain(engine.receiver(QUEUE)) == ["1"]
    engine.commit([(sender, Record("4"))], scope=Scope())


def test_a_commit_may_put_back_what_it_takes_out(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=1, when_full="fail")
    sender = fill(engine, "1")
    receiver = engine.receiver(QUEUE)
    _, receipt, _ = taken(receiver, 0)
    engine.commit([(sender, Record("2"))], [(receiver, [receipt], None)])
    assert drain(receiver) == ["2"]


def test_a_full_subscription_that_is_not_durable_loses_its_oldest(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=2)
    slow, fast = engine.subscribe("t"), engine.subscribe("t")
    sender = engine.sender("topic", "t")
    seen = []
    for number in range(5):
        sender.send(Record(str(number)))
        seen += drain(fast)
    assert seen == list("01234")
    assert drain(slow) == ["3", "4"]
    assert sum(numbers.dropped for numbers in engine.statistics().values()) == 3


def test_a_subscription_full_of_unsettled_records_loses_the_new_one(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=2)
    slow = engine.subscribe("t")
    sender = engine.sender("topic", "t")
    for body in "12":
        sender.send(Record(body))
    held = [taken(slow, 0)[1] for _ in range(2)]
    sender.send(Record("3"))
    assert slow.take(0) is None
    assert all(slow.holds(receipt) for receipt in held)


@pytest.mark.parametrize("expiration", [0, 10**15], ids=["plain", "constrained"])
def test_what_a_full_subscription_loses(expiration: int, make: Callable[..., Engine]) -> None:
    """The oldest of the lowest priority, released ones before fresh ones; never what a receiver holds."""
    with make(max_depth=3) as engine:
        receiver, sender = engine.subscribe("t"), engine.sender("topic", "t")

        def publish(*bodies: str, priority: int = 4) -> None:
            for body in bodies:
                sender.send(Record(body, priority, expiration=expiration))

        publish("a", "b")
        publish("urgent", priority=9)
        assert taken(receiver)[0].body == "urgent"
        receiver.settle([taken(receiver)[1]], 1)
        publish("c", "d")
        assert [taken(receiver)[0].body for _ in range(2)] == ["c", "d"]
        publish("e")
        assert receiver.take(0) is None
        assert engine.statistics()[QueueAddress("topic", "t", "#1")].dropped == 3


def test_a_full_subscription_loses_what_is_not_due(make: Callable[..., Engine]) -> None:
    clock = ManualClock()
    with make(max_depth=1, clock=clock) as engine:
        receiver, sender = engine.subscribe("t"), engine.sender("topic", "t")
        sender.send(Record("later", due=clock.milliseconds + 5000))
        sender.send(Record("now"))
        assert drain(receiver) == ["now"]


def test_a_record_too_big_for_a_subscription_costs_no_other() -> None:
    with Engine(max_bytes=3, size_of=lambda record: len(record.body)) as engine:
        receiver, sender = engine.subscribe("t"), engine.sender("topic", "t")
        sender.send(Record("abc"))
        sender.send(Record("abcd"))
        assert drain(receiver) == ["abc"]


@pytest.mark.parametrize(
    "options",
    [{"max_depth": 0}, {"max_bytes": 5}, {"max_bytes": 0, "size_of": len}, {"when_full": "?"}, {"block_timeout": -1}],
    ids=lambda options: next(iter(options)),
)
def test_bounds_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Engine(**options)


def test_a_full_durable_subscription_fails_the_publisher_and_copies_nothing(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=1, when_full="fail")
    durable = engine.subscribe("t", name="d", durable=True, owner="me")
    other = engine.subscribe("t")
    sender = engine.sender("topic", "t")
    sender.send(Record("1"))
    assert drain(other) == ["1"]
    with pytest.raises(FullError):
        sender.send(Record("2"))
    assert drain(other) == []
    assert drain(durable) == ["1"]


def test_room_is_not_lost_under_load(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=3)
    total, receivers = 400, [engine.receiver(QUEUE) for _ in range(2)]
    found: list[str] = []
    done = threading.Event()

    def receive(receiver: Any) -> None:
        while (delivery := receiver.take(None, len(found) % 2 == 0)) is not None:
            if delivery[1] is not None:
                receiver.settle([delivery[1]], None)
            found.append(delivery[0].body)
            if len(found) == 2 * total:
                done.set()

    def send(name: str) -> None:
        sender = engine.sender("queue", QUEUE)
        for number in range(total):
            sender.send(Record(f"{name}{number}"))

    threads = [threading.Thread(target=receive, args=[receiver]) for receiver in receivers]
    threads += [threading.Thread(target=send, args=[name]) for name in "ab"]
    for thread in threads:
        thread.start()
    finished = done.wait(20)
    for receiver in receivers:
        receiver.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert finished, f"{len(found)} of {2 * total}"
    assert len(set(found)) == 2 * total


def test_two_senders_for_one_place() -> None:
    """E1: a sender that waits for room goes on when there is some, wherever a thread is stopped."""

    def make() -> Scene:
        stage = Stage(Engine(max_depth=1))
        stage.send("1")
        return stage.scene(stage.sending("2"), Take(stage.a, 0, settle=True), Take(stage.b, 0.001, settle=True))

    explore(make, (0, 1, 2), (1, 0, 2))


def test_what_is_refused_says_why_and_what_to_do() -> None:
    engine = Engine(max_depth=2, max_bytes=9, when_full="fail", size_of=lambda record: len(record.body))
    sender = fill(engine, "1", "2")
    with pytest.raises(FullError, match=r"queue q is full \(max_depth=2\): receive from it, raise max_depth, or"):
        sender.send(Record("3"))
    with pytest.raises(
        RolledBackError, match=r"3 records at once are more than queue q may hold at all \(max_depth=2\)"
    ):
        engine.commit([(sender, Record("3"))] * 3)
    with pytest.raises(FullError, match=r"10 bytes at once are more than queue q may hold at all \(max_bytes=9\)"):
        sender.send(Record("0123456789"))
    drain(engine.receiver(QUEUE))
    sender.send(Record("12345"))
    with pytest.raises(FullError, match=r"queue q is full \(max_bytes=9\): receive from it, raise max_bytes, or"):
        sender.send(Record("67890"))


def test_what_waited_in_vain_says_how_long(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=1, block_timeout=0.01)
    engine.subscribe("t", name="d", durable=True)
    engine.sender("topic", "t").send(Record("1"))
    with pytest.raises(FullError, match=r"subscription d of topic t was full \(max_depth=1\) for 0.01 s"):
        engine.sender("topic", "t").send(Record("2"))


def test_an_interrupted_commit_leaves_nothing_locked() -> None:
    """Ctrl-C while the last of several locks is waited for."""

    class Interrupting:
        def acquire(self) -> bool:
            raise KeyboardInterrupt

    locks: Any = [threading.Lock(), threading.Lock(), Interrupting()]
    with pytest.raises(KeyboardInterrupt):
        locked(locks, lambda: None)
    assert not any(lock.locked() for lock in locks[:2])
    assert locked(locks[:2], lambda: [lock.locked() for lock in locks[:2]]) == [True, True]
    assert not any(lock.locked() for lock in locks[:2])
