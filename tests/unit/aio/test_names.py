"""The rule of the names: what may wait is a coroutine, everything else is as it is."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import jmslike
from jmslike import aio

WAITING = {
    "ConnectionFactory": {"create_connection", "create_context"},
    "Connection": {"close", "create_session", "delete_destination", "start", "stop"},
    "Session": {
        "close", "commit", "create_consumer", "create_durable_consumer", "create_durable_subscriber",
        "create_shared_consumer", "create_shared_durable_consumer", "create_temporary_queue", "create_temporary_topic",
        "forward", "recover", "rollback", "statistics", "unsubscribe",
    },
    "JMSContext": {
        "acknowledge", "close", "commit", "create_consumer", "create_durable_consumer", "create_durable_subscriber",
        "create_shared_consumer", "create_shared_durable_consumer", "create_temporary_queue", "create_temporary_topic",
        "delete_destination", "forward", "recover", "rollback", "start", "stop", "unsubscribe",
    },
    "MessageProducer": {"close", "send"},
    "MessageConsumer": {"close", "receive", "receive_no_wait", "receive_object"},
    "JMSProducer": {"send"},
    "JMSConsumer": {
        "close", "receive", "receive_body", "receive_body_no_wait", "receive_no_wait", "receive_object",
    },
    "QueueBrowser": {"close"},
}  # fmt: skip


@pytest.mark.parametrize("name", WAITING)
def test_what_may_wait_is_a_coroutine_and_nothing_else(name: str) -> None:
    kind = getattr(aio, name)
    coroutines = {
        member for member in dir(kind) if member[0] != "_" and inspect.iscoroutinefunction(getattr(kind, member))
    }
    assert coroutines == WAITING[name]


@pytest.mark.parametrize("name", WAITING)
def test_no_name_is_lost_and_arguments_are_the_same(name: str) -> None:
    there, here = getattr(jmslike, name), getattr(aio, name)
    for member in dir(there):
        if member[0] != "_" and inspect.isfunction(inspect.getattr_static(there, member)):
            of_there, of_here = inspect.signature(getattr(there, member)), inspect.signature(getattr(here, member))
            assert list(of_here.parameters) == list(of_there.parameters), member


def test_the_package_has_the_names_of_its_classes() -> None:
    assert set(WAITING) < set(aio.__all__)


def test_what_is_not_awaited_says_how_to_connect(url: str) -> None:
    opening: Any = aio.connect(url)
    with pytest.raises(AttributeError, match=r"'create_queue' belongs to a context, .* `async with aio.connect\(url\)"):
        opening.create_queue("q")
    with pytest.raises(TypeError, match=r"`with` cannot: write `async with aio.connect\(url\) as context`"), opening:
        pass
