"""Connections that do not come about."""

from __future__ import annotations

from contextlib import closing

import pytest

from jmslike.errors import ConnectionLostError, JMSError
from jmslike_transports.amqp.address import parse_address
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.amqp.wire import Wire
from tests.brokers.broker import free_ports


def wire_to(url: str) -> Wire:
    return Wire(parse_address(url, {}, None, None, PROFILES))


def test_each_host_and_what_was_wrong_with_it_is_named() -> None:
    one, two = free_ports(2)
    with (
        closing(wire_to(f"amqp://127.0.0.1:{one},127.0.0.1:{two}")) as wire,
        pytest.raises(ConnectionLostError) as told,
    ):
        wire.connect()
    assert [f"{port}: [Errno" in str(told.value) for port in (one, two)] == [True, True]


def test_what_was_never_opened_is_closed() -> None:
    wire = wire_to("amqp://nobody")
    wire.close()
    wire.close()


def test_a_broker_that_takes_nothing_for_too_long_is_lost() -> None:
    wire, losses = wire_to("amqp://nobody"), list[JMSError]()
    wire.on_lost = losses.append
    wire.request_timeout = 0.01
    wire._unblocked.clear()
    with pytest.raises(ConnectionLostError, match="no messages"):
        wire.wait_until_unblocked()
    wire.wait_until_unblocked()  # what follows fails at once
    assert len(losses) == 1
