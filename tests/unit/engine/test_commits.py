"""Transactions: everything or nothing, also while what was claimed is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import ClosedError, Engine, FullError, Receiver, RolledBackError, Scope
from native_engine.part import Part
from tests.unit.engine.records import QUEUE, Record, counts, drain, send, taken

PATIENCE = 5.0


# -- checked and applied: in one step in memory, with a write in between in a folder


def test_commit_does_everything_or_nothing(engine: Engine) -> None:
    """TX-07, TX-13: a stale receipt undoes all of it."""
    receiver = engine.receiver("in")
    send(engine, "a", queue="in")
    receipt = taken(receiver)[1]
    sends = [(engine.sender("queue", QUEUE), Record("b")), (engine.sender("topic", "t"), Record("b"))]
    subscriber = engine.subscribe("t")
    receiver.settle([receipt], 1)
    with pytest.raises(RolledBackError, match="already belong to another consumer; nothing was sent"):
        engine.commit(sends, [(receiver, [receipt], None)])
    assert counts(engine).depth == 0
    receipt = taken(receiver)[1]
    engine.commit(sends, [(receiver, [receipt], None)])
    assert drain(engine.receiver(QUEUE)) == drain(subscriber) == ["b"]
    assert counts(engine, "in").acknowledged == 1


def test_dead_letters_need_no_room(make: Callable[..., Engine]) -> None:
    engine = make(max_depth=1, when_full="fail")
    receiver = engine.receiver(QUEUE)
    send(engine, "a")
    send(engine, "full", queue="dead")
    letter = [(engine.sender("queue", "dead"), Record("a"))]
    engine.commit(letter, [(receiver, [taken(receiver)[1]], None)], dead_letters=True)
    assert counts(engine).dead_lettered == 1
    assert counts(engine, "dead").depth == 2


# -- with something to write: claimed, written, applied


class Writing:
    """An engine that writes what it commits; the test looks at it, or does something, while the write goes on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.parts: Sequence[Part] = ()
        self.meanwhile: Callable[[], object] = lambda: None
        self.error: BaseException | None = None
        engine._services = engine._services._replace(store=self)
        self.receiver = engine.receiver(QUEUE)
        self.other = engine.receiver(QUEUE)
        self.answers = engine.sender("queue", "answers")
        self.answered = engine.receiver("answers")

    def hold(self, record: Any, queues: Sequence[Any]) -> Sequence[Any]:
        return [record] * len(queues)

    def send(self, record: Any, queues: Sequence[Any], completion: Any) -> None:
        for queue in queues:
            queue.send_constrained(record)

    def write(self, parts: Sequence[Part], records: Sequence[Any]) -> None:
        self.parts = parts
        self.meanwhile()
        if self.error is not None:
            raise self.error

    def take(self, *bodies: str) -> list[Any]:
        """Send records that the receiver takes; return the receipts."""
        send(self.engine, *bodies)
        return [taken(self.receiver)[1] for _ in bodies]

    def commit(self, receipts: Sequence[Any], *answers: str, outcome: int | None = None, **options: Any) -> None:
        self.engine.commit(
            [(self.answers, Record(answer)) for answer in answers], [(self.receiver, receipts, outcome)], **options
        )


class WriteError(Exception):
    """The disk does not take it."""


@pytest.fixture(params=[None, 2], ids=["unlimited", "bounded"])
def writing(request: pytest.FixtureRequest) -> Iterator[Writing]:
    with Engine(max_depth=request.param, when_full="fail") as engine:
        yield Writing(engine)


OUTCOMES = pytest.mark.parametrize("outcome", [None, 3], ids=["accept", "release"])
ENDS = pytest.mark.parametrize("error", [None, WriteError(), KeyboardInterrupt()], ids=["written", "failed", "ctrl-c"])


def test_a_durable_engine_says_so() -> None:
    with Engine() as engine:
        assert not engine.is_durable
        assert Writing(engine).engine.is_durable


def test_what_is_written_is_the_whole_transaction(writing: Writing) -> None:
    receipts = writing.take("a", "b")
    writing.commit(receipts, "x", "y")
    sent = {part.queue.title: [record.body for record in part.records] for part in writing.parts}
    settled = {part.queue.title: part.settlements for part in writing.parts}
    assert sent == {"queue q": [], "queue answers": ["x", "y"]}
    assert settled == {"queue q": [(writing.receiver, receipts, None)], "queue answers": []}


