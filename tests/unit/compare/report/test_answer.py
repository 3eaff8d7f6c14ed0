"""The answer for a flash sale comes from the numbers of the burst and the crash, and only from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.compare import Plan, compare
from jmslike.compare.orders import Orders
from jmslike.compare.report import markdown
from jmslike.compare.report.answer import answer
from jmslike.compare.report.section import Section
from jmslike.compare.report.words import summary
from jmslike.compare.results import Comparison, exactly
from tests.unit.compare.report.golden import golden, shown
from tests.unit.compare.report.made_up import burst, column, comparison


def answered(found: Comparison) -> Section:
    (only,) = answer(found)
    return only


def row(found: Section, name: str) -> dict[str, str]:
    (grid,) = found.grids
    position = list(grid.labels).index(name)
    return {title: cells[position].text for group in grid.groups for title, cells in group.columns}


def test_a_queue_is_chosen_where_calls_are_turned_away() -> None:
    found = answered(burst())
    assert found.title == ("For a flash sale, choose a queue: it takes every order, where a direct call turns away 42.")
    queue, call, topic, durable, work = found.below
    assert "None was lost or refused, and 99 of 100 callers went on within: queue 500 µs." in queue
    assert "here 42 in each burst, in the median." in call
    assert call.endswith("Each of the others waits for the service, 99 of 100 up to 800 ms.")
    assert topic.startswith("Choose a topic if several services need every order, with a durable subscription for each")
    assert durable.endswith("take a provider that keeps them on disk, and measure it.")
    assert "at the same time: queue 170." in work


def test_the_numbers_stand_beside_each_other() -> None:
    found = answered(burst())
    assert row(found, "queue") == {
        "turned away": "0",
        "99 of 100 wait up to": "500 µs",
        "half wait up to": "100 µs",
        "last order served": "610 ms",
        "orders are kept": "in memory",
    }
    assert row(found, "direct call")["turned away"] == "42"


def test_the_numbers_say_of_how_many_repeats_and_how_far_these_lie_apart() -> None:
    found = burst()
    column = found.reports[0].scenarios[0].columns[0]
    p99 = next(measure for measure in column.measures if measure.case == "p99")
    p99.values[:] = [0.4, 0.5, 0.8]
    section = answered(found)
    assert section.grids[0].corner.endswith("median of 3 repeats")
    assert row(section, "queue")["99 of 100 wait up to"] == "500 µs ±40%"


def test_what_a_crash_costs_stands_beside_the_burst() -> None:
    """The services of the burst have durable subscriptions. A topic without one was in the crash only."""
    peak, services = burst(), column("topic, three services", exactly("lost", 0, 0), p50=0.1, p99=0.5)
    peak.reports[0].scenarios[0].columns.append(services)
    crashed = comparison(
        "crash",
        {
            "native": [
                column("queue", exactly("lost", 0, 0)),
                column("topic", exactly("lost, as a topic must", 80, 80)),
                column("topic, durable", exactly("lost", 1, 0)),
            ]
        },
        [column("direct call", exactly("lost, unless", 96, 96), kept="nowhere")],
    )
    for report, other in zip(peak.reports, crashed.reports, strict=True):
        report.scenarios.extend(other.scenarios)
    found = answered(peak)
    (grid,) = found.grids
    assert list(grid.labels) == ["queue", "topic, three services", "topic", "direct call"]
    assert [row(found, name)["lost if the service crashes"] for name in grid.labels] == ["0", "1", "80", "96"]
    assert row(found, "topic")["half wait up to"] == ""
    assert any(line.endswith("orders were lost when the service crashed: topic 80.") for line in found.below)


def test_a_table_that_is_polled_has_its_reason() -> None:
    found = burst()
    found.reports[1].scenarios[0].columns.append(
        column("table, polled", exactly("lost", 0, 0), kept="on disk", p50=0.3, p99=12.5)
    )
    assert any(
        line.startswith("A table that is polled lost no order either, and 99 of 100 callers went on within 12.5 ms.")
        for line in answered(found).below
    )


def test_queues_that_keep_orders_on_disk_are_named() -> None:
    found = burst()
    (queue, *_) = found.reports[0].scenarios[0].columns
    scenario = replace(found.reports[0].scenarios[0], columns=[replace(queue, kept="on disk")])
    durable = replace(found.reports[0], product="Artemis", url="stomp://h", durable=True, scenarios=[scenario])
    both = replace(found, reports=[found.reports[0], durable, found.reports[1]])
    assert any(
        line.endswith("Of the queues, these keep orders on disk: queue on Artemis.") for line in answered(both).below
    )
    alone = replace(found, reports=[durable, found.reports[1]])
    assert not any("memory" in line for line in answered(alone).below)


def test_a_queue_that_only_saves_waiting_is_chosen_for_that() -> None:
    found = answered(burst(turned_away=0, given_up=0))
    assert found.title.startswith("For a flash sale, choose a queue: its callers go on sooner")
    assert any(line.startswith("A direct call turned no caller away in this burst.") for line in found.below)


@pytest.mark.parametrize(
    "found",
    [burst(lost=1), burst(turned_away=0, given_up=0, says="no difference shown")],
    ids=["loses", "no difference is shown"],
)
def test_a_queue_is_not_chosen_without_a_reason(found: Comparison) -> None:
    assert "do not show that a queue is better" in answered(found).title


def test_a_queue_that_loses_says_what() -> None:
    first = answered(burst(lost=3)).below[0]
    assert first == "Of the orders to queue, 3 were lost in all, and 0 refused in each burst."


def test_nothing_is_said_of_a_burst_without_its_numbers() -> None:
    without = comparison("peak", {"native": [column("queue")]}, [column("direct call", kept="nowhere")])
    assert answer(without) == []
    assert summary(without) == []
    assert answer(golden()) == []


@pytest.mark.slow
def test_the_words_fit_what_the_scenarios_count_and_measure(url: str) -> None:
    """A check or measure that gets another name would silently take a sentence or a number away."""
    names = ["peak", "crash", "delivery", "offline"]
    found = compare([url], Orders(40), plan=Plan(repeats=1, samples=40), scenarios=names)
    section = answered(found)
    assert section.title.startswith("For a flash sale")
    (grid,) = section.grids
    assert grid.corner == "a burst of 40 orders, median of 1 repeat"
    assert list(grid.labels) == ["queue", "topic, three services", "topic", "direct call", "table, polled"]
    for name in grid.labels:
        assert [title for title, text in row(section, name).items() if not text] == (
            [] if name != "topic" else ["turned away", "99 of 100 wait up to", "half wait up to", "last order served"]
        )
    assert len(section.below) == 6
    told = summary(found)
    assert not any("crashed" in line for line in told), "it is in the answer"
    for line in (
        "A queue gives each message to one of its receivers",
        "While a receiver was away, these messages were lost to it: queue 0; topic ",
    ):
        assert any(each.startswith(line) for each in told), line


def test_the_answer_is_in_every_form() -> None:
    words = "For a flash sale, choose a queue"
    assert words in shown(burst(), 100)
    assert markdown(burst()).index(words) < markdown(burst()).index("## Summary")
