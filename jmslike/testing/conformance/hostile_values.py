"""Names and values that a provider may not take: they work, or are refused at once, and the connection lives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from jmslike import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    Queue,
    Session,
    TextMessage,
    Topic,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import error_of, put, take_text

_NAMES: dict[str, Callable[[str], str]] = {
    "blank": lambda name: f" {name} ",
    "tab": lambda name: f"\t{name}",
    "line ends": lambda name: f"a\r\n{name}\n",
    "line ends of Unicode": lambda name: f"a\x85\u2028\u2029{name}",
    "NUL": lambda name: f"a\0{name}",
    "control": lambda name: f"a\x01\x7f{name}",
    "half a pair": lambda name: f"a\ud800{name}",
    "astral": lambda name: f"\U0001f600{name}",
    "300 bytes": lambda name: f"{name}{'x' * 300}",
    "70,000 bytes": lambda name: f"{name}{'x' * 70_000}",
    "colons": lambda name: f"a::{name}:",
    "question mark": lambda name: f"{name}?consumer.exclusive=true",
    "comma": lambda name: f"{name},{name}",
    "slashes": lambda name: f"/queue/{name}/",
    "percent": lambda name: f"{name}%2F%s~p",
    "backslash": lambda name: f"a\\b\\n{name}\\",
    "quotes": lambda name: f"'\"{name}",
    "dots": lambda name: f"..{name}.",
    "the broker's own": lambda name: f"amq.{name}",
}
"""Names that some broker changes, refuses or dies of, each made of one that is used nowhere else.

Wildcards are left out, because providers may give them a meaning.
"""

hostile = pytest.mark.parametrize("make", _NAMES.values(), ids=_NAMES.keys())


def _refusal(act: Callable[[], object]) -> JMSError | None:
    """Return the error with which the act was refused, None if it was not."""
    error = error_of(act)
    assert error is None or isinstance(error, JMSError), repr(error)
    assert not isinstance(error, ConnectionLostError), repr(error)
    return error


def _lives(line: Line) -> bool:
    line.send_texts("alive")
    return line.next_text() == "alive"


@hostile
def test_the_name_of_a_queue_or_topic_works_or_is_refused(jms: Provider, make: Callable[[str], str]) -> None:
    """ERR-07: by InvalidDestinationError; a name that is taken brings its message."""
    line = Line(jms)
    session = line.session

    for kind in (Queue, Topic):
        destination = kind(make(jms.name("place")))

        def use(destination: Queue | Topic = destination) -> None:
            consumer = session.create_consumer(destination)
            session.create_producer(destination).send(session.create_text_message("found"))
            message = consumer.receive(jms.patience)
            consumer.close()
            assert isinstance(message, TextMessage)
            assert (message.text, message.destination) == ("found", destination)

        error = _refusal(use)
        assert error is None or isinstance(error, InvalidDestinationError), repr(error)
        assert _lives(line)


@hostile
def test_each_consumer_of_a_topic_gets_its_messages_whatever_its_name(
    jms: Provider, make: Callable[[str], str]
) -> None:
    """ERR-07: a name that is taken makes a topic, not a queue that its consumers share."""
    session, topic = jms.connection().create_session(), Topic(make(jms.name("place")))

    def use() -> None:
        consumers = [session.create_consumer(topic) for _ in range(2)]
        put(session, topic, "found")
        assert [take_text(jms, consumer) for consumer in consumers] == ["found", "found"]

    error = _refusal(use)
    assert error is None or isinstance(error, InvalidDestinationError), repr(error)


@hostile
def test_a_value_in_a_message_works_or_is_refused(jms: Provider, make: Callable[[str], str]) -> None:
    """ERR-07: a property, a header, an item; nothing arrives that is not what was sent."""
    line = Line(jms)
    text = make("value")
    for place in ("property", "correlation_id", "type", "item", "group"):
        message = line.session.create_map_message()
        if place == "property":
            message.set_string_property("p", text)
        elif place == "group":
            message.set_string_property("JMSXGroupID", text)
        elif place == "item":
            message.set_string(text, text)
        else:
            setattr(message, place, text)
        if _refusal(partial(line.producer.send, message)) is None:
            received = line.next(type(message))
            assert dict(received) == dict(message)
            assert (received.correlation_id, received.type) == (message.correlation_id, message.type)
            for name in ("p", "JMSXGroupID"):
                assert received.get_string_property(name) == message.get_string_property(name)
        assert _lives(line)


@hostile
@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID)
def test_the_name_of_a_subscription_works_or_is_refused(jms: Provider, make: Callable[[str], str]) -> None:
    """ERR-07: durable ones; also when it is deleted."""
    session = jms.connection(client_id=jms.name("client")).create_session()
    name, topic = make(jms.name("subscription")), jms.topic()
    if _refusal(lambda: session.create_durable_consumer(topic, name).close()) is None:
        session.unsubscribe(name)
    else:
        _refusal(lambda: session.unsubscribe(name))
    consumer = session.create_consumer(topic)
    put(session, topic, "alive")
    assert take_text(jms, consumer) == "alive"


@hostile
@requires(Feature.CLIENT_ID)
def test_a_client_id_works_or_is_refused(jms: Provider, make: Callable[[str], str]) -> None:
    """CID-08: by InvalidClientIDError; the connection may then take another."""
    connection, client_id = jms.connection(start=False), make(jms.name("client"))
    try:
        connection.client_id = client_id
    except InvalidClientIDError:
        connection.client_id = client_id = jms.name("client")
    assert connection.client_id == client_id
    assert connection.create_session(Session.AUTO_ACKNOWLEDGE).create_producer(jms.queue()) is not None
