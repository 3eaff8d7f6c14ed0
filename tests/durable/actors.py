"""What the threads of a worker do: send, receive in all modes, subscribe and unsubscribe, until told to stop.

Each notes in the diary what it is about to do, and what it has done.
"""

from __future__ import annotations

import random
import threading
import traceback
from dataclasses import asdict
from typing import Final

from jmslike import (
    Connection,
    ConnectionFactory,
    DeliveryMode,
    JMSError,
    Message,
    MessageConsumer,
    MessageProducer,
    Session,
    SessionMode,
)
from tests.durable.diary import Diary
from tests.durable.world import PASSING, QUEUES, SUBSCRIPTIONS, Recipe, Sent, count_of, key_of


class Actor(threading.Thread):
    """One thread, with connections of its own. What it raises is noted, and fails the run."""

    def __init__(self, name: str, factory: ConnectionFactory, diary: Diary, stop: threading.Event, seed: str) -> None:
        super().__init__(name=name, daemon=True)
        self.factory: Final = factory
        self.diary: Final = diary
        self.stop: Final = stop
        self.recipe: Final = Recipe(name, seed)
        self.random: Final = random.Random(f"{seed} {name} acts")

    def run(self) -> None:
        try:
            self.work()
        except BaseException:
            self.diary.note("fails", actor=self.name, error=traceback.format_exc())

    def work(self) -> None:
        """Work until `stop` is set."""
        raise NotImplementedError


def post(producer: MessageProducer, session: Session, sent: Sent, listener: Completion | None = None) -> Message:
    """Send as the description says, and return the message."""
    message = sent.message(session)
    producer.delivery_delay = sent.delay
    mode = DeliveryMode.PERSISTENT if sent.persistent else DeliveryMode.NON_PERSISTENT
    producer.send(
        sent.destination(session), message, mode, sent.priority, sent.time_to_live, completion_listener=listener
    )
    return message


def times(message: Message, sent: Sent) -> dict[str, int]:
    """Return when a message that was sent expires and is due, in milliseconds since the epoch; 0 for never, at once."""
    return {"expiration": message.expiration, "due": message.delivery_time if sent.delay else 0}


class Sender(Actor):
    """Sends one message after the other."""

    def work(self) -> None:
        with self.factory.create_connection() as connection, connection.create_session() as session:
            producer = session.create_producer()
            while not self.stop.is_set():
                self.send(producer, session, self.recipe.next())

    def send(self, producer: MessageProducer, session: Session, sent: Sent) -> None:
        self.diary.note("sends", **asdict(sent))
        message = post(producer, session, sent)
        self.diary.note("sent", key=sent.key, **times(message, sent))


class Completion:
    """Notes the end of an asynchronous send."""

    def __init__(self, sender: PipeliningSender, sent: Sent) -> None:
        self._sender = sender
        self._sent = sent

    def on_completion(self, message: Message) -> None:
        self._sender.diary.note("sent", key=self._sent.key, **times(message, self._sent))
        self._sender.room.release()

    def on_exception(self, _message: Message, error: JMSError) -> None:
        self._sender.diary.note("fails", actor=self._sender.name, error=f"{self._sent.key}: {error!r}")
        self._sender.room.release()


class PipeliningSender(Sender):
    """Sends with completion listeners, some messages ahead of their completion."""

    def work(self) -> None:
        self.room = threading.Semaphore(self.random.choice((1, 5, 50)))
        super().work()

    def send(self, producer: MessageProducer, session: Session, sent: Sent) -> None:
        self.room.acquire()
        self.diary.note("sends", **asdict(sent))
        post(producer, session, sent, Completion(self, sent))


class RefusedError(Exception):
    """What a listener raises in its own right."""