@OUTCOMES
@ENDS
def test_between_claim_and_apply_nothing_is_there_to_take(
    writing: Writing, outcome: int | None, error: BaseException | None
) -> None:
    """Whatever the write says: neither what is settled nor what is sent is seen before, and all or nothing after."""
    receipts = writing.take("a", "b")
    seen: list[Any] = []

    def look() -> None:
        assert all(writing.receiver.holds(receipt) for receipt in receipts)
        seen.extend(receiver.take(0) for receiver in (writing.receiver, writing.other, writing.answered))
        seen.extend(writing.engine.browse(QUEUE))
        seen.extend(writing.engine.browse("answers"))
        assert counts(writing.engine).in_flight == 2

    writing.meanwhile, writing.error = look, error
    _commit_until(error, lambda: writing.commit(receipts, "x", "y", outcome=outcome))
    assert [record for record in seen if record is not None] == []
    if error is None:
        assert not any(writing.receiver.holds(receipt) for receipt in receipts)
        assert drain(writing.answered) == ["x", "y"]
        assert _attempts(writing.other) == ([] if outcome is None else [("a", 3), ("b", 3)])
    else:
        assert writing.receiver.take(0) is writing.other.take(0) is writing.answered.take(0) is None
        writing.receiver.settle(receipts, 1)  # they are the receiver's, as before
        assert _attempts(writing.other) == [("a", 1), ("b", 1)]


@OUTCOMES
@ENDS
def test_what_is_claimed_is_settled_once(writing: Writing, outcome: int | None, error: BaseException | None) -> None:
    """Neither `settle` nor another commit gets what is claimed."""
    receipts = writing.take("a")

    def interfere() -> None:
        writing.meanwhile = lambda: None
        writing.receiver.settle(receipts, None)
        writing.receiver.settle(receipts, 5)
        with pytest.raises(RolledBackError):
            writing.commit(receipts, "twice")

    writing.meanwhile, writing.error = interfere, error
    _commit_until(error, lambda: writing.commit(receipts, "x", outcome=outcome))
    if error is not None:
        writing.receiver.settle(receipts, 1)
    attempts = 1 if error is not None else outcome
    assert _attempts(writing.other) == ([] if attempts is None else [("a", attempts)])
    assert drain(writing.answered) == ([] if error is not None else ["x"])
    numbers = counts(writing.engine)
    assert (numbers.in_flight, numbers.depth) == (0, 0)


@ENDS
def test_closing_the_session_meanwhile(writing: Writing, error: BaseException | None) -> None:
    """The commit was first: if it is written it is done whole, else all it would have settled is delivered again."""
    receipts, scope = writing.take("a", "b"), Scope()

    def close() -> None:
        scope.close()
        writing.receiver.close()
        writing.receiver.release_unsettled()
        assert writing.other.take(0) is None  # nothing is released while it may be committed

    writing.meanwhile, writing.error = close, error
    _commit_until(error, lambda: writing.commit(receipts, "x", scope=scope))
    assert _attempts(writing.other) == ([] if error is None else [("a", 1), ("b", 1)])
    assert drain(writing.answered) == (["x"] if error is None else [])
    assert counts(writing.engine).in_flight == 0


def test_a_waiting_take_gets_what_a_failed_commit_releases(
    writing: Writing, background: Callable[..., Future[Any]]
) -> None:
    """E1: also where the release was asked for before the commit failed."""
    receipts, waiting = writing.take("a"), background(writing.other.take, 2 * PATIENCE)
    writing.meanwhile, writing.error = writing.receiver.release_unsettled, WriteError()
    with pytest.raises(WriteError):
        writing.commit(receipts, "x")
    record, _, attempts = waiting.result(PATIENCE)
    assert (record.body, attempts) == ("a", 1)


@ENDS
def test_closing_a_receiver_meanwhile_keeps_its_receipts(writing: Writing, error: BaseException | None) -> None:
    receipts = writing.take("a")
    writing.meanwhile, writing.error = writing.receiver.close, error
    _commit_until(error, lambda: writing.commit(receipts, "x"))
    assert counts(writing.engine).in_flight == (0 if error is None else 1)
    writing.receiver.release_unsettled()
    assert _attempts(writing.other) == ([] if error is None else [("a", 1)])


