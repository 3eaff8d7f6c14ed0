"""The wake-up rules of the engine (E1), each as scenes in which threads meet on one queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

from native_engine import Engine
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import Record, taken
from tests.unit.engine.stepping import Scene

PATIENCE = 2.0
QUEUE = "q"
Action = Callable[[], Any]


def anything(record: Record) -> bool:
    return True


@dataclass
class Take:
    """A take; which records its receiver may take in the end, and whether it has to end without one."""

    receiver: Any
    timeout: float | None = None
    settle: bool = False
    may_take: Callable[[Record], bool] = anything
    ends: bool = False

    def __call__(self) -> Any:
        return self.receiver.take(self.timeout, self.settle)


class Bell:
    """A ready callback that counts its calls and answers as told."""

    def __init__(self, answer: bool = True) -> None:
        self._answer = answer
        self._calls = threading.Semaphore(0)

    def __call__(self) -> bool:
        self._calls.release()
        return self._answer

    def assert_rung(self) -> None:
        assert self._calls.acquire(timeout=PATIENCE), "something is available, but the armed receiver is not called"


class Stage:
    """An engine with a sender and two receivers of one queue."""

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine or Engine()
        self._sender = self.engine.sender("queue", QUEUE)
        self.a = self.engine.receiver(QUEUE)
        self.b = self.engine.receiver(QUEUE)
        self._sent: list[str] = []
        self._warm_up()

    def _warm_up(self) -> None:
        """Use each priority once: the first record of each takes a slower way in."""
        for priority in (4, 9):
            self._sender.send(Record("first", priority))
            self.a.take(0, True)

    def send(self, name: str = "x", **details: Any) -> None:
        self._sent.append(name)
        self._sender.send(Record(name, **details))

    def commit(self, *names: str) -> None:
        self._sent.extend(names)
        self.engine.commit([(self._sender, Record(name)) for name in names], [])

    def sending(self, name: str = "x", **details: Any) -> Action:
        return lambda: self.send(name, **details)

    def held_by_a(self, name: str = "held", **details: Any) -> Any:
        """Send a record that `a` takes; gives the receipt."""
        self.send(name, **details)
        _, receipt, _ = taken(self.a, 0)
        return receipt

    def give_a_the_group(self) -> None:
        """Make `a` the owner of the group "g"."""
        self.a.settle([self.held_by_a(group="g")], None)
        self._sent.clear()

    def scene(self, *actions: Action, bell: Bell | None = None, all_taken: bool = False) -> Scene:
        """A scene that ends well if nothing available has an idle receiver, and nothing is lost or comes twice."""

        def check(*outcomes: Future[Any]) -> None:
            takes = [pair for pair in zip(actions, outcomes, strict=True) if isinstance(pair[0], Take)]
            wrong, deadline = "", time.monotonic() + PATIENCE
            while (wrong := self._wrong(takes, all_taken)) and time.monotonic() < deadline:
                wait([outcome for _, outcome in takes], 0.0005, FIRST_COMPLETED)
            assert not wrong, wrong
            for outcome in outcomes:
                if outcome not in [taken for _, taken in takes]:
                    outcome.result(PATIENCE)
            if bell is not None and self._available():
                bell.assert_rung()

        return Scene(actions, check, self.engine.close)

    def _wrong(self, takes: Sequence[tuple[Any, Future[Any]]], all_taken: bool) -> str:
        """Say what is not as it has to be, or will not be when all threads have come to rest."""
        taken = [outcome.result()[0].body for _, outcome in takes if outcome.done() and outcome.result() is not None]
        available = self._available()
        for take, outcome in takes:
            if not outcome.done() and (take.ends or any(True for _ in self.engine.browse(QUEUE, take.may_take))):
                return f"a take waits: {take}, {available} available"
        if len(set(taken)) < len(taken):
            return f"handed over twice: {taken}"
        if sorted(taken + available) != sorted(self._sent):
            return f"lost one of {self._sent}: {taken} taken, {available} available"
        if all_taken and available:
            return f"no receiver took {available}"
        return ""

    def _available(self) -> list[str]:
        return [record.body for record in self.engine.browse(QUEUE)]


@dataclass(frozen=True)
class Rule:
    """A rule, a scene that needs it, and the orders in which the scene's actions are played (none: all)."""

    name: str
    make: Callable[[], Scene]
    orders: Sequence[Sequence[int]] = ()


def take_and_send() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a), stage.sending(), all_taken=True)


def arm_and_send() -> Scene:
    stage, bell = Stage(), Bell()
    return stage.scene(lambda: stage.a.ready(bell), stage.sending(), bell=bell)


