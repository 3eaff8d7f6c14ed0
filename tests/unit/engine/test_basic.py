"""The engine by itself, one behaviour at a time, mostly in one thread."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from native_engine import (
    ClientIdError,
    ClosedError,
    Engine,
    ErrorTypes,
    ForkedError,
    FullError,
    InUseError,
    NoDestinationError,
    QueueAddress,
    Receiver,
    RolledBackError,
)

BOUND = 10.0
"""Seconds: the longest wait for something that must come."""


@dataclass
class Limits:
    expiration: int = 0
    due: int = 0
    group: str | None = None
    closes_group: bool = False


@dataclass(eq=False)
class Note:
    text: str
    priority: int = 4
    constraints: Limits | None = None
    origin: str | None = None


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.sleepers: set[threading.Event] = set()

    def now(self) -> float:
        return self.time

    def wait_until(self, when: float | None, wakeup: threading.Event) -> None:
        self.sleepers.add(wakeup)
        if when is None or self.time < when:
            wakeup.wait()

    def advance(self, seconds: float) -> None:
        self.time += seconds
        for wakeup in tuple(self.sleepers):
            wakeup.set()


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def timed(clock: ManualClock) -> Iterator[Engine]:
    with Engine(clock=clock) as engine:
        yield engine


def texts(receiver: Receiver) -> list[str]:
    """Take all there is."""
    found = []
    while (delivery := receiver.take(0, settle=True)) is not None:
        found.append(delivery[0].text)
    return found


def taken(receiver: Receiver) -> tuple[Any, Any, int]:
    """Take what must be there."""
    delivery = receiver.take(BOUND)
    assert delivery is not None
    return delivery


def send(engine: Engine, *notes: Note | str, queue: str = "q") -> None:
    sender = engine.sender("queue", queue)
    for note in notes:
        sender.send(Note(note) if isinstance(note, str) else note)


def publish(engine: Engine, *notes: Note | str) -> None:
    sender = engine.sender("topic", "t")
    for note in notes:
        sender.send(Note(note) if isinstance(note, str) else note)


def counts(engine: Engine, name: str = "q") -> dict[str, int]:
    return engine.statistics()[QueueAddress("queue", name)]._asdict()


class Background:
    """A call in another thread."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._result: list[Any] = []
        self._error: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result.append(self._call())
        except BaseException as error:
            self._error.append(error)

    def result(self) -> Any:
        self._thread.join(BOUND)
        assert not self._thread.is_alive(), "it never came back"
        if self._error:
            raise self._error[0]
        return self._result[0]


# -- queues


def test_order_and_priorities(engine: Engine) -> None:
    """ORD-01, ORD-02: higher priorities first, in order of sending within one."""
    receiver = engine.receiver("q")
    send(engine, "a", Note("b", 9), "c", Note("d", 0), Note("e", 9))
    assert texts(receiver) == ["b", "e", "a", "c", "d"]


def test_records_wait_for_a_receiver(engine: Engine) -> None:
    """DST-01: what is sent before there is a receiver waits."""
    send(engine, "a", "b")
    assert texts(engine.receiver("q")) == ["a", "b"]


def test_a_blocked_take_is_woken_by_a_send(engine: Engine) -> None:
    receiver = engine.receiver("q")
    waiting = Background(lambda: receiver.take(None))
    send(engine, "a")
    assert waiting.result()[0].text == "a"


def test_take_gives_none_when_the_time_is_up(engine: Engine) -> None:
    receiver = engine.receiver("q")
    assert receiver.take(0) is None
    assert receiver.take(0.01) is None
    assert receiver.take(-1) is None
    send(engine, "a")
    assert taken(receiver)[0].text == "a"


def take_twenty(receiver: Receiver) -> list[str]:
    return [taken(receiver)[0].text for _ in range(20)]


def test_each_record_goes_to_one_of_competing_receivers(engine: Engine) -> None:
    """CONS-21: each goes to exactly one."""
    receivers = [engine.receiver("q") for _ in range(3)]
    threads = [Background(partial(take_twenty, receiver)) for receiver in receivers]
    send(engine, *map(str, range(60)))
    assert sorted(int(text) for thread in threads for text in thread.result()) == list(range(60))