@ENDS
def test_closing_the_engine_meanwhile(writing: Writing, error: BaseException | None) -> None:
    receipts = writing.take("a")
    writing.meanwhile, writing.error = writing.engine.close, error
    _commit_until(error, lambda: writing.commit(receipts, "x"))
    assert not writing.receiver.holds(receipts[0])
    with pytest.raises(ClosedError):
        writing.answered.take(0)
    with pytest.raises(ClosedError):
        writing.commit(receipts, "y")


@ENDS
def test_deleting_the_queue_that_is_sent_to_meanwhile(writing: Writing, error: BaseException | None) -> None:
    """The commit was first: what it sent is deleted with the queue."""
    receipts = writing.take("a")
    name = writing.engine.create_temporary("queue")
    writing.answers = writing.engine.sender("queue", name)
    writing.meanwhile, writing.error = lambda: writing.engine.delete("queue", name), error
    _commit_until(error, lambda: writing.commit(receipts, "x"))
    assert counts(writing.engine).in_flight == (0 if error is None else 1)


@ENDS
def test_room_is_kept_while_it_is_written(error: BaseException | None) -> None:
    """No other sender gets the room that a commit was promised, and it is free again if the write fails."""
    with Engine(max_depth=3, max_bytes=6, size_of=lambda record: len(record.body), when_full="fail") as engine:
        writing = Writing(engine)
        send(engine, "a", queue="answers")

        def fill() -> None:
            with pytest.raises(FullError):
                send(engine, "more", queue="answers")
            send(engine, "b", queue="answers")

        writing.meanwhile, writing.error = fill, error
        _commit_until(error, lambda: writing.commit([], "xyz"))
        assert drain(writing.answered) == (["a", "b"] if error is not None else ["a", "b", "xyz"])
        send(engine, "abc", "def", queue="answers")


@ENDS
def test_room_of_what_leaves_is_not_lent_to_others(error: BaseException | None) -> None:
    """What a commit takes out makes room for what it puts in; for others only when it is done."""
    with Engine(max_depth=2, when_full="fail") as engine:
        writing = Writing(engine)
        writing.answers = engine.sender("queue", QUEUE)
        receipts = writing.take("a", "b")

        def fill() -> None:
            with pytest.raises(FullError):
                send(engine, "more")

        writing.meanwhile, writing.error = fill, error
        _commit_until(error, lambda: writing.commit(receipts, "x"))
        with pytest.raises(FullError):
            send(engine, "c", "d")
        assert counts(engine).depth + counts(engine).in_flight == 2


def test_dead_letters_are_written_too_and_need_no_room() -> None:
    with Engine(max_depth=1, when_full="fail") as engine:
        writing = Writing(engine)
        send(engine, "full", queue="answers")
        receipts = writing.take("bad")
        writing.error = WriteError()
        with pytest.raises(WriteError):
            writing.commit(receipts, "dead", dead_letters=True)
        assert (counts(engine).dead_lettered, counts(engine, "answers").depth) == (0, 1)
        writing.error = None
        writing.commit(receipts, "dead", dead_letters=True)
        assert (counts(engine).dead_lettered, counts(engine, "answers").depth) == (1, 2)


def test_an_interrupted_claim_is_given_back(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C between two receipts: what was claimed already is held again."""
    receipts = writing.take("a", "b")
    claim = Receiver._claim

    def interrupted(receiver: Receiver, receipt: Any) -> bool:
        if receipt is receipts[1]:
            raise KeyboardInterrupt
        return claim(receiver, receipt)

    monkeypatch.setattr(Receiver, "_claim", interrupted)
    with pytest.raises(KeyboardInterrupt):
        writing.commit(receipts, "x")
    monkeypatch.undo()
    assert writing.other.take(0) is None
    writing.commit(receipts, "y")
    assert drain(writing.answered) == ["y"]


def _commit_until(error: BaseException | None, commit: Callable[[], None]) -> None:
    """Commit; the error of the write is the caller's."""
    if error is None:
        commit()
    else:
        with pytest.raises(type(error)):
            commit()


def _attempts(receiver: Receiver) -> list[tuple[Any, int]]:
    """Take and accept all there is; return bodies and attempts."""
    found = []
    while (delivery := receiver.take(0)) is not None:
        record, receipt, attempts = delivery
        assert receipt is not None
        receiver.settle([receipt], None)
        found.append((record.body, attempts))
    return found
