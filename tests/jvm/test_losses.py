"""What a program is told when its connection is lost: through each Java client, and over the wires beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import uuid4

import pytest

from jmslike import ConnectionFactory, ConnectionLostError, Queue
from jmslike.testing import Harness
from tests.brokers import Broker
from tests.harnesses import harness_of, jvm_harness

LINKS: Final[Mapping[str, tuple[str, Callable[[Broker, str], Harness], str]]] = {
    "core": ("artemis", jvm_harness, "artemis"),
    "qpid": ("artemis", jvm_harness, "qpid"),
    "stomp": ("artemis", harness_of, "stomp"),
    "openwire": ("activemq", jvm_harness, "activemq"),
    "rabbitmq": ("rabbitmq", jvm_harness, "rabbitmq"),
    "amqp": ("rabbitmq", harness_of, "amqp"),
    "openmq": ("openmq", jvm_harness, "openmq"),
}
PERHAPS_SENT = "; the message may have arrived: send it again over another connection, and expect it twice"
NOT_SENT = "; create another connection"


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.broker(link[0])) for name, link in LINKS.items()])
def harness(request: pytest.FixtureRequest) -> Harness:
    broker, make, protocol = LINKS[request.param]
    return make(request.getfixturevalue(broker), protocol)


def test_a_send_says_once_that_the_connection_is_lost_and_what_became_of_the_message(harness: Harness) -> None:
    """EXL-02: each time; the first one may have found out only from its own failure."""
    queue, texts = Queue(f"losses.{uuid4().hex}"), list[str]()
    assert harness.cut is not None
    with ConnectionFactory(harness.url, **harness.options).create_context() as context:
        producer = context.create_producer().send(queue, "before")
        harness.cut()
        for _ in range(2):
            with pytest.raises(ConnectionLostError) as caught:
                producer.send(queue, "after")
            texts.append(str(caught.value))
    for text in texts:
        assert text.startswith("the connection is lost: ")
        assert text.count("connection is lost") == 1
    assert texts[0].endswith((PERHAPS_SENT, NOT_SENT))
    assert texts[1].endswith(NOT_SENT)