def time_out_beside_a_waiting_take() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a, 0.0005), Take(stage.b), stage.sending(), all_taken=True)


def interrupt_beside_a_waiting_take() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a, ends=True), Take(stage.b), stage.a.interrupt, stage.sending(), all_taken=True)


def close_beside_a_waiting_take() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a, ends=True), Take(stage.b), stage.a.close, stage.sending(), all_taken=True)


def disarm_beside_a_waiting_take() -> Scene:
    stage = Stage()
    stage.a.ready(Bell())
    return stage.scene(Take(stage.b), stage.sending(), lambda: stage.a.ready(None), all_taken=True)


def disarm_beside_an_armed_receiver() -> Scene:
    stage, bell = Stage(), Bell()
    stage.a.ready(Bell())
    stage.b.ready(bell)
    return stage.scene(stage.sending(), lambda: stage.a.ready(None), bell=bell)


def close_an_armed_receiver() -> Scene:
    stage = Stage()
    stage.a.ready(Bell())
    return stage.scene(Take(stage.b), stage.sending(), stage.a.close, all_taken=True)


def interrupt_a_called_listener() -> Scene:
    stage = Stage()
    stage.a.ready(Bell())

    def leave() -> None:
        stage.a.interrupt()
        if stage.a.take(0) is not None:
            stage.a.release_unsettled()
        stage.a.ready(None)

    return stage.scene(Take(stage.b), stage.sending(), leave, all_taken=True)


def two_takes_and_two_sends() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a), Take(stage.b), stage.sending("1"), stage.sending("2"), all_taken=True)


def two_takes_and_a_commit() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.a), Take(stage.b), lambda: stage.commit("1", "2"), all_taken=True)


def called_for_one_and_found_another() -> Scene:
    stage = Stage()
    blue = stage.engine.receiver(QUEUE, lambda record: record.colour == "blue")
    return stage.scene(
        Take(stage.a),
        Take(blue, may_take=lambda record: record.colour == "blue"),
        stage.sending("1", colour="blue"),
        stage.sending("2", colour="red", priority=9),
    )


def a_listener_takes_what_it_was_not_called_for() -> Scene:
    stage = Stage()
    stage.a.ready(Bell())
    blue = stage.engine.receiver(QUEUE, lambda record: record.colour == "blue")

    def take_one_and_disarm() -> None:
        took = stage.a.take(0) is not None
        stage.a.ready(None)
        if took:
            stage.a.release_unsettled()

    return stage.scene(
        Take(blue, may_take=lambda record: record.colour == "blue"),
        stage.sending("1", colour="blue"),
        stage.sending("2", colour="red", priority=9),
        take_one_and_disarm,
    )


def busy_beside_a_waiting_take() -> Scene:
    stage = Stage()
    stage.a.ready(Bell(answer=False))
    return stage.scene(Take(stage.b), stage.sending(), all_taken=True)


def busy_beside_an_armed_receiver() -> Scene:
    stage, bell = Stage(), Bell()
    stage.a.ready(Bell(answer=False))
    return stage.scene(lambda: stage.b.ready(bell), stage.sending(), bell=bell)


def arm_busy_where_a_take_waits() -> Scene:
    stage = Stage()
    return stage.scene(Take(stage.b), lambda: stage.a.ready(Bell(answer=False)), stage.sending(), all_taken=True)


def selector_beside_a_take_that_does_not_match() -> Scene:
    stage = Stage()
    red = stage.engine.receiver(QUEUE, lambda record: record.colour == "red")
    blue = stage.engine.receiver(QUEUE, lambda record: record.colour == "blue")
    return stage.scene(
        Take(red, may_take=lambda record: record.colour == "red"),
        Take(blue, may_take=lambda record: record.colour == "blue"),
        stage.sending(colour="blue"),
        all_taken=True,
    )


def send_to_the_owner_of_a_group() -> Scene:
    stage = Stage()
    stage.give_a_the_group()
    return stage.scene(
        Take(stage.a), Take(stage.b, may_take=lambda record: False), stage.sending(group="g"), all_taken=True
    )


def the_owner_of_a_group_closes() -> Scene:
    stage = Stage()
    stage.give_a_the_group()
    return stage.scene(Take(stage.b), stage.a.close, stage.sending(group="g"), all_taken=True)


def the_last_of_a_group_is_taken() -> Scene:
    stage = Stage()
    stage.give_a_the_group()
    stage.send("last", group="g", closes_group=True)
    stage.send("next", group="g")
    return stage.scene(Take(stage.b), Take(stage.a, 0), all_taken=True)


def release() -> Scene:
    stage = Stage()
    receipt = stage.held_by_a()
    return stage.scene(Take(stage.b), lambda: stage.a.settle([receipt], 1), all_taken=True)


