"""Looks at what is in a folder, through the API.

What comes, how often it was handed over before, which subscriptions are there, and what they select.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from jmslike import Connection, ConnectionFactory, InvalidDestinationError, Message, MessageConsumer, Session
from tests.durable.model import Existence
from tests.durable.world import (
    ARCHIVE,
    COLORS,
    DEAD_LETTERS,
    QUEUES,
    SIZES,
    SUBSCRIPTIONS,
    TOPIC,
    Sent,
    count_of,
    key_of,
)

PATIENCE: Final = 10.0
"""Seconds within which comes what is due."""
_PROBES: Final = [
    Sent(f"probe {color} {size}", "probe", 0, TOPIC, color=color, size=size) for color in COLORS for size in SIZES
]


@dataclass(frozen=True)
class Seen:
    """A message that came. `count` is None where it was only browsed."""

    key: str
    count: int | None
    producer: str
    number: int
    priority: int
    expiration: int

    @classmethod
    def of(cls, message: Message, *, handed_over: bool) -> Seen:
        return cls(
            key_of(message),
            count_of(message) if handed_over else None,
            message.get_string_property("producer") or "",
            message.get_int_property("number"),
            message.priority,
            message.expiration,
        )


@dataclass
class Observation:
    """What was in the folder between two times (milliseconds since the epoch)."""

    began: int
    ended: int = 0
    places: dict[str, list[Seen]] = field(default_factory=dict)
    probes: dict[str, set[str]] = field(default_factory=dict)
    """The probes that came to each subscription: none comes to one that was not there."""
    refused: set[str] = field(default_factory=set)
    """The subscriptions that could not be unsubscribed, as they were not there."""
    dead: dict[str, Counter[str]] = field(default_factory=dict)

    def had(self, name: str) -> bool:
        """Whether the subscription was there."""
        return bool(self.probes[name])


def expected_probes(name: str) -> set[str]:
    """Return the keys of the probes that the subscription wants."""
    return {probe.key for probe in _PROBES if SUBSCRIPTIONS[name].wants(probe.color, probe.size)}


class Observer:
    """A process that opens the folder for a look. Each message that it sees counts as handed over."""

    def __init__(self, url: str) -> None:
        self._factory = ConnectionFactory(url, max_redeliveries=-1)

    def opened(self) -> Connection:
        """Return a connection, while which is open the folder is not opened for each look again."""
        return self._factory.create_connection()

    def look(self, existence: Mapping[str, Existence], due: Mapping[str, Collection[str]]) -> Observation:
        """Look at everything. `due` are the keys in each place that are waited for."""
        seen = Observation(_now())
        with self._factory.create_connection() as keeper, keeper.create_session() as session:
            self._send_probes(session)
            for name, exists in existence.items():
                self._look_at_subscription(name, exists, due.get(name, ()), seen)
            for name in QUEUES:
                seen.places[name] = self._look_at_queue(name, due.get(name, ()))
            seen.places[ARCHIVE] = _browse(session, ARCHIVE)
            for name in DEAD_LETTERS:
                seen.dead[name] = Counter(each.key for each in _browse(session, name))
        seen.ended = _now()
        return seen

    def take(self, place: str, most: int) -> list[Seen]:
        """Take messages out of a place, in one transaction, and return them."""
        with self._connect(place) as connection, connection.create_session(True) as session:
            connection.start()
            consumer = _consumer(session, place)
            taken: list[Seen] = []
            while len(taken) < most and (message := consumer.receive_no_wait()) is not None:
                taken.append(Seen.of(message, handed_over=True))
            session.commit()
            return taken

    def _send_probes(self, session: Session) -> None:
        with session.create_producer() as producer:
            for probe in _PROBES:
                producer.send(probe.destination(session), probe.message(session))

    def _look_at_subscription(self, name: str, exists: Existence, due: Collection[str], seen: Observation) -> None:
        with self._connect(name) as connection:
            if exists is Existence.NO:
                with connection.create_session() as session, suppress(InvalidDestinationError):
                    try:
                        session.unsubscribe(name)
                    except InvalidDestinationError:
                        seen.refused.add(name)
                return
            connection.start()
            with connection.create_session(Session.INDIVIDUAL_ACKNOWLEDGE) as session:
                came = _drain(SUBSCRIPTIONS[name].consumer(session), due)
                for message in came:
                    if message.get_string_property("producer") == "probe":
                        message.acknowledge()
                all_seen = [Seen.of(message, handed_over=True) for message in came]
        seen.probes[name] = {each.key for each in all_seen if each.producer == "probe"}
        seen.places[name] = [each for each in all_seen if each.producer != "probe"]

    def _look_at_queue(self, name: str, due: Collection[str]) -> list[Seen]:
        with self._connect(name) as connection, connection.create_session(Session.CLIENT_ACKNOWLEDGE) as session:
            connection.start()
            return [Seen.of(message, handed_over=True) for message in _drain(_consumer(session, name), due)]

    def _connect(self, place: str) -> Connection:
        subscription = SUBSCRIPTIONS.get(place)
        return self._factory.create_connection() if subscription is None else subscription.connect(self._factory)


def _consumer(session: Session, place: str) -> MessageConsumer:
    subscription = SUBSCRIPTIONS.get(place)
    return (
        session.create_consumer(session.create_queue(place)) if subscription is None else subscription.consumer(session)
    )


def _drain(consumer: MessageConsumer, due: Collection[str]) -> list[Message]:
    """Receive all that is there, and wait for what is due."""
    came: list[Message] = []
    missing = set(due)
    while True:
        message = consumer.receive(PATIENCE if missing else 0)
        if message is None:
            return came
        came.append(message)
        missing.discard(key_of(message))


def _browse(session: Session, name: str) -> list[Seen]:
    with session.create_browser(session.create_queue(name)) as browser:
        return [Seen.of(message, handed_over=False) for message in browser]


def _now() -> int:
    return int(time.time() * 1000)
