"""Completions come in the order of sending, once each, whichever thread answers and when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import Queue
from jmslike.errors import JMSError
from jmslike_transports.shared.ordered_completions import OrderedCompletions, Unanswered

PATIENCE = 20.0
LOST = JMSError("lost")


class Sends:
    """Sends with keys that count upwards, and what was completed of them."""

    def __init__(self, count: int) -> None:
        self.open: OrderedCompletions[Unanswered] = OrderedCompletions()
        self.completed: list[tuple[int, JMSError | None]] = []
        self.all = [self._send(key) for key in range(count)]

    def _send(self, key: int) -> Unanswered:
        sent = Unanswered(key, Queue("q"), lambda error: self.completed.append((key, error)))
        self.open.add(sent)
        return sent


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)))
def test_the_order_is_that_of_sending_whatever_that_of_the_answers(order: list[int], refused: set[int]) -> None:
    sends = Sends(8)
    answered: set[int] = set()
    for key in order:
        sends.open.answer(sends.all[key], LOST if key in refused else None)
        answered.add(key)
        due = next((each for each in range(8) if each not in answered), 8)
        assert [each for each, _ in sends.completed] == list(range(due))
        assert len(sends.open) == 8 - due
    assert sends.completed == [(key, LOST if key in refused else None) for key in range(8)]


def test_sends_are_found_by_their_key() -> None:
    sends = Sends(3)
    assert sends.open.oldest() is sends.all[0]
    assert [sends.open.find(key) for key in (0, 2, 3)] == [sends.all[0], sends.all[2], None]
    for sent in sends.all:
        sends.open.answer(sent, None)
    assert sends.open.oldest() is None
    assert sends.open.find(0) is None


def test_an_answer_for_all_is_one_for_those_without() -> None:
    sends = Sends(4)
    sends.open.answer(sends.all[2], None)
    sends.open.answer_all(LOST)
    sends.open.answer_all(JMSError("too late"))
    assert sends.completed == [(0, LOST), (1, LOST), (2, None), (3, LOST)]


def test_a_completion_that_sends_is_not_entered_again() -> None:
    sends = Sends(0)
    entered: list[str] = []

    def first(_error: JMSError | None) -> None:
        entered.append("first begins")
        second = Unanswered(2, Queue("q"), lambda _: entered.append("second"))
        sends.open.add(second)
        sends.open.answer(second, None)
        entered.append("first ends")

    sent = Unanswered(1, Queue("q"), first)
    sends.open.add(sent)
    sends.open.answer(sent, None)
    assert entered == ["first begins", "first ends", "second"]


def test_what_is_answered_while_another_thread_completes_is_completed_by_that() -> None:
    sends = Sends(0)
    entered, go_on = Event(), Event()

    def slow(error: JMSError | None) -> None:
        entered.set()
        assert go_on.wait(PATIENCE)
        sends.completed.append((1, error))

    first, second = (
        Unanswered(1, Queue("q"), slow),
        Unanswered(2, Queue("q"), lambda error: sends.completed.append((2, error))),
    )
    sends.open.add(first)
    sends.open.add(second)
    with ThreadPoolExecutor(1) as pool:
        completing = pool.submit(sends.open.answer, first, None)
        assert entered.wait(PATIENCE)
        sends.open.answer(second, None)  # waits for no other
        assert sends.completed == []
        go_on.set()
        completing.result(PATIENCE)
    assert sends.completed == [(1, None), (2, None)]


def test_who_waits_for_fewer_is_woken() -> None:
    sends = Sends(3)
    assert not sends.open.wait_for_fewer(3, 0)
    assert sends.open.wait_for_fewer(4, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sends.open.wait_for_fewer, 2, PATIENCE)
        for sent in sends.all[1:]:
            sends.open.answer(sent, None)
        assert not waiting.done()
        sends.open.answer(sends.all[0], None)
        assert waiting.result(PATIENCE)


@pytest.fixture
def often_interrupted() -> Iterator[None]:
    """Let threads give way to each other much more often than they do."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("often_interrupted")
def test_a_loss_races_with_answers() -> None:
    count = 100
    for _ in range(50):
        sends = Sends(count)
        start = Barrier(3)

        def answer(sends: Sends = sends, start: Barrier = start) -> None:
            start.wait(PATIENCE)
            for sent in sends.all:
                if not sent.is_answered:
                    sends.open.answer(sent, None)

        def lose(sends: Sends = sends, start: Barrier = start) -> None:
            start.wait(PATIENCE)
            sends.open.answer_all(LOST)

        with ThreadPoolExecutor(3) as pool:
            for done in [pool.submit(answer), pool.submit(lose), pool.submit(lose)]:
                done.result(PATIENCE)
        assert [key for key, _ in sends.completed] == list(range(count))
        assert len(sends.open) == 0