def release_to_an_armed_receiver() -> Scene:
    stage, bell = Stage(), Bell()
    receipt = stage.held_by_a()
    return stage.scene(lambda: stage.b.ready(bell), lambda: stage.a.settle([receipt], 1), bell=bell)


def release_by_commit() -> Scene:
    stage = Stage()
    receipt = stage.held_by_a()
    return stage.scene(Take(stage.b), lambda: stage.engine.commit([], [(stage.a, [receipt], 1)]), all_taken=True)


def release_of_all_that_is_unsettled() -> Scene:
    stage = Stage()
    stage.held_by_a("1")
    stage.held_by_a("2")
    other = stage.engine.receiver(QUEUE)

    def leave() -> None:
        stage.a.close()
        stage.a.release_unsettled()

    return stage.scene(Take(stage.b), Take(other), leave, all_taken=True)


def come_due() -> Scene:
    clock = ManualClock()
    stage = Stage(Engine(clock=clock))
    return stage.scene(
        Take(stage.b), stage.sending(due=clock.milliseconds + 1000), lambda: clock.advance(2), all_taken=True
    )


def postponed_until_due() -> Scene:
    clock = ManualClock()
    stage = Stage(Engine(clock=clock))
    receipt = stage.held_by_a()

    def postpone() -> None:
        stage.a.postpone([receipt], 1, 1)
        clock.advance(2)

    return stage.scene(Take(stage.b), postpone, all_taken=True)


def close_the_engine() -> Scene:
    stage = Stage()

    def check(taking: Future[Any], closing: Future[Any]) -> None:
        closing.result(PATIENCE)
        wait([taking], PATIENCE)
        assert taking.done(), "a take waits although the engine is closed"

    return Scene([Take(stage.a), stage.engine.close], check, stage.engine.close)


def room_for_a_blocked_sender() -> Scene:
    stage = Stage(Engine(max_depth=1))
    stage.send("first")
    return stage.scene(stage.sending("second"), Take(stage.a, 0, settle=True))


WAITING_FIRST = ((0, 1, 2), (0, 2, 1))
TWO_WAITING_FIRST = ((0, 1, 2, 3), (1, 0, 3, 2))

RULES = [
    Rule("arm, look again, sleep", take_and_send),
    Rule("arm a listener, look again", arm_and_send),
    Rule("pass on when the time is up", time_out_beside_a_waiting_take, ((0, 1, 2), (1, 0, 2))),
    Rule("pass on when interrupted", interrupt_beside_a_waiting_take, TWO_WAITING_FIRST),
    Rule("pass on when closed", close_beside_a_waiting_take, TWO_WAITING_FIRST),
    Rule("pass on to a take when disarmed", disarm_beside_a_waiting_take, WAITING_FIRST),
    Rule("pass on to a listener when disarmed", disarm_beside_an_armed_receiver),
    Rule("pass on when closed while armed", close_an_armed_receiver, WAITING_FIRST),
    Rule("pass on when called and interrupted", interrupt_a_called_listener, ((0, 1, 2), (1, 0, 2))),
    Rule("wake one for each", two_takes_and_two_sends, ((0, 1, 2, 3), (0, 2, 1, 3))),
    Rule("wake one for each of a commit", two_takes_and_a_commit, WAITING_FIRST),
    Rule("pass on when another was found", called_for_one_and_found_another, TWO_WAITING_FIRST),
    Rule("pass on when a listener found another", a_listener_takes_what_it_was_not_called_for, ((0, 1, 2, 3),)),
    Rule("offer to a take when busy", busy_beside_a_waiting_take),
    Rule("offer to a listener when busy", busy_beside_an_armed_receiver),
    Rule("offer to a take when busy while arming", arm_busy_where_a_take_waits, WAITING_FIRST),
    Rule("call one that matches", selector_beside_a_take_that_does_not_match, WAITING_FIRST),
    Rule("wake the owner of the group", send_to_the_owner_of_a_group, WAITING_FIRST),
    Rule("free the group when its owner closes", the_owner_of_a_group_closes, WAITING_FIRST),
    Rule("free the group when its last is taken", the_last_of_a_group_is_taken),
    Rule("wake for what is released", release),
    Rule("call for what is released", release_to_an_armed_receiver),
    Rule("wake for what a commit releases", release_by_commit),
    Rule("wake for all that is given back", release_of_all_that_is_unsettled, WAITING_FIRST),
    Rule("wake for what comes due", come_due, WAITING_FIRST),
    Rule("wake for what was postponed", postponed_until_due),
    Rule("wake at the end", close_the_engine),
    Rule("wake a sender when there is room", room_for_a_blocked_sender),
]