def test_settled_at_hand_over_only_the_first_time(engine: Engine) -> None:
    receiver = engine.receiver("q")
    send(engine, "a")
    record, receipt, attempts = taken(receiver)
    assert attempts == 0
    assert receiver.holds(receipt)
    receiver.settle([receipt], 1)
    assert not receiver.holds(receipt)
    delivery = receiver.take(0, settle=True)
    assert delivery is not None
    assert delivery[0] is record
    assert delivery[1] is not None
    assert delivery[2] == 1


def test_released_records_come_first_in_their_order(engine: Engine) -> None:
    """RED-05: before fresh ones of the same priority, after those of a higher one."""
    receiver = engine.receiver("q")
    send(engine, "a", "b", "c", "d")
    held = [taken(receiver) for _ in range(3)]
    receiver.settle([held[2][1], held[0][1]], 1)
    receiver.settle([held[1][1]], 4)
    send(engine, Note("e", 5))
    assert [(record.text, attempts) for record, _, attempts in (taken(receiver) for _ in range(5))] == [
        ("e", 0),
        ("a", 1),
        ("b", 4),
        ("c", 1),
        ("d", 0),
    ]


def test_stale_receipts_do_nothing(engine: Engine) -> None:
    receiver = engine.receiver("q")
    send(engine, "a")
    receipt = taken(receiver)[1]
    receiver.settle([receipt], 1)
    receiver.settle([receipt], None)
    receiver.settle([receipt, receipt], 5)
    assert [attempts for _, _, attempts in (taken(receiver),)] == [1]
    assert receiver.take(0) is None


def test_closing_keeps_receipts_and_releasing_gives_back(engine: Engine) -> None:
    """SESS-11, ACK-08: what is unsettled is the closed receiver's until it is settled or released."""
    first, second = engine.receiver("q"), engine.receiver("q")
    send(engine, "a", "b")
    settled, kept = taken(first)[1], taken(first)[1]
    first.close()
    first.close()
    assert first.take(None) is None
    assert counts(engine)["in_flight"] == 2
    first.settle([settled], None)
    assert second.take(0) is None
    assert first.holds(kept)
    first.release_unsettled()
    record, _, attempts = taken(second)
    assert (record.text, attempts) == ("b", 1)


def test_close_and_interrupt_end_a_take(engine: Engine) -> None:
    """CONS-07, CONN-14: close ends it for good, interrupt once."""
    receiver = engine.receiver("q")
    receiver.interrupt()
    assert receiver.take(None) is None
    waiting = Background(lambda: receiver.take(None))
    receiver.interrupt()
    assert waiting.result() is None
    waiting = Background(lambda: receiver.take(None))
    receiver.close()
    assert waiting.result() is None


def test_a_timed_out_call_is_passed_on(engine: Engine) -> None:
    """Whoever was called and leaves lets another have the record."""
    leaver, stayer = engine.receiver("q"), engine.receiver("q")
    leaver.ready(lambda: True)
    waiting = Background(lambda: stayer.take(None))
    send(engine, "a", "b")
    leaver.ready(None)
    assert waiting.result()[0].text == "a"
    assert stayer.take(0) is not None


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

    receiver, other = engine.receiver("q"), engine.receiver("q")
    receiver._wakeup = Interrupted()  # type: ignore[assignment]
    calls: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        receiver.take(None)
    other.ready(lambda: bool(calls.append("other")) or True)
    assert calls == ["other"]
    assert texts(other) == ["a"]


def test_a_listener_that_is_interrupted_does_not_keep_the_call_from_others(engine: Engine) -> None:
    """E1: the exception is the sender's, the record another's."""

    def fail() -> bool:
        raise KeyboardInterrupt

    failing, other = engine.receiver("q"), engine.receiver("q")
    failing.ready(fail)
    waiting = Background(lambda: other.take(None))
    with pytest.raises(KeyboardInterrupt):
        send(engine, "a")
    assert waiting.result()[0].text == "a"


# -- listeners


def test_a_listener_is_called_for_what_waits_and_for_what_comes(engine: Engine) -> None:
    calls: list[int] = []
    receiver = engine.receiver("q")
    send(engine, "a")
    receiver.ready(lambda: bool(calls.append(1)) or True)
    assert len(calls) == 1
    send(engine, "b")
    assert len(calls) == 1  # it was called and has not looked yet
    assert texts(receiver) == ["a", "b"]
    send(engine, "c")
    assert len(calls) == 2
    receiver.ready(None)
    assert texts(receiver) == ["c"]
    send(engine, "d")
    assert len(calls) == 2