class Receiver(Actor):
    """Receives from one queue or subscription in one mode, in one session after the other."""

    def on(self, place: str, mode: SessionMode) -> Receiver:
        """Say where, and how."""
        self.place = place
        self.mode = mode
        return self

    def work(self) -> None:
        subscription = SUBSCRIPTIONS.get(self.place)
        with subscription.connect(self.factory) if subscription else self.factory.create_connection() as connection:
            connection.start()
            number = 0
            while not self.stop.is_set():
                number += 1
                self._live(connection, f"{self.name}/{number}")

    def _live(self, connection: Connection, name: str) -> None:
        """Work with one session until it is closed."""
        self.session = session = connection.create_session(self.mode)
        self.label = name
        self.kept: list[Message] = []
        self.pending: list[dict[str, object]] = []
        self.producer = session.create_producer()
        self.diary.note("opens", session=name, mode=self.mode.name, place=self.place)
        self._consume(_consumer(session, self.place))
        self.diary.note("closes", session=name)
        session.close()
        self.diary.note("closed", session=name)

    def _consume(self, consumer: MessageConsumer) -> None:
        for _ in range(self.random.randrange(5, 60)):
            if self.stop.is_set():
                break
            self.diary.note("wants", session=self.label)
            message = consumer.receive(self.random.choice((0, 0.001, 0.05)))
            if message is None:
                self.diary.note("none", session=self.label)
                self.stop.wait(0.01)
            else:
                self._treat(message)

    def _treat(self, message: Message) -> None:
        """Note a message, and do what the mode allows."""
        self.diary.note("got", session=self.label, **_came(message))
        chance = self.random.random()
        if self.mode is SessionMode.CLIENT_ACKNOWLEDGE:
            if chance < 0.3:
                self._call("acks", message.acknowledge, "acked")
            elif chance < 0.4:
                self._call("recovers", self.session.recover, "recovered")
        elif self.mode is SessionMode.INDIVIDUAL_ACKNOWLEDGE:
            self.kept.append(message)
            if chance < 0.7:
                acknowledged = self.kept.pop(self.random.randrange(len(self.kept)))
                self._call("acks", acknowledged.acknowledge, "acked", key=key_of(acknowledged))
            elif chance < 0.75:
                self.kept.clear()
                self._call("recovers", self.session.recover, "recovered")
        elif self.mode is SessionMode.SESSION_TRANSACTED:
            self._transact(chance)

    def _transact(self, chance: float) -> None:
        for _ in range(self.random.choice((0, 0, 1, 2, 5))):
            sent = self.recipe.next()
            message = post(self.producer, self.session, sent)
            self.pending.append({**asdict(sent), **times(message, sent)})
        if chance < 0.3:
            self._call("commits", self.session.commit, "committed", sends=self.pending)
            self.pending = []
        elif chance < 0.4:
            self._call("rolls back", self.session.rollback, "rolled back")
            self.pending = []

    def _call(self, before: str, call: object, after: str, **details: object) -> None:
        self.diary.note(before, session=self.label, **details)
        call()  # type: ignore[operator]
        self.diary.note(after, session=self.label)


class Listener(Receiver):
    """Receives by a message listener, which fails now and then."""

    def _consume(self, consumer: MessageConsumer) -> None:
        self.diary.note("listens", session=self.label)
        consumer.message_listener = self._hear
        self.stop.wait(self.random.choice((0.02, 0.1, 0.4)))

    def _hear(self, message: Message) -> None:
        try:
            self._treat(message)
            fails = self.random.random() < 0.1
        except BaseException:
            self.diary.note("fails", actor=self.name, error=traceback.format_exc())
            raise
        if fails and self.mode in (SessionMode.AUTO_ACKNOWLEDGE, SessionMode.DUPS_OK_ACKNOWLEDGE):
            self.diary.note("raises", session=self.label)
            raise RefusedError
        self.diary.note("done", session=self.label)


class Subscriber(Actor):
    """Makes durable subscriptions, receives a little, and unsubscribes some of them."""

    def work(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            subscription = SUBSCRIPTIONS[self.random.choice(PASSING)]
            with subscription.connect(self.factory) as connection, connection.create_session() as session:
                connection.start()
                self._receive(connection, subscription.name, f"{self.name}/{number}")
                self.stop.wait(self.random.choice((0, 0.01, 0.05)))
                if self.random.random() < 0.5:
                    self.diary.note("unsubscribes", place=subscription.name)
                    session.unsubscribe(subscription.name)
                    self.diary.note("unsubscribed", place=subscription.name)

    def _receive(self, connection: Connection, place: str, name: str) -> None:
        with connection.create_session(SessionMode.INDIVIDUAL_ACKNOWLEDGE) as session:
            self.diary.note("subscribes", place=place)
            consumer = SUBSCRIPTIONS[place].consumer(session)
            self.diary.note("subscribed", place=place)
            self.diary.note("opens", session=name, mode="INDIVIDUAL_ACKNOWLEDGE", place=place)
            for _ in range(self.random.randrange(10)):
                self.diary.note("wants", session=name)
                message = consumer.receive(0.02)
                if message is None:
                    self.diary.note("none", session=name)
                    continue
                self.diary.note("got", session=name, **_came(message))
                if self.random.random() < 0.7:
                    self.diary.note("acks", session=name, key=key_of(message))
                    message.acknowledge()
                    self.diary.note("acked", session=name)
            self.diary.note("closes", session=name)
        self.diary.note("closed", session=name)


def _came(message: Message) -> dict[str, object]:
    return {"key": key_of(message), "count": count_of(message), "expiration": message.expiration}


def _consumer(session: Session, place: str) -> MessageConsumer:
    if place in QUEUES:
        return session.create_consumer(session.create_queue(place))
    return SUBSCRIPTIONS[place].consumer(session)
