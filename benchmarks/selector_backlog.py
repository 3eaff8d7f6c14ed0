"""A million messages that do not match wait ahead of the one that does.

The first look costs an evaluation for each of them; it is set beside a bare loop that compares the same property. After
it, a message that matches costs what it costs in a queue without the million: no pair of subscription and message is
evaluated twice.
"""

from __future__ import annotations

import time

from benchmarks.harness import Comparison
from jmslike import JMSContext, Queue, connect

MILLION = 1_000_000
LATER = 20_000
SELECTOR = "colour = 'red'"


def send(context: JMSContext, queue: Queue, colour: str, count: int) -> None:
    """Send messages that differ from the match in one property."""
    producer = context.create_producer().set_property("colour", colour)
    for _ in range(count):
        producer.send(queue, context.create_message())


def looks_per_second() -> float:
    """Find one match behind a million others."""
    with connect("native://") as context:
        queue = context.create_queue("q")
        send(context, queue, "blue", MILLION)
        send(context, queue, "red", 1)
        start = time.perf_counter()
        with context.create_consumer(queue, SELECTOR) as consumer:
            assert consumer.receive(60) is not None
        return MILLION / (time.perf_counter() - start)


def loop_per_second() -> float:
    """Compare a property of a million dicts in a loop."""
    messages = [{"colour": "blue"} for _ in range(MILLION)] + [{"colour": "red"}]
    start = time.perf_counter()
    found = next(message for message in messages if message.get("colour") == "red")
    assert found["colour"] == "red"
    return MILLION / (time.perf_counter() - start)


def microseconds_behind_a_million() -> float:
    return microseconds_for_later_matches(ahead=MILLION)


def microseconds_behind_none() -> float:
    return microseconds_for_later_matches(ahead=0)


def microseconds_for_later_matches(ahead: int) -> float:
    """Send and receive matches when the consumer has already seen what is ahead of them."""
    with connect("native://") as context:
        queue = context.create_queue("q")
        send(context, queue, "blue", ahead)
        consumer = context.create_consumer(queue, SELECTOR)
        assert consumer.receive_no_wait() is None
        start = time.perf_counter()
        for _ in range(LATER):
            send(context, queue, "red", 1)
            assert consumer.receive(60) is not None
        return (time.perf_counter() - start) / LATER * 1e6


COMPARISONS = [
    Comparison("first match behind a million / a bare loop", looks_per_second, loop_per_second, "looks/s"),
    Comparison(
        "later match behind a million / behind none",
        microseconds_behind_a_million,
        microseconds_behind_none,
        "us/message",
    ),
]
