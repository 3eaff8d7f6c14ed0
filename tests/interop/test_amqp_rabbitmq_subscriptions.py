"""Our AMQP and Java's own client library on one RabbitMQ: topics, their selectors and subscriptions."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from jmslike import (
    InvalidClientIDError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSConsumer,
    JMSContext,
    JMSError,
    Topic,
)
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import take, take_text
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.checks_of_sessions import OF_NUMBERS, send_two
from tests.interop.clients import Java, MakeJava, Python
from tests.interop.peer import JavaConsumer, JavaError
from tests.interop.values import PROPERTIES


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "amqp")


@pytest.fixture
def java(rabbitmq: Broker, java_program: MakeJava) -> Java:
    return java_program("rabbitmq", rabbitmq)


def rest(jms: Provider, *consumers: JavaConsumer | JMSConsumer) -> list[str | None]:
    """Return the texts of all that these consumers receive, in order."""
    texts: list[str | None] = []
    for consumer in consumers:
        if isinstance(consumer, JavaConsumer):
            texts += [seen.body for seen in iter(consumer.poll, None)]
        else:
            while (message := consumer.receive(jms.silence)) is not None:
                texts.append(message.get_body(str))
    return texts


# ---- selectors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("selector", OF_NUMBERS)
def test_javas_selector_compares_our_numbers_and_booleans(
    jms: Provider, python: Python, java: Java, selector: str
) -> None:
    """The broker does, by the headers that stand beside the body."""
    topic = jms.topic()
    with java.session.consumer(topic, selector) as consumer:
        send_two(python, topic)
        assert consumer.receive().body == "chosen"
        assert consumer.poll() is None


@pytest.mark.parametrize(
    "selector",
    [
        "z AND b = -128 AND s = 32767 AND i = -2147483648",
        "l > 9223372036854775806",
        "f > 1.09 AND f < 1.11",
        "d > 0 AND d < 0.001",
        "S = 'grün: ☃'",
        "JMSMessageID LIKE 'ID:%' AND z",
        "S LIKE '%☃' AND missing IS NULL AND S IN ('grün: ☃', 'x')",
    ],
)
def test_both_select_alike_by_properties_of_every_type(
    jms: Provider, python: Python, java: Java, selector: str
) -> None:
    topic = jms.topic()
    with java.session.consumer(topic, selector) as theirs, python.context.create_consumer(topic, selector) as ours:
        for program in (python, java):
            program.send(topic, body="other", properties={"z": False, "S": "x", "f": 7.0, "d": 7.0, "l": 7})
            program.send(topic, body="chosen", properties=PROPERTIES)
        assert rest(jms, theirs) == rest(jms, ours) == ["chosen", "chosen"]


def test_javas_selector_does_not_see_properties_that_no_headers_have_room_for(
    jms: Provider, python: Python, java: Java
) -> None:
    """All headers have to go into one frame, so what is too long is in the body only, where Java reads it."""
    topic = jms.topic()
    with java.session.consumer(topic, "big IS NOT NULL") as selecting, java.session.consumer(topic, "n = 1") as other:
        python.send(topic, body="x", properties={"n": 1, "big": "ä" * 100_000})
        assert selecting.poll() is None
        assert other.receive().properties["n"] == 1
        with pytest.raises(JavaError):
            java.connection().session().send(topic, properties={"n": 1, "big": "a" * 65_536})


def test_both_refuse_what_is_no_selector(jms: Provider, python: Python, java: Java) -> None:
    with java.connection() as connection, pytest.raises(JavaError) as theirs:
        connection.session().consumer(jms.topic(), "n >")
    assert theirs.value.java_class == "RMQJMSSelectorException"
    with pytest.raises(InvalidSelectorError):
        python.context.create_consumer(jms.topic(), "n >")


# ---- topics ----------------------------------------------------------------------------------------------------------


def test_both_get_what_their_wildcards_match(jms: Provider, python: Python, java: Java) -> None:
    """A wildcard is RabbitMQ's to both: `*` is a word, `#` any number of them."""
    stem = jms.name("stem")
    with ExitStack() as opened:
        one = opened.enter_context(java.session.consumer(Topic(f"{stem}.*")))
        any_number = opened.enter_context(python.context.create_consumer(Topic(f"{stem}.#")))
        for program in (python, java):
            program.send(Topic(stem), body="none")
            program.send(Topic(f"{stem}.a"), body="one")
            program.send(Topic(f"{stem}.a.b"), body="two")
        assert one.receive().destination == Topic(f"{stem}.a")
        assert rest(jms, one) == ["one"]
        first, second = take(jms, any_number), take(jms, any_number)
        assert (first.destination, second.destination) == (Topic(stem), Topic(f"{stem}.a"))
        assert rest(jms, any_number) == ["two", "none", "one", "two"]


