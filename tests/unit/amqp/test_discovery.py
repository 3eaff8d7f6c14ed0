"""How the arguments of a queue are found: the broker names one that differs in each refusal."""

from __future__ import annotations

from typing import Any

import pytest
from pika.exceptions import ChannelClosedByBroker

from jmslike.errors import UnsupportedFeatureError
from jmslike_transports.amqp.browser import discover_arguments, require_classic
from jmslike_transports.amqp.errors import channel_error
from jmslike_transports.amqp.profiles import PROFILES
from jmslike_transports.amqp.topology import Topology

TYPES: dict[type, str] = {str: "longstr", int: "signedint", bool: "bool"}


class Broker(Topology):
    """A topology whose broker has one queue, and refuses other declarations of it as RabbitMQ does."""

    def __init__(self, arguments: dict[str, Any], *, durable: bool = True) -> None:
        super().__init__(None, PROFILES["jms"], {})  # type: ignore[arg-type]
        self._declared = arguments
        self._durable = durable

    def queue(self, name: str, **options: Any) -> None:
        if not self._durable:
            self._refuse(name, "durable", "received 'true' but current is 'false'")
        given = options["arguments"]
        for argument in {**self._declared, **given}:
            is_value, was_value = (_spelled(each.get(argument)) for each in (self._declared, given))
            if is_value != was_value:
                self._refuse(name, argument, f"received {was_value} but current is {is_value}")

    def _refuse(self, queue: str, argument: str, why: str) -> None:
        text = f"PRECONDITION_FAILED - inequivalent arg '{argument}' for queue '{queue}' in vhost '/': {why}"
        raise channel_error(ChannelClosedByBroker(406, text))


def _spelled(value: Any) -> str:
    if value is None:
        return "none"
    text = str(value).lower() if isinstance(value, bool) else value
    return f"the value '{text}' of type '{TYPES[type(value)]}'"


def test_the_arguments_of_a_queue_are_discovered() -> None:
    declared = {"x-queue-type": "classic", "x-expires": 600_000, "x-single-active-consumer": True, "x-key": "it's"}
    found: dict[str, Any] = {"x-queue-type": "classic"}
    assert discover_arguments(Broker(declared), "q", found) is None
    assert found == declared


def test_a_queue_of_another_type_is_refused() -> None:
    with pytest.raises(UnsupportedFeatureError, match="not a classic queue"):
        require_classic(Broker({"x-queue-type": "quorum", "x-expires": 600_000}), "q")


def test_what_only_classic_queues_may_be_is_classic() -> None:
    require_classic(Broker({"x-queue-type": "classic"}, durable=False), "q")
