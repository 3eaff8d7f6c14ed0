"""Message ids and times that the provider makes: the sender writes them into the envelope (`Sender.send`)."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from jmslike.context import JMSContext
from jmslike.errors import JMSError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.fake import NOW, PATIENCE, QUEUE, FakeBroker, Task
from tests.unit.core.fake.broker import PROVIDER_EXPIRATION

Sending = Callable[[FakeBroker, Any], None]


def by_producer(broker: FakeBroker, message: Any) -> None:
    broker.session().create_producer(QUEUE).send(message)


def by_context(broker: FakeBroker, message: Any) -> None:
    JMSContext(broker.connect(), Session.AUTO_ACKNOWLEDGE).create_producer().send(QUEUE, message)


class Listener:
    """Notes the headers that it sees."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    def on_completion(self, message: Message) -> None:
        self.seen.append(headers(message))

    def on_exception(self, message: Message, exc: JMSError) -> None:
        raise exc


def headers(message: Any) -> tuple[Any, ...]:
    return message.message_id, message.timestamp, message.expiration


MADE = ("ID:provider-a", NOW + 1000, PROVIDER_EXPIRATION)


def own(broker: FakeBroker) -> Any:
    return broker.session().create_text_message("a")


def foreign(broker: FakeBroker) -> Any:
    return SimpleNamespace(text="a", properties={})


@pytest.fixture(autouse=True)
def made_by_the_provider(broker: FakeBroker) -> None:
    broker.makes_ids = True


@pytest.mark.parametrize(("send", "make"), [(by_producer, own), (by_producer, foreign), (by_context, own)])
def test_a_message_shows_them_after_the_send(
    broker: FakeBroker, send: Sending, make: Callable[[FakeBroker], Any]
) -> None:
    """PROD-16, MSG-45: a second send makes new ones."""
    message = make(broker)
    send(broker, message)
    assert headers(message) == MADE


@pytest.mark.parametrize("make", [own, foreign])
def test_a_completion_listener_sees_them(broker: FakeBroker, make: Callable[[FakeBroker], Any]) -> None:
    message, listener, session = make(broker), Listener(), broker.session()
    session.create_producer(QUEUE).send(message, completion_listener=listener)
    session.close()
    assert listener.seen == [MADE]


def test_what_a_transaction_sends_shows_them_after_the_commit(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    message = session.create_text_message("a")
    session.create_producer(QUEUE).send(message)
    assert str(message.message_id).startswith("ID:")
    session.commit()
    assert headers(message) == MADE


def test_what_is_sent_on_keeps_its_id(broker: FakeBroker) -> None:
    session = broker.session()
    message = session.create_text_message("a")
    message.message_id = "ID:first"
    session.forward(message, QUEUE)
    ((envelope, _),) = broker.queue(QUEUE).messages
    assert envelope.id == "ID:first"


def test_a_reply_names_the_id_that_the_requestor_knows(broker: FakeBroker) -> None:
    """Late replies are known by it, too."""
    session = broker.session()
    message = session.create_text_message("a")
    session.create_producer(QUEUE).send(message)
    served = Task(broker.session().create_consumer(QUEUE).receive, PATIENCE).end()
    assert served is not None
    assert served.message_id == message.message_id
