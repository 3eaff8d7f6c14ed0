"""A consumer is refused over its own name, or over that of the queue of its dead letters, and the error says which."""

from __future__ import annotations

import pytest

from jmslike import Queue
from jmslike.errors import InvalidDestinationError
from jmslike.spi import SubscriptionSpec
from jmslike_transports.kafka.names import topic_of
from jmslike_transports.shared.dead_letters import require_dead_letters
from jmslike_transports.shared.rabbitmq import checked


def refusal(own: str) -> str:
    """Return why RabbitMQ refuses the consumer of that queue."""
    spec = SubscriptionSpec(Queue(own), dead_letters=Queue(f"DLQ.{own}"))
    with pytest.raises(InvalidDestinationError) as refused:
        require_dead_letters(spec, lambda queue: checked(queue.name))
    return str(refused.value)


def test_a_name_that_is_bad_itself_is_refused_as_when_it_is_sent_to() -> None:
    assert refusal("a\nb") == r"RabbitMQ drops line ends from names: 'a\nb'"


def test_a_name_that_is_good_itself_is_refused_over_its_dead_letters() -> None:
    assert refusal("x" * 255).startswith(f"cannot receive from Queue('{'x' * 255}'), because its dead letters")


def test_half_of_a_surrogate_pair_is_not_called_too_long() -> None:
    text = refusal("a\ud800b")
    assert text.isprintable()
    assert "255" not in text
    assert r"'a\ud800b'" in text


def test_the_name_of_a_topic_of_kafka_comes_first() -> None:
    with pytest.raises(InvalidDestinationError, match="'a:b' cannot name a Kafka topic"):
        require_dead_letters(SubscriptionSpec(Queue("a:b"), dead_letters=Queue("DLQ.a:b")), topic_of)
