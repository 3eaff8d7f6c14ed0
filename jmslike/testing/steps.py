"""Steps that many tests take."""

from __future__ import annotations

from collections.abc import Iterable

from jmslike import Destination, JMSConsumer, Message, MessageConsumer, Session, TextMessage
from jmslike.testing.provider import Provider


def put(session: Session, destination: Destination, *texts: str) -> None:
    """Send these texts, in this order."""
    with session.create_producer(destination) as producer:
        for text in texts:
            producer.send(session.create_text_message(text))


def take(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> Message:
    """Give the next message, which must come."""
    message = consumer.receive(jms.patience)
    assert message is not None, f"no message within {jms.patience} s"
    return message


def text_of(message: Message | None) -> str | None:
    """Give the text of a message that must be a TextMessage."""
    assert isinstance(message, TextMessage), f"not a TextMessage: {message!r}"
    return message.text


def take_text(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> str | None:
    """Give the text of the next message, which must come."""
    return text_of(take(jms, consumer))


def take_texts(jms: Provider, consumer: MessageConsumer | JMSConsumer, count: int) -> list[str | None]:
    """Give the texts of the next messages, all of which must come."""
    return [take_text(jms, consumer) for _ in range(count)]


def texts_of(messages: Iterable[Message]) -> list[str | None]:
    """Give the texts of these messages."""
    return [text_of(message) for message in messages]


def attempt_of(message: Message) -> tuple[bool, int]:
    """Give JMSRedelivered and JMSXDeliveryCount."""
    return message.redelivered, message.get_int_property("JMSXDeliveryCount")


def is_silent(jms: Provider, consumer: MessageConsumer | JMSConsumer) -> bool:
    """Tell whether nothing comes for a while."""
    return consumer.receive(jms.silence) is None
