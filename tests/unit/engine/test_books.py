"""The books of a queue are told of all that enters, is handed over and leaves, on whatever way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from native_engine import Engine, FullError, RolledBackError
from tests.unit.engine.books import OpenBooks, books_of, open_books, with_books
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import QUEUE, Record, counts, send, taken


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


@pytest.fixture
def books(engine: Engine) -> OpenBooks:
    return open_books(engine, QUEUE)


def test_what_is_accepted_at_hand_over(engine: Engine, books: OpenBooks) -> None:
    send(engine, "a", Record("b", group="g"))
    assert books.attempts == {"a": 0, "b": 0}
    receiver = engine.receiver(QUEUE)
    taken(receiver, 0, settle=True)
    assert books.attempts == {"b": 0}


def test_what_is_released_and_accepted(engine: Engine, books: OpenBooks) -> None:
    """A crash must not lower the count of hand-overs, nor forget what a release said instead."""
    send(engine, "a")
    receiver = engine.receiver(QUEUE)
    receipt = taken(receiver)[1]
    assert books.attempts == {"a": 1}
    receiver.settle([receipt], 0)
    assert books.attempts == {"a": 0}
    receiver.settle([taken(receiver)[1]], 5)
    assert books.attempts == {"a": 5}
    taken(receiver, 0, settle=True)
    receiver.release_unsettled()
    assert books.attempts == {"a": 6}
    receiver.settle([taken(receiver)[1]], None)
    assert books.attempts == {}


def test_what_is_committed_or_rolled_back(engine: Engine, books: OpenBooks) -> None:
    sender, receiver = engine.sender("queue", QUEUE), engine.receiver(QUEUE)
    engine.commit([(sender, Record("a")), (sender, Record("b"))])
    assert books.attempts == {"a": 0, "b": 0}
    receipt = taken(receiver)[1]
    engine.commit([(sender, Record("c"))], [(receiver, [receipt], None)])
    assert books.attempts == {"b": 0, "c": 0}
    with pytest.raises(RolledBackError):
        engine.commit([(sender, Record("d"))], [(receiver, [receipt], None)])
    assert books.attempts == {"b": 0, "c": 0}


def test_what_expires() -> None:
    clock = ManualClock()
    with Engine(clock=clock) as engine:
        books = open_books(engine, QUEUE)
        later = clock.milliseconds + 1000
        send(engine, Record("a", expiration=later), Record("b", expiration=later), Record("late", expiration=1))
        assert books.attempts == {"a": 0, "b": 0}
        receiver = engine.receiver(QUEUE)
        receipt = taken(receiver)[1]
        clock.advance(1)
        assert receiver.take(0) is None
        assert books.attempts == {"a": 1}
        receiver.settle([receipt], 1)
        assert books.attempts == {}
        assert counts(engine).expired == 3


def test_each_subscription_has_its_own(engine: Engine) -> None:
    with_books(engine)
    everything, selective = engine.subscribe("t"), engine.subscribe("t", matches=lambda record: record.colour == "red")
    publisher = engine.sender("topic", "t")
    publisher.send(Record("a", colour="red"))
    publisher.send(Record("b"))
    taken(everything)
    assert books_of(everything).attempts == {"a": 1, "b": 0}
    assert books_of(selective).attempts == {"a": 0}


def test_what_a_full_subscription_drops() -> None:
    with Engine(max_depth=2) as engine:
        with_books(engine)
        slow, publisher = engine.subscribe("t"), engine.sender("topic", "t")
        for body in "abc":
            publisher.send(Record(body))
        assert books_of(slow).attempts == {"b": 0, "c": 0}


def test_bounds_and_other_books_side_by_side() -> None:
    with Engine(max_depth=2, when_full="fail") as engine:
        books = open_books(engine, QUEUE)
        send(engine, "a", "b")
        with pytest.raises(FullError):
            send(engine, "c")
        assert books.attempts == {"a": 0, "b": 0}
        receiver = engine.receiver(QUEUE)
        receiver.settle([taken(receiver)[1]], None)
        send(engine, "c")
        assert books.attempts == {"b": 0, "c": 0}