def test_a_busy_listener_lets_another_be_called(engine: Engine) -> None:
    """C2: one that answers False is not called again before it has looked."""
    calls: list[str] = []
    busy, free = engine.receiver("q"), engine.receiver("q")
    busy.ready(lambda: bool(calls.append("busy")))
    free.ready(lambda: bool(calls.append("free")) or True)
    send(engine, "a")
    assert calls == ["busy", "free"]
    send(engine, "b")
    assert calls == ["busy", "free"]
    assert texts(free) == ["a", "b"]
    assert texts(busy) == []
    send(engine, "c", "d")
    assert sorted(calls) == ["busy", "busy", "free", "free"]


def test_a_failing_callback_counts_as_busy(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bool:
        raise ValueError("planted")

    failing, other = engine.receiver("q"), engine.receiver("q")
    failing.ready(fail)
    waiting = Background(lambda: other.take(None))
    send(engine, "a")
    assert waiting.result()[0].text == "a"
    assert "planted" in caplog.text


# -- selectors, groups


def test_a_selector_leaves_the_rest_to_others(engine: Engine) -> None:
    """CONS-20, CONS-22: what does not match stays, and blocks nobody; each is looked at once."""
    looks: list[str] = []

    def matches(note: Note) -> bool:
        looks.append(note.text)
        return note.text == "yes"

    send(engine, *["no"] * 100, "yes")
    picky = engine.receiver("q", matches)
    assert texts(picky) == ["yes"]
    send(engine, "no", "yes")
    assert texts(picky) == ["yes"]
    assert len(looks) == 103
    assert texts(engine.receiver("q")) == ["no"] * 101


def test_a_released_record_is_offered_to_matching_receivers(engine: Engine) -> None:
    first = engine.receiver("q", lambda note: note.text == "a")
    second = engine.receiver("q", lambda note: note.text != "b")
    send(engine, "b", "a", "c")
    receipt = taken(first)[1]
    assert texts(second) == ["c"]
    first.settle([receipt], 3)
    record, _, attempts = taken(second)
    assert (record.text, attempts) == ("a", 3)


def test_a_selector_is_evaluated_once_although_its_group_changes_hands(engine: Engine) -> None:
    """CONS-22: also where a receiver has to look at a record again."""
    looks: list[str] = []
    owner = engine.receiver("q")
    picky = engine.receiver("q", lambda note: bool(looks.append(note.text)))
    for text in ("a1", "a2", "a3"):
        send(engine, Note(text, constraints=Limits(group="a")))
        assert picky.take(0) is None
    assert taken(owner)[0].text == "a1"
    owner.close()
    assert picky.take(0) is None
    assert sorted(looks) == ["a1", "a2", "a3"]


def test_released_records_do_not_pile_up_at_receivers_that_never_look(engine: Engine) -> None:
    picky, idle = engine.receiver("q", lambda note: note.text == "a"), engine.receiver("q")
    send(engine, "a")
    for attempts in range(1, 1001):
        picky.settle([taken(picky)[1]], attempts)
    store = idle._queue.backlog
    assert store is not None
    assert len(store._views[idle].track(4).again) < 100
    assert taken(idle)[2] == 1000


def test_a_failing_selector_matches_nothing(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    picky = engine.receiver("q", lambda note: note.nonsense)
    send(engine, "a")
    assert picky.take(0) is None
    assert "nonsense" in caplog.text


def test_a_group_belongs_to_one_receiver(engine: Engine) -> None:
    first, second = engine.receiver("q"), engine.receiver("q")
    send(engine, Note("a1", constraints=Limits(group="a")), Note("a2", constraints=Limits(group="a")), "free")
    assert taken(first)[0].text == "a1"
    assert texts(second) == ["free"]
    first.close()
    assert texts(second) == ["a2"]


def test_closing_a_group_sets_it_free(engine: Engine) -> None:
    first, second = engine.receiver("q"), engine.receiver("q")
    send(
        engine,
        Note("a1", constraints=Limits(group="a")),
        Note("last", constraints=Limits(group="a", closes_group=True)),
        Note("a2", constraints=Limits(group="a")),
    )
    assert taken(first)[0].text == "a1"
    assert second.take(0) is None
    assert taken(first)[0].text == "last"
    assert taken(second)[0].text == "a2"
    assert first.take(0) is None


# -- time


def test_expired_records_leave_by_themselves(timed: Engine, clock: ManualClock) -> None:
    """ORD-04, ORD-05: they are never handed over, and need no consumer to go."""
    soon = Limits(expiration=int(clock.now() * 1000) + 5000)
    send(timed, Note("a", constraints=soon), Note("b", constraints=soon), "c")
    receiver = timed.receiver("q")
    receipt = taken(receiver)[1]
    clock.advance(5)
    assert [note.text for note in timed.browse("q")] == ["c"]
    receiver.settle([receipt], 1)
    assert texts(receiver) == ["c"]
    numbers = counts(timed)
    assert (numbers["expired"], numbers["acknowledged"], numbers["depth"]) == (2, 1, 0)


def test_delayed_records_come_when_they_are_due(timed: Engine, clock: ManualClock) -> None:
    """ORD-06, ORD-08: later ones pass; what expires before it is due never comes."""
    start = int(clock.now() * 1000)
    receiver = timed.receiver("q")
    send(timed, Note("late", constraints=Limits(due=start + 3000)), "now")
    send(timed, Note("never", constraints=Limits(due=start + 3000, expiration=start + 2000)))
    assert [note.text for note in timed.browse("q")] == ["now"]
    assert texts(receiver) == ["now"]
    waiting = Background(lambda: taken(receiver))
    clock.advance(3)
    assert waiting.result()[0].text == "late"
    assert receiver.take(0) is None


def test_the_computers_clock_will_do(engine: Engine) -> None:
    """ORD-06: the delay passes by itself."""
    now = int(time.time() * 1000)
    send(engine, Note("late", constraints=Limits(due=now + 40)), Note("soon", constraints=Limits(due=now + 20)))
    receiver = engine.receiver("q")
    assert [taken(receiver)[0].text for _ in range(2)] == ["soon", "late"]


def test_a_delayed_record_goes_to_the_subscriptions_of_its_sending(timed: Engine, clock: ManualClock) -> None:
    """ORD-07: not to those that came later."""
    early, gone = timed.subscribe("t"), timed.subscribe("t")
    publish(timed, Note("a", constraints=Limits(due=int(clock.now() * 1000) + 1000)))
    gone.close()
    late = timed.subscribe("t")
    clock.advance(1)
    assert taken(early)[0].text == "a"
    assert late.take(0) is None


# -- bounds


def test_a_full_queue_fails_or_blocks() -> None:
    """ERR-05: at once or after the time to wait; settling makes room."""
    with Engine(max_depth=2, when_full="fail") as engine:
        receiver = engine.receiver("q")
        send(engine, "a", "b")
        with pytest.raises(FullError):
            send(engine, "c")
        receipt = taken(receiver)[1]
        with pytest.raises(FullError):
            send(engine, "c")
        receiver.settle([receipt], None)
        send(engine, "c")
    with Engine(max_depth=2, block_timeout=0.01) as engine:
        send(engine, "a", "b")
        with pytest.raises(FullError):
            send(engine, "c")


def test_a_blocked_send_goes_on_when_there_is_room() -> None:
    with Engine(max_depth=1) as engine:
        receiver = engine.receiver("q")
        send(engine, "a")
        waiting = Background(lambda: send(engine, "b", "c"))
        for text in "abc":
            record, receipt, _ = taken(receiver)
            assert record.text == text
            receiver.settle([receipt], None)
        waiting.result()


def test_bytes_are_bounded_too() -> None:
    with Engine(max_bytes=5, size_of=lambda note: len(note.text), when_full="fail") as engine:
        send(engine, "abc", "de")
        with pytest.raises(FullError):
            send(engine, "f")
        with pytest.raises(FullError, match="at all"):
            send(engine, "abcdef", queue="other")
        assert engine.receiver("q").take(0, settle=True) is not None
        send(engine, "xyz")


def test_closing_the_sender_or_engine_ends_a_blocked_send() -> None:
    """C9: close wakes whoever waits for room."""
    engine = Engine(max_depth=1)
    send(engine, "a")
    sender = engine.sender("queue", "q")
    waiting = Background(lambda: sender.send(Note("b")))
    sender.close()
    with pytest.raises(ClosedError):
        waiting.result()
    waiting = Background(lambda: send(engine, "b"))
    engine.close()
    with pytest.raises(ClosedError):
        waiting.result()


def test_a_full_subscription_loses_its_oldest_record_unless_it_is_durable() -> None:
    with Engine(max_depth=2, when_full="fail") as engine:
        receiver = engine.subscribe("t")
        publish(engine, "a", "b", "c")
        assert engine.statistics()[QueueAddress("topic", "t", "#1")].dropped == 1
        assert texts(receiver) == ["b", "c"]
        engine.subscribe("t", name="d", durable=True, owner="me")
        publish(engine, "x", "y")
        with pytest.raises(FullError):
            publish(engine, "z")
        assert texts(receiver) == ["x", "y"]


@pytest.mark.parametrize("expiration", [0, 10**15], ids=["plain", "constrained"])
def test_what_a_full_subscription_loses(expiration: int) -> None:
    """The oldest of the lowest priority, released ones before fresh ones; never what a receiver holds."""

    def note(text: str, priority: int = 4) -> Note:
        return Note(text, priority, Limits(expiration=expiration) if expiration else None)

    with Engine(max_depth=3) as engine:
        receiver = engine.subscribe("t")
        publish(engine, note("a"), note("b"), note("urgent", 9))
        assert taken(receiver)[0].text == "urgent"
        receiver.settle([taken(receiver)[1]], 1)
        publish(engine, note("c"))
        publish(engine, note("d"))
        assert [taken(receiver)[0].text for _ in range(2)] == ["c", "d"]
        publish(engine, note("e"))
        assert receiver.take(0) is None
        assert engine.statistics()[QueueAddress("topic", "t", "#1")].dropped == 3


def test_a_full_subscription_loses_what_is_not_due(clock: ManualClock) -> None:
    with Engine(max_depth=1, clock=clock) as engine:
        receiver = engine.subscribe("t")
        publish(engine, Note("later", constraints=Limits(due=int(clock.now() * 1000) + 5000)), "now")
        assert texts(receiver) == ["now"]


def test_a_record_too_big_for_a_subscription_costs_no_other() -> None:
    with Engine(max_bytes=3, size_of=lambda note: len(note.text)) as engine:
        receiver = engine.subscribe("t")
        publish(engine, "abc", "abcd")
        assert texts(receiver) == ["abc"]


@pytest.mark.parametrize(
    "options",
    [{"max_depth": 0}, {"max_bytes": 5}, {"max_bytes": 0, "size_of": len}, {"when_full": "?"}, {"block_timeout": -1}],
    ids=lambda options: next(iter(options)),
)
def test_bounds_that_make_no_sense_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Engine(**options)


# -- topics


def test_every_subscription_gets_what_is_sent_while_it_exists(engine: Engine) -> None:
    """SUB-01, SUB-02, SUB-03: its own copy each, and nothing of the past."""
    first = engine.subscribe("t")
    publish(engine, "a")
    second = engine.subscribe("t")
    publish(engine, "b")
    assert (texts(first), texts(second)) == (["a", "b"], ["b"])
    first.close()
    publish(engine, "c")
    assert [address.subscription for address in engine.statistics()] == ["#2"]


def test_a_subscription_collects_only_what_it_wants(engine: Engine) -> None:
    """CONS-23, CONS-24: selectors and noLocal are looked at when a record is sent."""
    picky = engine.subscribe("t", matches=lambda note: note.text == "a", selector_text="a")
    others = engine.subscribe("t", excluded_origin="me")
    publish(engine, Note("a", origin="me"), Note("b", origin="you"))
    assert (texts(picky), texts(others)) == (["a"], ["b"])


def test_a_subscription_whose_selector_fails_gets_nothing(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    failing, other = engine.subscribe("t", matches=lambda note: note.nonsense), engine.subscribe("t")
    publish(engine, "a", Note("b", constraints=Limits(group="g")))
    assert (texts(failing), texts(other)) == ([], ["a", "b"])
    assert "nonsense" in caplog.text


def test_a_subscription_that_is_picky_wakes_its_receiver(engine: Engine) -> None:
    picky = engine.subscribe("t", matches=lambda note: note.text == "b")
    calls: list[int] = []
    picky.ready(lambda: bool(calls.append(1)) or True)
    publish(engine, "a")
    assert not calls
    publish(engine, "b")
    assert calls


def test_a_shared_subscription_ends_with_its_last_receiver(engine: Engine) -> None:
    """SUB-04, SUB-05, SUB-06, SUB-25: its receivers divide what comes."""
    first = engine.subscribe("t", name="s", shared=True)
    second = engine.subscribe("t", name="s", shared=True)
    other = engine.subscribe("t", name="s", shared=True, owner="somebody")
    publish(engine, "a", "b")
    assert [taken(first)[0].text, taken(second)[0].text, texts(other)] == ["a", "b", ["a", "b"]]
    with pytest.raises(InUseError):
        engine.subscribe("u", name="s", shared=True)
    first.close()
    first.release_unsettled()
    assert taken(second)[0].text == "a"
    second.close()
    publish(engine, "c")
    assert texts(engine.subscribe("t", name="s", shared=True)) == []


def test_a_durable_subscription_goes_on_without_receivers(engine: Engine) -> None:
    """SUB-08, SUB-09, SUB-11, SUB-13: it keeps what is sent meanwhile."""
    receiver = engine.subscribe("t", name="d", durable=True, owner="me")
    with pytest.raises(InUseError):
        engine.subscribe("t", name="d", durable=True, owner="me")
    receiver.close()
    publish(engine, "a")
    assert texts(engine.subscribe("t", name="d", durable=True, owner="you")) == []
    assert texts(engine.subscribe("t", name="d", durable=True, owner="me")) == ["a"]


@pytest.mark.parametrize(
    "change", [{"topic_name": "u"}, {"selector_text": "x", "matches": bool}, {"excluded_origin": "me"}]
)
def test_a_changed_durable_subscription_starts_anew(engine: Engine, change: dict[str, Any]) -> None:
    """SUB-12, SUB-16: the records collected for the old one are gone."""
    same: dict[str, Any] = {"topic_name": "t", "name": "d", "durable": True, "shared": True}
    receiver = engine.subscribe(**same)
    with pytest.raises(InUseError):
        engine.subscribe(**(same | change))
    receiver.close()
    publish(engine, "a")
    assert texts(engine.subscribe(**(same | change))) == []
    assert len(engine.statistics()) == 1


def test_names_of_shared_and_unshared_durable_subscriptions_exclude_each_other(engine: Engine) -> None:
    """SUB-17, SUB-18: but not those of non-durable ones."""
    engine.subscribe("t", name="d", durable=True).close()
    with pytest.raises(InUseError):
        engine.subscribe("t", name="d", durable=True, shared=True)
    engine.subscribe("t", name="d", shared=True)


def test_unsubscribe(engine: Engine) -> None:
    """SUB-19, SUB-20, SUB-21, SUB-22: only while nobody uses it."""
    receiver = engine.subscribe("t", name="d", durable=True)
    publish(engine, "a")
    receipt = taken(receiver)[1]
    with pytest.raises(InUseError):
        engine.unsubscribe(None, "d")
    receiver.close()
    with pytest.raises(InUseError):
        engine.unsubscribe(None, "d")
    receiver.settle([receipt], 1)
    engine.unsubscribe(None, "d")
    with pytest.raises(NoDestinationError):
        engine.unsubscribe(None, "d")
    assert texts(engine.subscribe("t", name="d", durable=True)) == []


def test_a_subscription_without_a_name_is_neither_durable_nor_shared(engine: Engine) -> None:
    with pytest.raises(ValueError, match="name"):
        engine.subscribe("t", durable=True)


# -- commit, browse, destinations


def test_commit_does_everything_or_nothing(engine: Engine) -> None:
    """TX-07, TX-13: a stale receipt undoes all of it."""
    receiver = engine.receiver("in")
    send(engine, "a", queue="in")
    receipt = taken(receiver)[1]
    sends = [(engine.sender("queue", "q"), Note("b")), (engine.sender("topic", "t"), Note("b"))]
    subscriber = engine.subscribe("t")
    receiver.settle([receipt], 1)
    with pytest.raises(RolledBackError):
        engine.commit(sends, [(receiver, [receipt], None)])
    assert counts(engine)["depth"] == 0
    receipt = taken(receiver)[1]
    engine.commit(sends, [(receiver, [receipt], None)])
    assert texts(engine.receiver("q")) == texts(subscriber) == ["b"]
    assert counts(engine, "in")["acknowledged"] == 1


def test_commit_needs_room_for_all_its_sends() -> None:
    with Engine(max_depth=1, when_full="fail") as engine:
        receiver = engine.receiver("q")
        send(engine, "a")
        sends = [(engine.sender("queue", "other"), Note("b")), (engine.sender("queue", "q"), Note("c"))]
        with pytest.raises(RolledBackError):
            engine.commit(sends)
        assert counts(engine, "other")["depth"] == 0
        engine.commit(sends, [(receiver, [taken(receiver)[1]], None)])
        assert texts(receiver) == ["c"]


def test_dead_letters_need_no_room() -> None:
    with Engine(max_depth=1, when_full="fail") as engine:
        receiver = engine.receiver("q")
        send(engine, "a")
        send(engine, "full", queue="dead")
        letter = [(engine.sender("queue", "dead"), Note("a"))]
        engine.commit(letter, [(receiver, [taken(receiver)[1]], None)], dead_letters=True)
        assert counts(engine)["dead_lettered"] == 1
        assert counts(engine, "dead")["depth"] == 2


def test_browse_takes_nothing(engine: Engine) -> None:
    """QB-01, QB-02, QB-03, QB-04: in the order of delivery."""
    receiver = engine.receiver("q")
    send(engine, "a", "b", Note("c", 9))
    receiver.settle([taken(receiver)[1]], 1)
    assert [note.text for note in engine.browse("q")] == ["c", "a", "b"]
    assert [note.text for note in engine.browse("q", lambda note: note.text != "a")] == ["c", "b"]
    picky = engine.receiver("q", lambda note: note.text == "b")
    assert [note.text for note in engine.browse("q")] == ["c", "a", "b"]
    assert texts(picky) == ["b"]


def test_temporary_destinations(engine: Engine) -> None:
    """DST-03, DST-07, DST-08: not deleted while in use; afterwards unknown."""
    queue, topic = engine.create_temporary("queue"), engine.create_temporary("topic")
    assert queue != engine.create_temporary("queue")
    to_queue, to_topic = engine.sender("queue", queue), engine.sender("topic", topic)
    receiver, subscriber = engine.receiver(queue), engine.subscribe(topic)
    to_queue.send(Note("a"))
    to_topic.send(Note("a"))
    receipt = taken(receiver)[1]
    for kind, name in (("queue", queue), ("topic", topic)):
        with pytest.raises(InUseError):
            engine.delete(kind, name)  # type: ignore[arg-type]
    receiver.close()
    subscriber.close()
    engine.delete("queue", queue)
    engine.delete("topic", topic)
    assert receiver.holds(receipt)
    for sender in (to_queue, to_topic):
        for note in (Note("b"), Note("b", constraints=Limits(group="g"))):
            with pytest.raises(NoDestinationError):
                sender.send(note)
        with pytest.raises(RolledBackError):
            engine.commit([(sender, Note("b"))])
    with pytest.raises(NoDestinationError):
        engine.receiver(queue)
    with pytest.raises(NoDestinationError):
        engine.sender("topic", topic)


def test_deleting_a_topic_ends_its_durable_subscriptions(engine: Engine) -> None:
    engine.subscribe("t", name="d", durable=True).close()
    engine.delete("topic", "t")
    engine.delete("topic", "t")
    engine.delete("queue", "unknown")
    with pytest.raises(NoDestinationError):
        engine.unsubscribe(None, "d")


def test_a_closed_sender_refuses(engine: Engine) -> None:
    """Though what was given to it for a commit is still committed."""
    sender = engine.sender("queue", "q")
    sender.close()
    with pytest.raises(ClosedError):
        sender.send(Note("a"))
    engine.commit([(sender, Note("b"))])
    assert texts(engine.receiver("q")) == ["b"]


def test_client_ids(engine: Engine) -> None:
    """CID-06, CID-07: one holder at a time."""
    engine.claim("me")
    with pytest.raises(ClientIdError):
        engine.claim("me")
    engine.disclaim("me")
    engine.claim("me")


def test_completions_are_called_once_the_record_is_in(engine: Engine) -> None:
    done: list[Exception | None] = []
    engine.sender("queue", "q").send(Note("a"), done.append)
    engine.sender("topic", "t").send(Note("a"), done.append)
    assert done == [None, None]


# -- the end


def test_a_closed_engine_refuses_everything() -> None:
    """C9, C10: whoever waits is told at once."""
    engine = Engine()
    sender, receiver, subscriber = engine.sender("queue", "q"), engine.receiver("q"), engine.subscribe("t")
    sender.send(Note("a"))
    receipt = taken(receiver)[1]
    waiting = Background(lambda: receiver.take(None))
    publisher = engine.sender("topic", "t")
    engine.close()
    engine.close()
    with pytest.raises(ClosedError):
        waiting.result()
    refused: list[Callable[[], Any]] = [
        lambda: sender.send(Note("b")),
        lambda: publisher.send(Note("b")),
        lambda: receiver.take(0),
        lambda: subscriber.take(None),
        lambda: engine.receiver("q"),
        lambda: receiver.settle([receipt], None),
        lambda: receiver.settle([receipt], 1),
        lambda: engine.commit([], [(receiver, [receipt], None)]),
        lambda: engine.create_temporary("queue"),
    ]
    for call in refused:
        with pytest.raises(ClosedError):
            call()
    assert not receiver.holds(receipt)
    receiver.close()
    receiver.release_unsettled()


def test_a_forked_child_is_refused(engine: Engine) -> None:
    sender, receiver = engine.sender("queue", "q"), engine.receiver("q")
    sender.send(Note("a"))
    child = os.fork()
    if child == 0:
        refused = 0
        calls: list[Callable[[], object]] = [
            lambda: sender.send(Note("b")),
            lambda: receiver.take(None),
            lambda: receiver.settle([], None),
            lambda: engine.receiver("q"),
            lambda: engine.commit([(sender, Note("c"))]),
        ]
        for call in calls:
            try:
                call()
            except ForkedError as error:
                refused += "forked" in str(error)
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
    assert texts(receiver) == ["a"]


def test_an_embedding_library_names_its_own_errors() -> None:
    with Engine(errors=ErrorTypes(client_id=KeyError)) as engine:
        engine.claim("me")
        with pytest.raises(KeyError):
            engine.claim("me")


def test_what_is_held_of_a_deleted_queue_can_be_settled(engine: Engine) -> None:
    name = engine.create_temporary("queue")
    send(engine, "a", "b", "c", queue=name)
    receiver = engine.receiver(name)
    accepted, committed, released = (taken(receiver)[1] for _ in range(3))
    receiver.close()
    engine.delete("queue", name)
    receiver.settle([accepted], None)
    engine.commit([(engine.sender("queue", "q"), Note("d"))], [(receiver, [committed], None)])
    receiver.settle([released], 1)
    assert not any(receiver.holds(receipt) for receipt in (accepted, committed, released))
    assert texts(engine.receiver("q")) == ["d"]


def test_a_receiver_more_is_no_work_for_the_others(engine: Engine) -> None:
    """The cost of making and closing n receivers grows with n, and not with its square."""

    def calls_for(count: int) -> int:
        calls = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(note)
        try:
            receivers = [engine.receiver("q") for _ in range(count)]
            for receiver in receivers:
                receiver.close()
        finally:
            sys.setprofile(None)
        return calls

    assert calls_for(400) < 5 * calls_for(100)


def test_closed_receivers_are_kept_only_for_what_they_hold(engine: Engine) -> None:
    keeper = engine.receiver("q")
    send(engine, "kept")
    receipt = taken(keeper)[1]
    keeper.close()
    for _ in range(100):
        send(engine, "settled")
        receiver = engine.receiver("q")
        other = taken(receiver)[1]
        receiver.close()
        receiver.settle([other], None)
    assert engine.statistics()[QueueAddress("queue", "q")].in_flight == 1
    assert len(engine._queues["q"].kept_closed) < 50
    keeper.settle([receipt], 1)
    assert texts(engine.receiver("q")) == ["kept"]


def test_a_look_at_a_record_that_does_not_match_is_little_more_than_its_selector(engine: Engine) -> None:
    send(engine, *["blue"] * 200, "red")
    receiver = engine.receiver("q", lambda note: note.text == "red")
    calls = 0

    def note(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(note)
    try:
        delivery = receiver.take(0)
    finally:
        sys.setprofile(None)
    assert delivery is not None
    assert calls < 2.5 * 200