def test_only_ours_can_leave_out_what_its_own_connection_publishes(jms: Provider, python: Python, java: Java) -> None:
    """Java's noLocal is handed to the broker, which has none."""
    topic = jms.topic()
    session = java.connection().session()
    with (
        session.consumer(topic, no_local=True) as theirs,
        python.context.create_consumer(topic, no_local=True) as ours,
    ):
        session.send(topic, body="Java's")
        python.send(topic, body="Python's")
        assert rest(jms, ours) == ["Java's"]
        assert rest(jms, theirs) == ["Java's", "Python's"]


# ---- durable subscriptions -------------------------------------------------------------------------------------------


@pytest.fixture
def identified(jms: Provider) -> JMSContext:
    """Return a context with a client id, which our unshared durable subscriptions need."""
    return jms.context(client_id=jms.name("client"))


def test_a_client_id_of_ours_is_not_taken_for_java(jms: Provider, java: Java) -> None:
    """Java claims none on the broker: each side checks its own programs only."""
    client_id = jms.name("client")
    with java.connection(client_id), jms.context(client_id=client_id), pytest.raises(InvalidClientIDError):
        jms.context(client_id=client_id)


@pytest.mark.parametrize("with_client_id", [True, False], ids=["client id", "no client id"])
def test_one_durable_subscription_serves_both(jms: Provider, python: Python, java: Java, with_client_id: bool) -> None:
    """Made by Java, drained by us, by Java again, and so on. Its name alone says which, whatever the client ids."""
    topic, name = jms.topic(), jms.name("sub")
    client_id = jms.name("client") if with_client_id else None
    with java.connection(client_id) as connection:
        connection.session().consumer(topic, name=name).close()
    for _ in range(2):
        python.send(topic, body="for us")
        context = jms.context(client_id=jms.name("client"))
        with context.create_durable_consumer(topic, name) as ours:
            assert take_text(jms, ours) == "for us"
        java.send(topic, body="for Java")
        with java.connection(client_id) as connection, connection.session().consumer(topic, name=name) as theirs:
            assert theirs.receive().body == "for Java"
            assert theirs.poll() is None
    context.unsubscribe(name)


def test_javas_durable_subscription_that_we_unsubscribe_is_gone(
    jms: Provider, python: Python, java: Java, identified: JMSContext
) -> None:
    topic, name = jms.topic(), jms.name("sub")
    with java.connection() as connection:
        connection.session().consumer(topic, name=name).close()
    python.send(topic, body="lost")
    identified.unsubscribe(name)
    with pytest.raises(InvalidDestinationError):
        identified.unsubscribe(name)
    session = java.connection().session()
    with session.consumer(topic, name=name) as theirs:
        assert theirs.poll() is None
    session.unsubscribe(name)


def test_our_durable_subscription_that_java_unsubscribes_is_gone(
    jms: Provider, java: Java, identified: JMSContext
) -> None:
    """A Java connection that has not opened it silently does nothing."""
    topic, name = jms.topic(), jms.name("sub")
    identified.create_durable_consumer(topic, name).close()
    java.send(topic, body="kept")
    java.connection().session().unsubscribe(name)
    with identified.create_durable_consumer(topic, name) as ours:
        assert rest(jms, ours) == ["kept"]
    session = java.connection().session()
    session.consumer(topic, name=name).close()
    session.unsubscribe(name)
    with pytest.raises(InvalidDestinationError):
        identified.unsubscribe(name)


def test_we_neither_join_nor_unsubscribe_what_java_listens_to(
    jms: Provider, python: Python, java: Java, identified: JMSContext
) -> None:
    topic, name = jms.topic(), jms.name("sub")
    with java.connection().session().consumer(topic, name=name) as theirs:
        theirs.listen()
        with pytest.raises(JMSError, match="in use"):
            identified.unsubscribe(name)
        with pytest.raises(JMSError, match="in use"):
            identified.create_durable_consumer(topic, name)
        python.send(topic, body="x")
        assert theirs.receive().body == "x"
    identified.unsubscribe(name)


