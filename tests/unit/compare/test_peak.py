"""The scenario `peak` on the embedded engine: its counts, and which numbers it gives."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import Message, MessageProducer, ResourceAllocationError
from jmslike.compare import stage
from jmslike.compare.measure import Journal
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.scenarios.burst import CROWDING, WORK, WORKERS, burst_of
from jmslike.compare.scenarios.peak import SCENARIO, Callers
from jmslike.compare.scenarios.scenario import Outcome
from jmslike.compare.stage import KEY
from jmslike.compare.timing.histogram import Distribution
from jmslike.compare.timing.schedule import SECOND
from tests.unit.compare.flow_outcomes import numbers, play

ORDERS = 40
PLAN = Plan(samples=ORDERS)
COLUMNS = ["direct call", "table, polled", "queue", "topic, three services"]


def value(outcome: Outcome, name: str, case: str = "") -> float:
    (found,) = (reading.value for reading in outcome.readings if (reading.name, reading.case) == (name, case))
    return found


def test_the_burst_is_the_same_for_all_columns() -> None:
    first, second = (burst_of(Setting(Orders(10), Plan(samples=100, seed=5), round=number)) for number in (1, 2))
    assert first == second
    assert first != burst_of(Setting(Orders(10), Plan(samples=100, seed=6)))
    assert first.text(3) == first.text(13) != first.text(4)


def test_orders_come_faster_than_they_can_be_served() -> None:
    burst = burst_of(Setting(Orders(10), Plan(samples=1000)))
    mean = sum(burst.times) / burst.count / SECOND
    assert mean == pytest.approx(WORK, rel=0.05)
    assert burst.schedule[-1] / SECOND == pytest.approx(1000 * WORK / WORKERS / CROWDING, rel=0.01)


@pytest.mark.parametrize("title", COLUMNS)
def test_every_order_is_accounted_for(url: str, title: str) -> None:
    outcome = play(SCENARIO, title, url, PLAN)
    found = numbers(outcome)
    assert found["sent"] == ORDERS
    if title == "direct call":
        assert found["served"] + found["refused or given up"] == ORDERS
        assert value(outcome, "refused") + value(outcome, "given up") == found["refused or given up"]
    else:
        assert found["served"] == ORDERS * (3 if title == "topic, three services" else 1)


@pytest.mark.parametrize("title", COLUMNS)
def test_readings(url: str, title: str) -> None:
    outcome = play(SCENARIO, title, url, PLAN)
    assert [(reading.name, reading.case, reading.unit) for reading in outcome.readings] == [
        ("caller's wait", "p50", "ms"),
        ("caller's wait", "p99", "ms"),
        ("caller's wait", "max", "ms"),
        ("time until served", "p50", "ms"),
        ("time until served", "p99", "ms"),
        ("time until served", "max", "ms"),
        ("last order served", "", "ms"),
        ("mean wait for the service", "", "ms"),
        ("mean wait by theory", "", "ms"),
        ("largest backlog", "", "orders"),
        ("refused", "", "orders"),
        ("given up", "", "orders"),
    ]
    histograms = [Distribution([reading.histogram[0]]) for reading in outcome.readings if reading.histogram]
    waiting, serving = (histogram.count for histogram in histograms)
    assert waiting == ORDERS - value(outcome, "refused")
    assert serving == waiting - value(outcome, "given up")
    (backlog,) = (series for reading in outcome.readings for series in reading.series)
    assert max(backlog.y) == value(outcome, "largest backlog") > 1
    assert backlog.y[-1] == 0
    assert value(outcome, "time until served", "max") <= value(outcome, "last order served")


@pytest.mark.parametrize("title", ["queue", "table, polled"])
def test_no_column_beats_the_theory(url: str, title: str) -> None:
    """Where no caller leaves, orders wait for the service at least as long as if nothing stood between them and it."""
    outcome = play(SCENARIO, title, url, PLAN)
    assert value(outcome, "mean wait for the service") >= value(outcome, "mean wait by theory") > 0


def test_figures_are_about_measures_that_there_are(url: str) -> None:
    names = {reading.name for reading in play(SCENARIO, "queue", url, PLAN).readings}
    assert {figure.measure for figure in SCENARIO.figures} <= names


def test_a_refused_order_is_no_lost_one(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that is full refuses an order, at once or later; then its caller knows, and is counted."""
    send = MessageProducer.send

    def refuse(producer: MessageProducer, message: Message, **given: Any) -> None:
        callers, key = given.get("completion_listener"), message.get_int_property(KEY)
        if isinstance(callers, Callers) and key % 4 == 1:
            raise ResourceAllocationError("full")
        if isinstance(callers, Callers) and key % 4 == 3:
            callers.on_exception(message, ResourceAllocationError("full"))
        else:
            send(producer, message, **given)

    monkeypatch.setattr(MessageProducer, "send", refuse)
    outcome = play(SCENARIO, "queue", url, PLAN)
    assert numbers(outcome) == {
        "sent": ORDERS,
        "refused": ORDERS // 2,
        "served": ORDERS // 2,
        "lost": 0,
        "duplicated": 0,
        "out of order": 0,
        "damaged": 0,
    }
    assert value(outcome, "refused") == ORDERS // 2


def test_an_order_that_two_workers_had_is_served_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a provider that does not give the next order to any free worker, such an order is counted, and no fault."""
    note = stage.note

    def note_twice(message: Message, journal: Journal) -> None:
        note(message, journal)
        if message.get_int_property(KEY) == 4:
            note(message, journal)

    monkeypatch.setattr(stage, "note", note_twice)
    monkeypatch.setattr(stage.Stage, "shares_work", False)
    outcome = play(SCENARIO, "queue", url, PLAN)
    assert (numbers(outcome)["served"], numbers(outcome)["duplicated"]) == (ORDERS, 1)
    assert "duplicated" in [check.label for check in outcome.checks if check.expected is None]
