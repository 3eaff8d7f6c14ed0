"""The scenarios of latency and throughput on the embedded engine: their counts, and which numbers they give."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.results import Better
from jmslike.compare.scenarios import latency, throughput
from jmslike.compare.scenarios.scenario import Outcome, Reading, Scenario
from jmslike.compare.scenarios.throughput import BASE
from jmslike.compare.stage import Stage
from jmslike.compare.timing.histogram import Distribution

SMALL = Plan(receivers=2, rate=500, samples=25, run=0.02, warm_up=0.01, window=20)
COLUMNS = ["queue", "topic", "topic, durable"]


def play(url: str, scenario: Scenario, title: str, memory: dict[str, float] | None = None) -> Outcome:
    (route,) = (route for route in scenario.columns if route.title == title)
    with Stage(url, Setting(Orders(10), SMALL, memory={} if memory is None else memory)) as stage:
        outcome = route.play(stage)
    assert [check for check in outcome.checks if not check.ok] == []
    return outcome


def names(readings: Sequence[Reading]) -> list[tuple[str, str, str]]:
    return [(reading.name, reading.case, reading.unit) for reading in readings]


@pytest.mark.parametrize("scenario", [latency.SCENARIO, throughput.SCENARIO])
def test_columns(scenario: Scenario) -> None:
    assert [route.title for route in scenario.columns] == COLUMNS


@pytest.mark.parametrize("title", COLUMNS)
def test_latency(url: str, title: str) -> None:
    readings = play(url, latency.SCENARIO, title).readings
    assert names(readings[:5]) == [
        ("latency", "p50", "ms"),
        ("latency", "p99", "ms"),
        ("latency", "max", "ms"),
        ("rate", "asked for", "messages/s"),
        ("rate", "achieved", "messages/s"),
    ]
    assert names(readings[5:]) in ([("highest rate", "", "messages/s")], []), "a machine may sustain no rate at all"
    p50, p99, longest, asked = (reading.value for reading in readings[:4])
    assert 0 < p50 <= p99 <= longest
    assert asked == pytest.approx(500)
    text, beyond = readings[0].histogram or ("", 0)
    assert (Distribution([text]).count, beyond) == (25 if title == "queue" else 50, 0)
    assert Distribution([text]).percentile(50) == pytest.approx(p50 * 1_000_000, rel=0.002)
    (series,) = readings[0].series
    assert (len(series.x), series.y[-1]) == (50, 0)


def test_the_search_for_the_highest_rate_begins_where_the_last_one_ended(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first begins at the rate of a closed loop; nothing is remembered when no rate was sustained."""
    starts: list[float] = []
    answers = iter([0.0, 70.0, 60.0])

    def search(sustains: object, start: float) -> float:
        starts.append(start)
        return next(answers)

    monkeypatch.setattr(latency, "highest", search)
    memory: dict[str, float] = {}
    readings = [play(url, latency.SCENARIO, "queue", memory).readings[-1] for _ in range(3)]
    assert [reading.name for reading in readings] == ["rate", "highest rate", "highest rate"]
    assert starts[0] > 1
    assert starts[1] > 1
    assert starts[2] == 70
    assert memory == {"rate": 60}


@pytest.mark.parametrize("title", COLUMNS)
def test_throughput(url: str, title: str) -> None:
    """Nine cases, of which one stands in each of the four tables."""
    outcome = play(url, throughput.SCENARIO, title)
    assert names(outcome.readings) == [
        (table, case, "messages/s") for table, cases in throughput.TABLES.items() for case in cases
    ]
    assert len(outcome.readings) == 12
    rates = {(reading.name, reading.case): reading.value for reading in outcome.readings}
    bases = [(table, name) for table, cases in throughput.TABLES.items() for name in cases if cases[name] == BASE]
    assert len(bases) == 4
    assert len({rates[base] for base in bases}) == 1
    assert min(rates.values()) > 0
    assert {reading.better for reading in outcome.readings} == {Better.MORE}


def test_each_case_of_throughput_differs_from_the_base_in_one_thing() -> None:
    for case in (case for cases in throughput.TABLES.values() for case in cases.values()):
        differing = [name for name in BASE.__slots__ if getattr(case, name) != getattr(BASE, name)]
        assert len(differing) == (case != BASE)


@pytest.mark.parametrize("size", [1, 100, 1024, 16 * 1024])
@pytest.mark.parametrize("texts", [["a"], ["äöü€"] * 3, ["", ""], ["\ud800"], ["x" * 40_000]])
def test_a_text_has_the_bytes_that_it_should_have(size: int, texts: list[str]) -> None:
    class Texts(Orders):
        def __iter__(self):  # type: ignore[no-untyped-def]
            return iter(texts)

    assert len(throughput.text_of(size, Texts()).encode("utf-8")) == size