def test_java_is_invisible_without_a_listener(
    jms: Provider, python: Python, java: Java, identified: JMSContext
) -> None:
    """Its `receive` only looks ten times a second whether there is a message: on the broker it has no consumer."""
    topic, name = jms.topic(), jms.name("sub")
    with java.connection().session().consumer(topic, name=name) as theirs:
        assert theirs.poll() is None
        with identified.create_durable_consumer(topic, name) as ours:
            java.send(topic, body="x")
            assert take_text(jms, ours) == "x"
    identified.unsubscribe(name)


def test_java_does_not_join_what_we_read(jms: Provider, java: Java, identified: JMSContext) -> None:
    """A listener is refused. A `receive` of Java is, too, but says nothing of it: the whole session is dead then."""
    topic, name = jms.topic(), jms.name("sub")
    with identified.create_durable_consumer(topic, name) as ours:
        listener, receiver = (java.connection().session().consumer(topic, name=name) for _ in range(2))
        with pytest.raises(JavaError):
            listener.listen()
        java.send(topic, body="x")
        assert receiver.poll() is None
        assert take_text(jms, ours) == "x"
    identified.unsubscribe(name)


def test_an_unsubscribe_by_java_of_what_we_read_is_reported(jms: Provider, java: Java, identified: JMSContext) -> None:
    """Java does not ask."""
    topic, name = jms.topic(), jms.name("sub")
    with identified.create_durable_consumer(topic, name) as ours:
        session = java.connection().session()
        session.consumer(topic, name=name).close()
        session.unsubscribe(name)
        with pytest.raises(InvalidDestinationError):
            ours.receive(jms.patience)


def test_a_shared_durable_subscription_is_shared_by_both(jms: Provider, python: Python, java: Java) -> None:
    topic, name = jms.topic(), jms.name("shared")
    with (
        java.session.consumer(topic, name=name, shared=True) as theirs,
        python.context.create_shared_durable_consumer(topic, name) as ours,
    ):
        for program in (python, java):
            for number in range(10):
                program.send(topic, body=str(number))
        got = rest(jms, ours, theirs)
        assert sorted(int(body or 0) for body in got) == sorted(2 * list(range(10)))
    python.context.unsubscribe(name)


def test_a_shared_subscription_that_is_not_durable_is_one_for_each(jms: Provider, python: Python, java: Java) -> None:
    """Java shares it within one connection only, under a name that is known to no other."""
    topic, name = jms.topic(), jms.name("shared")
    with (
        java.session.consumer(topic, name=name, shared=True, durable=False) as theirs,
        python.context.create_shared_consumer(topic, name) as ours,
    ):
        java.send(topic, body="x")
        assert rest(jms, ours) == rest(jms, theirs) == ["x"]


@pytest.mark.xfail(strict=True, reason="a second consumer binds the queue to the topic without the selector")
@pytest.mark.parametrize("first", ["Java", "Python"])
def test_a_durable_subscription_with_a_selector_is_shared(
    jms: Provider, python: Python, java: Java, identified: JMSContext, first: str
) -> None:
    """Java lets the broker select, by a binding; we select from the queue. So Java gets all that our binding admits."""
    topic, name = jms.topic(), jms.name("sub")
    if first == "Java":
        java.connection().session().consumer(topic, "n > 1", name=name).close()
    with identified.create_durable_consumer(topic, name, "n > 1") as ours:
        send_numbers(java, topic)
        assert rest(jms, ours) == ["2"]
    with java.connection().session().consumer(topic, "n > 1", name=name) as theirs:
        send_numbers(python, topic)
        got = rest(jms, theirs)
    identified.unsubscribe(name)
    assert got == ["2"]


def test_we_select_from_a_durable_subscription_of_java_that_selects(
    jms: Provider, python: Python, java: Java, identified: JMSContext
) -> None:
    topic, name = jms.topic(), jms.name("sub")
    java.connection().session().consumer(topic, "n > 0", name=name).close()
    send_numbers(python, topic)
    with identified.create_durable_consumer(topic, name, "n > 1") as ours:
        assert rest(jms, ours) == ["2"]
    identified.unsubscribe(name)


def send_numbers(program: Java | Python, topic: Topic) -> None:
    """Send 0, 1 and 2, as texts and as the property n."""
    for number in range(3):
        program.send(topic, body=str(number), properties={"n": number})
