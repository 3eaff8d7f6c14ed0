"""Where a dead letter came from that a broker moved by itself."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.constants import ORIGINAL_DESTINATION
from jmslike.destinations import Queue, Topic
from jmslike.envelope import Envelope
from jmslike_transports.shared.dead_letters import came_from
from jmslike_transports.shared.rabbitmq import queue_of_death

ORDERS = {"queue": "orders", "reason": "rejected"}
DELAY = {"queue": "jmslike.delay.03", "reason": "expired"}


@pytest.mark.parametrize(
    ("headers", "queue"),
    [
        ({}, None),
        ({"x-first-death-queue": "orders"}, Queue("orders")),
        ({"x-first-death-queue": ""}, None),
        ({"x-first-death-queue": 7}, None),
        ({"x-first-death-queue": "jmslike.delay.03"}, None),
        ({"x-first-death-queue": "jmslike.delay.03", "x-death": [DELAY]}, None),
        ({"x-first-death-queue": "jmslike.delay.03", "x-death": [ORDERS, DELAY]}, Queue("orders")),
        ({"x-first-death-queue": "jmslike.delay.03", "x-death": [{"queue": "later"}, ORDERS, DELAY]}, Queue("orders")),
        ({"x-first-death-queue": "jmslike.delay.03", "x-death": ["orders", {}, 7]}, None),
        ({"x-first-death-queue": "jmslike.delay.03", "x-death": "orders"}, None),
    ],
)
def test_the_queue_in_which_a_message_died_first(headers: dict[str, Any], queue: Queue | None) -> None:
    assert queue_of_death(headers) == queue


def test_what_jmslike_said_before_stays() -> None:
    said = {ORIGINAL_DESTINATION: "queue://orders"}
    envelope = Envelope.make(id="ID:1", destination=Queue("DLQ"), kind="text", properties=said)
    assert came_from(envelope, Topic("prices")).properties == said
    fresh = came_from(Envelope.make(id="ID:1", destination=Queue("DLQ"), kind="text"), Topic("prices"))
    assert fresh.properties == {ORIGINAL_DESTINATION: "topic://prices"}
    assert came_from(Envelope.make(id="ID:1", destination=Queue("q"), kind="text"), None).properties == {}
