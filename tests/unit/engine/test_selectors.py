"""Selectors of receivers: what they leave to others, and how often a record is looked at."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from native_engine import Engine
from tests.unit.engine.records import QUEUE, Record, drain, send, taken


def test_a_selector_leaves_the_rest_to_others(engine: Engine) -> None:
    """CONS-20, CONS-22: what does not match stays, and blocks nothing; each is looked at once."""
    looks: list[str] = []

    def matches(record: Record) -> bool:
        looks.append(record.body)
        return bool(record.body == "yes")

    send(engine, *["no"] * 100, "yes")
    selective = engine.receiver(QUEUE, matches)
    assert drain(selective) == ["yes"]
    send(engine, "no", "yes")
    assert drain(selective) == ["yes"]
    assert len(looks) == 103
    assert drain(engine.receiver(QUEUE)) == ["no"] * 101


def test_a_released_record_is_offered_to_matching_receivers(engine: Engine) -> None:
    first = engine.receiver(QUEUE, lambda record: record.body == "a")
    second = engine.receiver(QUEUE, lambda record: record.body != "b")
    send(engine, "b", "a", "c")
    receipt = taken(first)[1]
    assert drain(second) == ["c"]
    first.settle([receipt], 3)
    record, _, attempts = taken(second)
    assert (record.body, attempts) == ("a", 3)


def test_a_selector_is_evaluated_once_although_its_group_changes_hands(engine: Engine) -> None:
    """CONS-22: also where a receiver has to look at a record again."""
    looks: list[str] = []

    def matches(record: Record) -> bool:
        looks.append(record.body)
        return False

    owner = engine.receiver(QUEUE)
    selective = engine.receiver(QUEUE, matches)
    for body in ("a1", "a2", "a3"):
        send(engine, Record(body, group="a"))
        assert selective.take(0) is None
    assert taken(owner)[0].body == "a1"
    owner.close()
    assert selective.take(0) is None
    assert sorted(looks) == ["a1", "a2", "a3"]


def test_released_records_do_not_pile_up_at_receivers_that_never_look(engine: Engine) -> None:
    selective, idle = engine.receiver(QUEUE, lambda record: record.body == "a"), engine.receiver(QUEUE)
    send(engine, "a")
    for attempts in range(1, 1001):
        selective.settle([taken(selective)[1]], attempts)
    backlog = idle._queue.backlog
    assert backlog is not None
    assert len(backlog._views[idle].track(4).again) < 100
    assert taken(idle)[2] == 1000


def test_a_failing_selector_matches_nothing(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    selective = engine.receiver(QUEUE, lambda record: record.nonsense)
    send(engine, "a")
    assert selective.take(0) is None
    assert "nonsense" in caplog.text


@pytest.mark.parametrize("make", ["memory"], indirect=True)
def test_a_look_at_a_record_that_does_not_match_is_little_more_than_its_selector(engine: Engine) -> None:
    send(engine, *["blue"] * 200, "red")
    receiver = engine.receiver(QUEUE, lambda record: record.body == "red")
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
