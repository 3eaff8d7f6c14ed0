"""Ctrl-C at any instant of a call: what it did is whole, and nothing that was confirmed is lost for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

from native_engine import Engine, InUseError, NoDestinationError
from native_engine.journal import Journal
from tests.unit.engine.records import Record, drain, send, taken
from tests.unit.journal.engines import SIZE, bodies, opened, segments, undercounted
from tests.unit.journal.interruption import interrupted

Trial: TypeAlias = "tuple[Callable[[], object], Callable[[], Any]]"
"""The call to interrupt, and a look at what is there, which goes on first."""


def explored(path: Path, make: Callable[[Engine, Journal], Trial], look: Callable[[Engine], Any]) -> list[Any]:
    """Interrupt the call of a trial at each instant; return what was seen then, and in the folder opened again."""
    seen: list[Any] = []
    for instant in count(1):
        with opened(path / f"{instant}") as (engine, journal):
            call, look_now = make(engine, journal)
            was_interrupted = interrupted(call, instant)
            assert undercounted(journal) == []
            numbers = [each.number for each in segments(journal)]
            assert len(numbers) == len(set(numbers))
            now = look_now()
        with opened(path / f"{instant}") as (engine, journal):
            assert journal.damage == ()
            seen.append((now, look(engine)))
        if not was_interrupted:
            assert instant > 20
            return seen
    raise AssertionError("it has no end")


def subscribed(engine: Engine, *names: str) -> list[list[Any]]:
    """Take and accept what the durable subscriptions have."""
    found = []
    for name in names:
        receiver = engine.subscribe("t", name=name, durable=True)
        found.append(drain(receiver))
        receiver.close()
    return found


def test_a_send(tmp_path: Path) -> None:
    """Also the first to its queue, which defines it."""

    def make(engine: Engine, journal: Journal) -> Trial:
        sender = engine.sender("queue", "q")

        def look() -> Any:
            sender.send(Record("later"))
            assert len(journal.holdings.defined) == 1
            return bodies(engine)

        return lambda: sender.send(Record("x")), look

    for now, then in explored(tmp_path, make, bodies):
        assert now in (["later"], ["x", "later"])
        assert then in (now, ["x", "later"])


def test_a_send_that_goes_on_in_the_next_segment(tmp_path: Path) -> None:
    def make(engine: Engine, journal: Journal) -> Trial:
        sender, log = engine.sender("queue", "q"), journal.holdings.log
        send(engine, "first")
        receiver = engine.receiver("gone")
        while log.active.end < SIZE // 2:
            send(engine, "y" * 500, queue="gone")
        drain(receiver)

        def look() -> Any:
            for _ in range(30):
                send(engine, "y" * 500, queue="gone")
                drain(receiver)
            journal.upkeep.compact()
            sender.send(Record("later"))
            return bodies(engine)

        return lambda: sender.send(Record("x" * 3000)), look

    for now, then in explored(tmp_path, make, bodies):
        assert now in (["first", "later"], ["first", "x" * 3000, "later"])
        assert then in (now, ["first", "x" * 3000, "later"])


def test_a_send_whose_caller_does_not_wait(tmp_path: Path) -> None:
    def make(engine: Engine, journal: Journal) -> Trial:
        sender = engine.sender("queue", "q")
        sender.send(Record("first"))

        def look() -> Any:
            sender.send(Record("later"))
            return bodies(engine)

        return lambda: sender.send(Record("x"), lambda error: None), look

    for now, then in explored(tmp_path, make, bodies):
        assert now in (["first", "later"], ["first", "x", "later"])
        assert then in (now, ["first", "x", "later"])


def test_a_send_to_a_topic(tmp_path: Path) -> None:
    """What is accepted in one run does not come again in the next."""

    def make(engine: Engine, journal: Journal) -> Trial:
        subscribed(engine, "a", "b")
        sender = engine.sender("topic", "t")

        def look() -> Any:
            sender.send(Record("later"))
            return subscribed(engine, "a", "b")

        return lambda: sender.send(Record("x")), look

    for now, then in explored(tmp_path, make, lambda engine: subscribed(engine, "a", "b")):
        for before, after in zip(now, then, strict=True):
            assert before + after in (["later"], ["x", "later"], ["later", "x"])


def test_a_commit(tmp_path: Path) -> None:
    """Either it is in the folder, or what was received can be committed again: never both."""

    def make(engine: Engine, journal: Journal) -> Trial:
        send(engine, "a", "b", queue="in")
        receiver = engine.receiver("in")
        receipts = [taken(receiver)[1] for _ in range(2)]
        out, copy = engine.sender("queue", "out"), engine.sender("queue", "copy")

        def look() -> Any:
            receiver.close()
            receiver.release_unsettled()
            return bodies(engine, "in"), bodies(engine, "out"), bodies(engine, "copy")

        return (
            lambda: engine.commit(
                [(out, Record("x")), (copy, Record("x")), (out, Record("y"))],
                [(receiver, receipts[:1], None), (receiver, receipts[1:], 3)],
            ),
            look,
        )

    def look(engine: Engine) -> Sequence[Any]:
        return bodies(engine, "in"), bodies(engine, "out"), bodies(engine, "copy")

    for now, then in explored(tmp_path, make, look):
        if then[1]:
            assert then == (["b"], ["x", "y"], ["x"])
            assert "a" not in now[0]
        else:
            assert then == now == (["a", "b"], [], [])


def test_making_a_subscription(tmp_path: Path) -> None:
    """It is there once, or can be made again."""

    def make(engine: Engine, journal: Journal) -> Trial:
        def look() -> Any:
            try:
                engine.unsubscribe(None, "s")
            except NoDestinationError:
                subscribed(engine, "s")
                engine.unsubscribe(None, "s")
            except InUseError:  # by a receiver that the caller did not get
                return 1
            return 0

        return lambda: engine.subscribe("t", name="s", durable=True).close(), look

    for now, then in explored(tmp_path, make, lambda engine: len(engine.statistics())):
        assert now == then


def test_deleting_a_subscription(tmp_path: Path) -> None:
    """It is there with all that it had, or it is gone; making it again replaces it."""

    def make(engine: Engine, journal: Journal) -> Trial:
        subscribed(engine, "s")
        engine.sender("topic", "t").send(Record("x"))
        return lambda: engine.unsubscribe(None, "s"), lambda: subscribed(engine, "s")

    def look(engine: Engine) -> Any:
        assert len(engine.statistics()) == 1
        return subscribed(engine, "s")

    for now, then in explored(tmp_path, make, look):
        assert (now, then) in (([["x"]], [[]]), ([[]], [[]]))


def test_a_settlement(tmp_path: Path) -> None:
    """What was accepted in part comes again, or is gone."""

    def make(engine: Engine, journal: Journal) -> Trial:
        send(engine, "a", "b", "c")
        receiver = engine.receiver("q")
        receipts = [taken(receiver)[1] for _ in range(2)]

        def look() -> Any:
            receiver.close()
            receiver.release_unsettled()
            journal.upkeep.compact()
            return bodies(engine)

        return lambda: receiver.settle(receipts, None), look

    for now, then in explored(tmp_path, make, bodies):
        assert now[-1:] == then[-1:] == ["c"]
        assert set(now) <= set(then)
