"""Steps of several tests of converters."""

from __future__ import annotations

from jmslike import Message, TextMessage
from jmslike.message import DEFAULT_SERIALIZER
from jmslike.message_factory import MessageFactory


class _Messages(MessageFactory):
    _serializer = DEFAULT_SERIALIZER

    def _check_open(self) -> None:
        pass


def a_context() -> MessageFactory:
    """Return what makes messages, without a connection."""
    return _Messages()


def text_of(message: Message) -> str | None:
    """Return the text of a text message."""
    assert isinstance(message, TextMessage)
    return message.text
