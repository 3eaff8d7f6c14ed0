"""The sentences of a report come from its numbers, and only from them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jmslike.compare import Plan, compare
from jmslike.compare.orders import Orders
from jmslike.compare.report.words import summary
from jmslike.compare.results import Comparison, Judgement, Says, Side, Verdict, exactly
from tests.unit.compare.report.golden import golden, shown
from tests.unit.compare.report.made_up import burst, column, comparison

QUEUE, TOPIC = Side(0, "queue"), Side(0, "topic")


def test_a_queue_is_chosen_for_a_flash_sale_where_calls_are_turned_away() -> None:
    choice, durable, waits, work, *_ = summary(burst())
    assert choice.startswith("For a flash sale, choose a queue if one service works on each order, and a topic with a")
    assert "here 42 of them in each burst" in choice
    assert choice.endswith("Every order was taken, and none lost, by: queue.")
    assert durable.endswith("take a provider that keeps them on disk, and measure it.")
    assert waits.startswith("Half of the callers went on within: queue 100 µs, direct call 300 ms. 99 of 100 went on")
    assert "at the same time: queue 170. The last order was served after: queue 610 ms, direct call 640 ms." in work


def test_a_queue_that_only_saves_waiting_is_chosen_for_that() -> None:
    choice = summary(burst(turned_away=0, given_up=0))[0]
    assert choice.startswith("For a flash sale, choose a queue: its callers went on sooner")


@pytest.mark.parametrize(
    "found",
    [burst(lost=1), burst(turned_away=0, given_up=0, says="no difference shown")],
    ids=["loses", "no difference is shown"],
)
def test_a_queue_is_not_chosen_without_a_reason(found: Comparison) -> None:
    assert "do not show that a queue is better" in summary(found)[0]


@pytest.mark.slow
def test_the_words_fit_what_the_scenarios_count_and_measure(url: str) -> None:
    """A check or measure that gets another name would silently take a sentence away."""
    names = ["peak", "crash", "delivery", "offline"]
    told = summary(compare([url], Orders(40), plan=Plan(repeats=1, samples=40), scenarios=names))
    for line in (
        "For a flash sale",
        "Half of the callers went on within: queue ",
        "A queue makes no work faster",
        "When the service crashed in the middle of a burst, orders were lost: queue 0; topic ",
        "A queue gives each message to one of its receivers",
        "While a receiver was away, these messages were lost to it: queue 0; topic ",
    ):
        assert any(each.startswith(line) for each in told), line


def test_nothing_is_said_of_a_burst_without_its_numbers() -> None:
    without = comparison("peak", {"native": [column("queue")]}, [column("direct call", kept="nowhere")])
    assert summary(without) == []
    assert not any("flash sale" in line for line in summary(golden()))


def test_who_is_lost_in_a_crash_and_while_away() -> None:
    columns = {"native": [column("queue", exactly("lost", 0, 0)), column("topic", exactly("lost, as it must", 80, 80))]}
    (crash,) = summary(comparison("crash", columns, [column("direct call", exactly("lost, unless", 96, 96))]))
    assert crash.endswith("orders were lost: queue 0, topic 80, direct call 96.")
    (away,) = summary(comparison("offline", columns, []))
    assert away == "While a receiver was away, these messages were lost to it: queue 0, topic 80."


def test_what_the_models_are() -> None:
    (line,) = [line for line in summary(golden()) if line.startswith("A queue gives each message to one")]
    assert "queue on native 240 of 240, topic on native 720 of 240, " in line


@pytest.mark.parametrize(
    ("says", "line"),
    [
        ("better", "Rates, p99: topic is shorter than queue, 0.500 times (0.400 to 0.600)."),
        ("worse", "Rates, p99: topic is longer than queue, 0.500 times (0.400 to 0.600)."),
        ("no difference shown", "Rates: no difference is shown between columns that are alike, in p99."),
        ("too few repeats", None),
    ],
)
def test_each_answer_of_a_pair(says: Says, line: str | None) -> None:
    verdict = Verdict("", QUEUE, TOPIC, says, 0.5, 0.4, 0.6)
    found = comparison("rates", {"native": [column("queue", p99=1), column("topic", p99=1)]}, [])
    renamed = replace(found.reports[0].scenarios[0].columns[0].measures[0], name="p99", case="")
    found.reports[0].scenarios[0].columns[0] = replace(found.reports[0].scenarios[0].columns[0], measures=[renamed])
    told = summary(replace(found, judgements=[Judgement("rates", "p99", [verdict])]))
    assert told == ([line] if line else [])


def test_pairs_that_are_unlike_are_no_ranking() -> None:
    """A difference between memory and disk is told by the places, and not as a result."""
    told = summary(golden())
    assert not any("on Artemis is longer" in line or "on Artemis is slower" in line for line in told)
    assert any(line.startswith("Columns that keep messages in different places do different work") for line in told)


def test_what_is_wrong_is_named() -> None:
    (wrong,) = [line for line in summary(golden()) if line.startswith("Not as expected")]
    assert "Delivery, topic on Artemis, lost: 1 instead of 0" in wrong
    many = column("queue", *(exactly(f"row {number}", 1, 0) for number in range(7)))
    assert summary(comparison("other", {"native": [many]}, []))[-1].endswith("; and 2 more numbers.")


def test_the_sentences_end_the_output_of_the_terminal() -> None:
    assert "Throughput, rate by size: topic on Artemis is faster than queue" in shown(golden(), 300)[-2500:]
