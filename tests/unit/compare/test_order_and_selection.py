"""The scenarios `order` and `selection` on the embedded engine: their counts."""

from __future__ import annotations

import pytest

from jmslike import Capabilities, Feature, UnsupportedFeatureError
from jmslike.capabilities import unsupported
from jmslike.compare import stage
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.scenarios import order, selection
from jmslike.compare.scenarios.order import overtaken
from jmslike.compare.scenarios.scenario import Scenario
from jmslike.compare.stage import Stage
from tests.unit.compare.flow_outcomes import numbers, play

PLAN = Plan(samples=50)


@pytest.mark.parametrize(
    ("keys", "expected"), [([], 0), ([1, 2, 3], 0), ([2, 1, 3], 1), ([3, 1, 2, 3], 2), ([5, 5, 6, 5], 1)]
)
def test_overtaken(keys: list[int], expected: int) -> None:
    assert overtaken(keys) == expected


@pytest.mark.parametrize("title", ["queue, one receiver", "topic, one subscriber"])
def test_one_receiver_keeps_the_order(url: str, title: str) -> None:
    found = numbers(play(order.SCENARIO, title, url, PLAN, messages=60))
    assert found == {"sent": 60, "finished after a later one": 0, "lost": 0, "duplicated": 0, "damaged": 0}


def test_several_receivers_keep_the_order_of_each(url: str) -> None:
    outcome = play(order.SCENARIO, "queue, several receivers", url, PLAN, messages=60)
    assert numbers(outcome)["at the same receiver"] == 0
    assert [check.label for check in outcome.checks if check.expected is None] == ["finished after a later one"]


def test_a_group_has_one_receiver_which_keeps_its_order(url: str) -> None:
    found = numbers(play(order.SCENARIO, "queue, in groups", url, PLAN, messages=60))
    assert (found["of the same group"], found["groups with more than one receiver"]) == (0, 0)


def test_the_urgent_overtake(url: str) -> None:
    found = numbers(play(order.SCENARIO, "queue, by priority", url, PLAN, messages=60))
    assert (found["finished after a less urgent one"], found["of the same priority, after a later one"]) == (0, 0)
    assert found["finished after a later one"] > 0


@pytest.mark.parametrize("title", [route.title for route in order.SCENARIO.columns])
def test_one_message(url: str, title: str) -> None:
    assert numbers(play(order.SCENARIO, title, url, PLAN, messages=1))["sent"] == 1


def test_many_messages_are_not_all_sent(url: str) -> None:
    found = numbers(play(order.SCENARIO, "topic, one subscriber", url, PLAN, messages=order.MOST + 1))
    assert found["sent"] == order.MOST


@pytest.mark.parametrize(
    ("title", "handed"),
    [
        ("queue, selector", 6),
        ("queue, in the application", 60),
        ("topic, selector", 6),
        ("topic, in the application", 60),
    ],
)
def test_selection(url: str, title: str, handed: int) -> None:
    outcome = play(selection.SCENARIO, title, url, PLAN)
    found = numbers(outcome)
    assert (found["sent"], found["wanted"], found["handed to the receiver"]) == (60, 6, handed)
    assert found.get("left to another receiver", 54) == 54
    (reading,) = outcome.readings
    assert (reading.name, reading.unit) == ("time for each wanted message", "us")
    assert reading.value > 0


@pytest.mark.parametrize(
    ("scenario", "title", "feature"),
    [
        (order.SCENARIO, "queue, in groups", Feature.MESSAGE_GROUP),
        (order.SCENARIO, "queue, by priority", Feature.PRIORITY),
        (selection.SCENARIO, "queue, selector", Feature.QUEUE_SELECTOR),
        (selection.SCENARIO, "topic, selector", Feature.TOPIC_SELECTOR),
    ],
)
def test_what_a_provider_does_not_have_is_not_played(
    url: str, scenario: Scenario, title: str, feature: Feature
) -> None:
    with Stage(url, Setting(Orders(5), PLAN)) as place:
        features = {**place.capabilities.features, feature: unsupported("it is a test")}
        place.capabilities = Capabilities("it", "1", features)
        (route,) = (route for route in scenario.columns if route.title == title)
        with pytest.raises(UnsupportedFeatureError, match="it is a test"):
            route.play(place)


def test_messages_that_come_in_the_wrong_order_are_seen(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver takes every tenth message for the first one: it looks late."""
    key_of = stage.key_of
    monkeypatch.setattr(stage, "key_of", lambda message: key if (key := key_of(message)) % 10 else min(key, 1))
    with Stage(url, Setting(Orders(25), PLAN)) as place:
        (route,) = (route for route in order.SCENARIO.columns if route.title == "queue, one receiver")
        wrong = {check.label: check.value for check in route.play(place).checks if not check.ok}
    assert wrong == {"finished after a later one": 2, "lost": 2, "damaged": 2}
