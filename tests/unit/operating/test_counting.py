from __future__ import annotations

from collections.abc import Callable

import pytest

from jmslike import InvalidDestinationError, InvalidSelectorError, JMSContext, Queue, UnsupportedFeatureError, operating
from jmslike.capabilities import Feature
from tests.unit.operating.steps import fill, waiting


def test_each_queue_is_counted(url: str, context: JMSContext) -> None:
    fill(url, "orders", "1", "2", "3")
    held = context.create_consumer(context.create_queue("held"))
    orders, typo, empty = operating.count(url, "orders", Queue("typo"), "queue://held")
    assert (orders.depth, orders.in_flight, orders.consumers, orders.enqueued) == (3, 0, 0, 3)
    assert (typo.depth, empty.depth, empty.consumers) == (0, 0, 1)
    held.close()


def test_with_a_selector_those_that_match_are_counted(url: str, context: JMSContext) -> None:
    for price in (1, 2, 3):
        context.create_producer().set_property("price", price).send(context.create_queue("orders"), "")
    assert [each.depth for each in operating.count(url, "orders", selector="price > 1")] == [2]
    with pytest.raises(InvalidSelectorError):
        operating.count(url, "orders", selector="price >")


def test_a_topic_keeps_nothing_to_count(url: str) -> None:
    with pytest.raises(InvalidDestinationError, match="topic://prices keeps no messages"):
        operating.count(url, "topic://prices")


def test_without_counts_of_the_provider_the_queue_is_browsed(url: str, lack: Callable[..., None]) -> None:
    fill(url, "orders", "1", "2")
    lack(Feature.STATISTICS)
    (orders,) = operating.count(url, "orders")
    assert (orders.depth, orders.in_flight) == (2, None)
    assert len(waiting(url, "orders")) == 2


def test_without_both_the_error_says_why(url: str, lack: Callable[..., None]) -> None:
    fill(url, "orders", "1", "2")
    lack(Feature.STATISTICS, Feature.BROWSE)
    with pytest.raises(UnsupportedFeatureError, match=r"no counts of a queue, such as its depth: a test$"):
        operating.count(url, "orders")
    with pytest.raises(UnsupportedFeatureError, match=r"no queue browsers: a test$"):
        operating.count(url, "orders", selector="a = 1")
