"""What RabbitMQ is told."""

from __future__ import annotations

import pytest

from jmslike import Queue
from jmslike.errors import InvalidDestinationError, MessageFormatError
from jmslike_transports.stomp.dialects.rabbitmq import RabbitMQ

RABBITMQ = RabbitMQ("RabbitMQ/3.10.8")


def test_a_slash_in_a_name_is_escaped() -> None:
    assert RABBITMQ.address(Queue("a/b %2f%")) == {"destination": "/queue/a%2Fb %2f%"}


@pytest.mark.parametrize("name", ["a%2Fb", "x" * 256])
def test_a_name_that_would_be_another_or_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidDestinationError):
        RABBITMQ.address(Queue(name))


def test_a_name_that_utf_8_cannot_hold_is_refused() -> None:
    with pytest.raises(MessageFormatError):
        RABBITMQ.address(Queue("\ud800"))
