"""Where pushed items wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from jmslike.errors import ConnectionLostError
from jmslike_transports.shared.inbox import Inbox


def test_items_come_in_order_and_those_put_back_first() -> None:
    inbox: Inbox[int] = Inbox()
    for number in (1, 2, 3):
        inbox.put(number)
    assert (inbox.get(0), inbox.poll()) == (1, 2)
    inbox.put_back([1, 2])
    assert (inbox.poll(), inbox.get(0), inbox.get(0), inbox.get(0)) == (1, 2, 3, None)


@pytest.mark.parametrize("take", [Inbox.poll, lambda inbox: inbox.get(0)])
def test_what_was_put_back_is_taken_or_left_and_never_both(take: Callable[[Inbox[int]], int | None]) -> None:
    inbox: Inbox[int] = Inbox()
    left: list[list[int]] = []

    class ClosedMeanwhile(deque[int]):
        def __bool__(self) -> bool:
            if not left:
                left.append([])
                left[0] = inbox.close()
                return True
            return len(self) > 0

    inbox._back = ClosedMeanwhile([1])
    assert take(inbox) is None
    assert left == [[1]]


def test_an_interrupt_ends_one_get_and_nothing_is_lost() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1)
    inbox.interrupt()
    assert inbox.poll() is None
    assert [inbox.get(None), inbox.get(None)] == [None, 1]


def test_a_waiting_get_is_woken() -> None:
    inbox: Inbox[int] = Inbox()
    wakes: list[tuple[Callable[[], object], int | None]] = [
        (lambda: inbox.put(1), 1),
        (inbox.interrupt, None),
        (lambda: inbox.put_back([2]), 2),
    ]
    with ThreadPoolExecutor(1) as pool:
        for wake, expected in wakes:
            waiting = pool.submit(inbox.get, None)
            wake()
            assert waiting.result(10) == expected


def test_a_loss_raises_again_and_again() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1)
    inbox.lose(ConnectionLostError("gone"))
    for _ in range(2):
        with pytest.raises(ConnectionLostError, match="gone"):
            inbox.get(None)
    assert inbox.close() == [1]
    assert inbox.get(None) is None


def test_nothing_stays_in_a_closed_inbox() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(1)
    inbox.put_back([0])
    assert inbox.close() == [0, 1]
    assert inbox.put(2) == [2]
    assert inbox.put_back([3, 4]) == [3, 4]
    assert inbox.get(None) is None
    assert inbox.close() == []


def test_what_comes_after_close_takes_no_wake_away() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.close()
    inbox.put(1)  # before the `get` that close has woken is running again
    assert not inbox._items.empty()


def test_a_listener_is_called_for_each_item_and_for_what_waits() -> None:
    inbox: Inbox[int] = Inbox()
    calls: list[int] = []

    def listener() -> bool:
        calls.append(1)
        return True

    inbox.put(1)
    inbox.ready(listener)
    inbox.put(2)
    assert len(calls) == 2
    inbox.ready(None)
    inbox.put(3)
    assert len(calls) == 2


def test_a_drained_inbox_is_empty_and_still_open() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.put(2)
    inbox.put_back([1])
    assert inbox.drain() == [1, 2]
    assert inbox.get(0) is None
    inbox.put(3)
    assert inbox.get(0) == 3


def test_draining_keeps_what_get_has_to_report() -> None:
    inbox: Inbox[int] = Inbox()
    inbox.interrupt()
    inbox.drain()
    assert inbox.get(None) is None
    inbox.lose(ConnectionLostError("gone"))
    inbox.drain()
    with pytest.raises(ConnectionLostError):
        inbox.get(None)
