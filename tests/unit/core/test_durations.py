"""Durations are seconds, and numbers that look like Java's milliseconds are pointed out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

import jmslike
from jmslike.durations import Duration, seconds


@pytest.fixture
def context() -> Iterator[jmslike.JMSContext]:
    with jmslike.connect("native://durations") as context:
        yield context
    jmslike.forget("native://durations")


def receive(context: jmslike.JMSContext, value: Duration) -> None:
    queue = context.create_queue("q")
    context.create_producer().send(queue, "here already")
    context.create_consumer(queue).receive(value)


def send(context: jmslike.JMSContext, value: Duration) -> None:
    with jmslike.ConnectionFactory("native://durations").create_connection() as connection:
        session = connection.create_session()
        session.create_producer(context.create_queue("q")).send(session.create_message(), 2, 4, value)


WAYS: list[Callable[[jmslike.JMSContext, Duration], object]] = [
    receive,
    send,
    lambda context, value: context.create_producer().set_time_to_live(value),
    lambda context, value: setattr(context.create_producer(), "delivery_delay", value),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("value", [4000, 5000.0, 3_600_000])
def test_a_round_number_of_thousands_is_pointed_out_where_it_stands(
    context: jmslike.JMSContext, way: Callable[[jmslike.JMSContext, Duration], object], value: float
) -> None:
    with pytest.warns(UserWarning, match=rf"timedelta\(seconds={int(value)}\)") as told:
        way(context, value)
    assert [warning.filename for warning in told] == [__file__]


@pytest.mark.parametrize("value", [0, 1000, 3000, 3600, 7200, 86400, 5000.5, 1e12, timedelta(seconds=5000)])
def test_other_durations_are_not(value: Duration) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert seconds(value, "timeout") >= 0


def test_it_is_said_once_for_each_place(context: jmslike.JMSContext) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            context.create_producer().set_time_to_live(8000)
        context.create_producer().set_time_to_live(8000)
    assert len(told) == 2


@pytest.mark.parametrize("option", ["request_timeout", "redelivery_delay", "block_timeout"])
@pytest.mark.parametrize("where", ["url", "keyword"])
def test_options_are_pointed_out_too(option: str, where: str) -> None:
    options: dict[str, Any] = {option: 30000} if where == "keyword" else {}
    url = "native://durations" if where == "keyword" else f"native://durations?{option}=30000"
    with pytest.warns(UserWarning, match=f"the option {option} is 30000 seconds") as told:
        jmslike.ConnectionFactory(url, **options).create_connection().close()
    assert {warning.filename for warning in told} == {__file__}
    jmslike.forget("native://durations")
