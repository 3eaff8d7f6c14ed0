"""What the option transformations costs on ActiveMQ Classic: why it is not the default."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import stomp

from jmslike import ConnectionFactory, JMSError, Queue
from jmslike.errors import ConnectionLostError
from jmslike.testing.steps import text_of
from tests.brokers import LOCAL_BROKERS, Broker, UnavailableError, broker
from tests.brokers.activemq import ActiveMQ
from tests.faults.steps import PATIENCE


class WithoutLibraries(ActiveMQ):
    """A broker that cannot transform."""

    def command(self) -> list[str]:
        """Leave XStream out of the class path."""
        command = super().command()
        place = command.index("-cp") + 1
        jars = [str(jar) for jar in sorted(self._classes.glob("*.jar")) if not jar.name.startswith("xstream")]
        command[place] = ":".join([str(self._classes), *jars])
        return command


@pytest.fixture
def without_libraries(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the URL of a broker that was started for this test."""
    if "JMSLIKE_TEST_ACTIVEMQ_URL" in os.environ:
        pytest.skip("the tests did not start this broker")
    monkeypatch.setitem(LOCAL_BROKERS, "activemq", WithoutLibraries)
    try:
        with broker("activemq") as it:
            yield it.url("stomp")
    except UnavailableError as missing:
        pytest.skip(f"activemq: {missing}")


def test_a_broker_without_the_libraries_is_told_of_at_once(without_libraries: str) -> None:
    """It ends the connection at the first frame that asks for a transformation."""
    with pytest.raises(ConnectionLostError, match="XStream"):
        ConnectionFactory(without_libraries, transformations=True).create_context()
    with ConnectionFactory(without_libraries).create_context() as context:
        context.create_producer().send(Queue("plain"), "x")


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_an_object_of_a_class_without_trust_ends_each_connection_that_is_to_get_it(activemq: Broker, kind: str) -> None:
    """The broker neither counts the attempts nor gives up. Without the option the message can be taken away."""
    asking, plain = (
        ConnectionFactory(activemq.stomp_url, client_id="c", transformations=asks) for asks in (True, False)
    )

    def receive(factory: ConnectionFactory) -> str | None:
        with factory.create_context() as context:
            context.exception_listener = lambda error: None
            if kind == "queue":
                return text_of(context.create_consumer(Queue("untrusted")).receive(PATIENCE))
            return text_of(context.create_durable_consumer(context.create_topic("untrusted"), "s").receive(PATIENCE))

    if kind == "topic":
        with plain.create_context() as context:
            context.create_durable_consumer(context.create_topic("untrusted"), "s").close()
    send_list(activemq, f"/{kind}/untrusted")
    for _ in range(8):  # Java's clients give up after six
        with pytest.raises(JMSError):
            receive(asking)
    assert receive(plain) == ""
    if kind == "topic":
        with plain.create_context() as context:
            context.unsubscribe("s")


def send_list(activemq: Broker, address: str) -> None:
    """Have the broker make an ObjectMessage of a java.util.ArrayList, which it does not trust."""
    name, password = activemq.user
    link = stomp.Connection12([("127.0.0.1", int(activemq.stomp_url.rpartition(":")[2]))], auto_content_length=False)
    link.connect(name, password, wait=True)
    link.send(address, "<list><int>1</int></list>", transformation="jms-object-xml", persistent="true")
    link.disconnect()
