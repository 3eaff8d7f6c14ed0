"""The destinations and subscriptions of the kill runs, and the messages that go there."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from jmslike import Connection, ConnectionFactory, Destination, Message, MessageConsumer, Session, TextMessage

QUEUES: Final = ("q0", "q1", "q2")
ARCHIVE: Final = "archive"
"""The queue that is only sent to and browsed."""
TOPIC: Final = "t"
MAX_REDELIVERIES: Final = 3
WINDOW: Final = 10
"""A DUPS_OK session acknowledges when it holds half as many."""
DEAD_LETTERS: Final = tuple(f"DLQ.{name}" for name in (*QUEUES, TOPIC))
COLORS: Final = ("red", "blue")
SIZES: Final = (2, 7)


@dataclass(frozen=True)
class Subscribed:
    """A durable subscription: how it is made, and what it wants."""

    name: str
    shared: bool
    selector: str | None
    wants: Callable[[str, int], bool]

    def connect(self, factory: ConnectionFactory) -> Connection:
        """Return a connection with the client id that owns it: a shared one has no owner."""
        connection = factory.create_connection()
        if not self.shared:
            connection.client_id = f"owner of {self.name}"
        return connection

    def consumer(self, session: Session) -> MessageConsumer:
        """Join it, or make it."""
        topic = session.create_topic(TOPIC)
        make = session.create_shared_durable_consumer if self.shared else session.create_durable_consumer
        return make(topic, self.name, self.selector)


SUBSCRIPTIONS: Final = {
    each.name: each
    for each in (
        Subscribed("d0", False, None, lambda color, size: True),
        Subscribed("d1", False, "color = 'red'", lambda color, size: color == "red"),
        Subscribed("s0", True, "size > 5", lambda color, size: size > 5),
        Subscribed("s1", True, None, lambda color, size: True),
        Subscribed("v0", False, "color = 'blue' AND size < 5", lambda color, size: color == "blue" and size < 5),
        Subscribed("v1", True, "color <> 'blue'", lambda color, size: color != "blue"),
        Subscribed("v2", False, None, lambda color, size: True),
    )
}
LASTING: Final = ("d0", "d1", "s0", "s1")
PASSING: Final = ("v0", "v1", "v2")
"""Subscriptions that are made and unsubscribed again and again."""


@dataclass(frozen=True)
class Sent:
    """What is said of a message before it is sent. `key` is its own; `number` counts the messages of its producer."""

    key: str
    producer: str
    number: int
    target: str
    priority: int = 4
    persistent: bool = True
    color: str = "red"
    size: int = 2
    time_to_live: float = 0.0
    delay: float = 0.0
    length: int = 10

    @property
    def is_to_topic(self) -> bool:
        return self.target == TOPIC

    def destination(self, session: Session) -> Destination:
        return session.create_topic(self.target) if self.is_to_topic else session.create_queue(self.target)

    def message(self, session: Session) -> TextMessage:
        """Return the message, whose text can be told to be whole."""
        message = session.create_text_message(text_of(self.key, self.length))
        message.set_string_property("key", self.key)
        message.set_string_property("producer", self.producer)
        message.set_int_property("number", self.number)
        message.set_string_property("color", self.color)
        message.set_int_property("size", self.size)
        return message


def text_of(key: str, length: int) -> str:
    """Return the text of the message of that key."""
    return (f"{key} " * (length // (len(key) + 1) + 1))[:length] + "."


def key_of(message: Message) -> str:
    """Return the key, after a look at the text: a message that is not whole has none."""
    key = message.get_string_property("key")
    assert key is not None, f"{message} has no key"
    assert isinstance(message, TextMessage), f"{key} is no TextMessage"
    assert message.text is not None, f"{key} has no text"
    assert message.text == text_of(key, len(message.text) - 1), f"{key} has the text of another message"
    return key


def count_of(message: Message) -> int:
    """Return the number of hand-overs, this one included; the header has to agree."""
    count = message.get_int_property("JMSXDeliveryCount")
    assert message.redelivered == (count > 1), f"JMSRedelivered is {message.redelivered} at hand-over {count}"
    return count


class Recipe:
    """Invents the messages of one producer, from a seed."""

    def __init__(self, producer: str, seed: object) -> None:
        self.producer = producer
        self.random = random.Random(f"{seed} {producer}")
        self._number = 0

    def next(self, target: str | None = None) -> Sent:
        """Return the next message."""
        self._number += 1
        chance = self.random.random()
        target = target or self.random.choice((*QUEUES, *QUEUES, TOPIC, TOPIC, TOPIC, ARCHIVE))
        return Sent(
            key=f"{self.producer}:{self._number}",
            producer=self.producer,
            number=self._number,
            target=target,
            priority=self.random.choice((4, 4, 4, 4, 9, 0)),
            persistent=chance > 0.04,
            color=self.random.choice(COLORS),
            size=self.random.choice(SIZES),
            time_to_live=self.random.choice((0.02, 0.3, 2.0, 3600.0)) if chance > 0.9 else 0.0,
            delay=self.random.choice((0.02, 0.3, 2.0)) if 0.8 < chance < 0.9 else 0.0,
            length=self.random.choice(
                (10, 100, 1000) if target == ARCHIVE else (10, 100, 100, 1000, 1000, 5000, 40_000)
            ),
        )
