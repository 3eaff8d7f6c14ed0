"""Browsing queues that others declared loses no message."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import UnsupportedFeatureError
from tests.brokers import Broker
from tests.faults.administrator import Administrator, Guest
from tests.faults.steps import Connect, put, text_of

ARGUMENTS: dict[str, dict[str, Any]] = {
    "none": {},
    "dead letters": {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "it's dead"},
    "limits": {"x-expires": 600_000, "x-message-ttl": 3_600_000_000, "x-max-length": 100, "x-overflow": "drop-head"},
    "one consumer": {"x-single-active-consumer": True},
}


@pytest.mark.parametrize("arguments", ARGUMENTS.values(), ids=ARGUMENTS)
@pytest.mark.parametrize("kind", ["classic", "quorum"])
def test_only_classic_queues_are_looked_at(
    administrator: Administrator, guest: Guest, connect: Connect, name: str, kind: str, arguments: dict[str, Any]
) -> None:
    """QB-01: with whatever other arguments the queue was declared."""
    declared = {"durable": True, "auto_delete": False, "arguments": {"x-queue-type": kind, **arguments}}
    administrator.ask("PUT", "queues", guest.name, name, what=declared)
    connection = connect(guest.url)
    session = connection.create_session()
    put(session, name, ["one", "two"])
    with session.create_browser(session.create_queue(name)) as browser:
        if kind == "classic":
            assert [text_of(message) for message in browser] == ["one", "two"]
        else:
            with pytest.raises(UnsupportedFeatureError, match="classic"):
                next(iter(browser))


@pytest.mark.parametrize("how", [{"durable": False, "auto_delete": False}, {"durable": True, "auto_delete": True}])
def test_queues_that_do_not_last_are_looked_at(
    administrator: Administrator, guest: Guest, connect: Connect, name: str, how: dict[str, Any]
) -> None:
    administrator.ask("PUT", "queues", guest.name, name, what={"arguments": {}, **how})
    connection = connect(guest.url)
    session = connection.create_session()
    put(session, name, ["one"])
    with session.create_browser(session.create_queue(name)) as browser:
        assert [text_of(message) for message in browser] == ["one"]


def test_many_messages(rabbitmq: Broker, connect: Connect, name: str) -> None:
    session = connect(rabbitmq.url("amqp")).create_session()
    sent = [str(number) for number in range(500)]
    put(session, name, sent)
    with session.create_browser(session.create_queue(name)) as browser:
        assert [text_of(message) for message in browser] == sent
