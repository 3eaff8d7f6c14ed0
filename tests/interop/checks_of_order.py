"""Order and delivery where groups, priorities and delays are the broker's own."""

from __future__ import annotations

import time

from jmslike.testing import Provider
from jmslike.testing.steps import text_of
from tests.interop.clients import Java, Python


def test_our_groups_stay_together_among_java_consumers(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    sessions = [java.connection().session() for _ in range(2)]
    consumers = [session.consumer(queue) for session in sessions]
    for number in range(20):
        python.send(queue, body=str(number), properties={"JMSXGroupID": f"g{number % 4}"})
    owners: dict[str, set[int]] = {}
    total = 0
    for owner, consumer in enumerate(consumers):
        while (seen := consumer.poll()) is not None:
            total += 1
            owners.setdefault(seen.properties["JMSXGroupID"], set()).add(owner)
    assert total == 20
    assert all(len(owner) == 1 for owner in owners.values())
    assert len(owners) == 4


def test_priority_goes_first_both_ways(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    for sender, receive in ((python, lambda: java.receive(queue).body), (java, lambda: text_of(python.receive(queue)))):
        for number in range(20):
            sender.send(queue, body=str(number), priority=0)
        sender.send(queue, body="urgent", priority=9)
        assert [receive() for _ in range(21)] == ["urgent", *map(str, range(20))]


def test_javas_delayed_message_comes_to_us_when_it_is_due(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    due = java.send_delayed(queue, "later", 0.5)
    message = python.receive(queue)
    assert time.time() * 1000 >= due
    assert text_of(message) == "later"
