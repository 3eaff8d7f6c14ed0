"""How a Python program and a Java program work on the same queues and topics, whatever the broker and the protocol."""

from __future__ import annotations

import time

import pytest

from jmslike import DeliveryMode, Destination, QueueRequestor, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider
from jmslike.testing.steps import text_of
from tests.interop.clients import Java, Python, content
from tests.interop.peer import PATIENCE

OF_STRINGS = [
    "colour = 'red'",
    "JMSPriority > 4",
    "JMSType = 'order'",
    "JMSCorrelationID = 'c-1'",
    "JMSXGroupID = 'g'",
]
"""What a Java program can say of our messages also where all their properties are strings to it."""
OF_NUMBERS = [
    "n = 7",
    "n BETWEEN 6 AND 8 AND colour LIKE 'r%'",
    "n > 6.5 AND d < 2",
    "ok = TRUE",
    "JMSDeliveryMode = 'PERSISTENT'",
    "JMSTimestamp > 0 AND colour IS NOT NULL AND colour <> 'green'",
]

OF_SPELLINGS = [
    "ok",
    "NOT (ok = FALSE)",
    "n * 2 > 13 AND n * 2 < 15",
    "n - 1 = 6.0",
    "-d = -1.5",
    "n IN ('7') OR n = 7",
    "n <> 70",
    "d < n AND n < 70",
]


def place_for_selectors(jms: Provider) -> Destination:
    """Return a queue, or where queues have no selectors, a topic."""
    return jms.queue() if jms.capabilities.supports(Feature.QUEUE_SELECTOR) else jms.topic()


def send_two(program: Java | Python, place: Destination) -> None:
    """Send a message that the selectors choose, and one that they do not."""
    program.send(
        place,
        body="other",
        properties={"colour": "green", "n": 70, "ok": False, "d": 7.5},
        delivery_mode=DeliveryMode.NON_PERSISTENT,
    )
    program.send(
        place,
        body="chosen",
        properties={"colour": "red", "n": 7, "ok": True, "d": 1.5, "JMSXGroupID": "g"},
        priority=5,
        type="order",
        correlation_id="c-1",
    )


@pytest.mark.parametrize("selector", OF_STRINGS + OF_NUMBERS)
def test_our_selector_chooses_among_javas_and_our_messages(
    jms: Provider, python: Python, java: Java, selector: str
) -> None:
    place = place_for_selectors(jms)
    with python.context.create_consumer(place, selector) as consumer:
        for program in (java, python):
            send_two(program, place)
            assert text_of(consumer.receive(jms.patience)) == "chosen"
        assert consumer.receive(jms.silence) is None


@pytest.mark.parametrize("selector", [*OF_STRINGS[:-1], *OF_NUMBERS, *OF_SPELLINGS])
def test_our_selector_chooses_on_a_topic(jms: Provider, python: Python, java: Java, selector: str) -> None:
    """Here jmslike selects: a property of Java's is what the selector asks for, where the protocol loses its type."""
    topic = jms.topic()
    with python.context.create_consumer(topic, selector) as consumer:
        for program in (java, python):
            send_two(program, topic)
            assert text_of(consumer.receive(jms.patience)) == "chosen"
        assert consumer.receive(jms.silence) is None


def test_our_durable_subscription_selects_among_javas_messages(jms: Provider, java: Java) -> None:
    topic = jms.topic()
    with jms.factory(client_id=jms.name("client")).create_context() as context:
        selector = "n BETWEEN 6 AND 8 AND ok AND colour <> 'green'"
        context.create_durable_consumer(topic, "sub", selector).close()
        send_two(java, topic)
        with context.create_durable_consumer(topic, "sub", selector) as consumer:
            chosen = consumer.receive(jms.patience)
            assert text_of(chosen) == "chosen"
            assert consumer.receive(jms.silence) is None
        context.unsubscribe("sub")
    assert (chosen.get_int_property("n"), chosen.get_boolean_property("ok")) == (7, True)  # type: ignore[union-attr]


def test_our_shared_subscription_selects_among_javas_messages(jms: Provider, python: Python, java: Java) -> None:
    topic = jms.topic()
    if not jms.capabilities.supports(Feature.SHARED_SUBSCRIPTION):
        return
    with python.context.create_shared_consumer(topic, jms.name("shared"), "d * 2 = 3 AND ok = TRUE") as consumer:
        send_two(java, topic)
        assert text_of(consumer.receive(jms.patience)) == "chosen"
        assert consumer.receive(jms.silence) is None


@pytest.mark.parametrize("selector", OF_STRINGS)
def test_javas_selector_chooses_among_our_messages(jms: Provider, python: Python, java: Java, selector: str) -> None:
    place = place_for_selectors(jms)
    with java.session.consumer(place, selector) as consumer:
        send_two(python, place)
        assert consumer.receive().body == "chosen"
        assert consumer.poll() is None


def test_we_answer_a_java_requestor(jms: Provider, python: Python, java: Java) -> None:
    queue, answers = jms.queue(), java.session.temporary()
    with java.session.consumer(answers) as consumer:
        java.send(queue, body="ping", reply_to=answers, correlation_id="r-1")
        request = python.receive(queue)
        assert request.reply_to == answers
        assert request.reply_to.is_temporary
        python.send(request.reply_to, body="pong", correlation_id=request.correlation_id)
        answer = consumer.receive()
    assert (answer.body, answer.correlation_id) == ("pong", "r-1")


def test_java_answers_our_requestor(jms: Provider, java: Java) -> None:
    queue = jms.queue()
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    with java.session.consumer(queue) as service:
        request = service.replying()
        answer = requestor.request(session.create_text_message("ping"), jms.patience)
        assert request().body == "ping"
    assert text_of(answer) == "ping"
    requestor.close()


def test_our_answer_is_found_by_its_correlation_id(jms: Provider, python: Python, java: Java) -> None:
    queue, answers = jms.queue(), place_for_selectors(jms)
    java.send(queue, body="ping", reply_to=answers)
    request = python.receive(queue)
    assert request.reply_to == answers
    with java.session.consumer(answers, f"JMSCorrelationID = '{request.message_id}'") as consumer:
        python.send(answers, body="other", correlation_id="ID:other")
        python.send(answers, body="pong", correlation_id=request.message_id)
        assert consumer.receive().body == "pong"


def test_our_transaction_is_undone_or_done_for_java(jms: Provider, java: Java) -> None:
    queue = jms.queue()
    context = jms.context(Session.SESSION_TRANSACTED)
    producer = context.create_producer()
    for number in range(3):
        producer.send(queue, f"undone {number}")
    context.rollback()
    for number in range(3):
        producer.send(queue, f"done {number}")
    assert java.finds_nothing(queue)
    context.commit()
    assert [java.receive(queue).body for _ in range(3)] == ["done 0", "done 1", "done 2"]
    assert java.finds_nothing(queue)


def test_javas_transaction_is_undone_or_done_for_us(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    session = java.transacted()
    session.send(queue, body="undone")
    session.rollback()
    session.send(queue, body="done")
    assert python.finds_nothing(queue)
    session.commit()
    assert content(python.receive(queue)) == ("text", "done")


def test_what_we_rolled_back_is_javas_when_we_close(jms: Provider, java: Java) -> None:
    queue = jms.queue()
    java.send(queue, body="first")
    java.send(queue, body="second")
    context = jms.context(Session.SESSION_TRANSACTED)
    consumer = context.create_consumer(queue)
    assert consumer.receive_body(str, jms.patience) == "first"
    context.rollback()
    again = consumer.receive(jms.patience)
    assert (text_of(again), again.redelivered) == ("first", True)  # type: ignore[union-attr]
    context.close()
    assert [java.receive(queue).body for _ in range(2)] == ["first", "second"]


def test_what_we_received_and_committed_is_gone_for_java(jms: Provider, java: Java) -> None:
    queue, onward = jms.queue(), jms.queue()
    java.send(queue, body="work")
    context = jms.context(Session.SESSION_TRANSACTED)
    consumer = context.create_consumer(queue)
    context.create_producer().send(onward, consumer.receive_body(str, jms.patience))
    context.commit()
    context.close()
    assert java.receive(onward).body == "work"
    assert java.finds_nothing(queue)


def test_what_we_did_not_acknowledge_is_javas_when_we_close(jms: Provider, java: Java) -> None:
    queue = jms.queue()
    for body in ("acknowledged", "not acknowledged"):
        java.send(queue, body=body)
    context = jms.context(Session.INDIVIDUAL_ACKNOWLEDGE)
    consumer = context.create_consumer(queue)
    first = consumer.receive(jms.patience)
    assert text_of(first) == "acknowledged"
    assert consumer.receive_body(str, jms.patience) == "not acknowledged"
    first.acknowledge()  # type: ignore[union-attr]
    context.close()
    assert java.receive(queue).body == "not acknowledged"
    assert java.finds_nothing(queue)


def test_what_java_did_not_acknowledge_comes_to_us_redelivered(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, body="unfinished")
    with java.connection() as connection:
        session = connection.session(Session.SESSION_TRANSACTED)
        assert session.consumer(queue).receive().body == "unfinished"
    message = python.receive(queue)
    assert content(message) == ("text", "unfinished")
    assert (message.redelivered, message.get_int_property("JMSXDeliveryCount")) == (True, 2)


def test_java_reads_our_dead_letter(jms: Provider, java: Java) -> None:
    queue = jms.queue()
    java.send(queue, body="poison", properties={"colour": "red"})
    context = jms.context(Session.SESSION_TRANSACTED, max_redeliveries=1, dead_letter="dead-{name}")
    consumer = context.create_consumer(queue)
    for _ in range(2):
        assert consumer.receive_body(str, jms.patience) == "poison"
        context.rollback()
    assert consumer.receive(jms.silence) is None
    letter = java.receive(type(queue)(f"dead-{queue.name}"), getters=[("int", "JMS_jmslike_attempts")])
    assert (letter.body, letter.properties["colour"], letter.got) == ("poison", "red", [2])
    assert letter.properties["JMS_jmslike_original_destination"] == str(queue)


def test_our_durable_subscription_gets_what_java_publishes(jms: Provider, java: Java) -> None:
    topic, client_id, name = jms.topic(), jms.name("client"), jms.name("sub")
    with jms.factory(client_id=client_id).create_context() as context:
        context.create_durable_consumer(topic, name).close()
    java.send(topic, body="while away")
    with jms.factory(client_id=client_id).create_context() as context:
        with context.create_durable_consumer(topic, name) as consumer:
            assert consumer.receive_body(str, jms.patience) == "while away"
        context.unsubscribe(name)


def test_javas_durable_subscription_gets_what_we_publish(jms: Provider, python: Python, java: Java) -> None:
    topic, client_id, name = jms.topic(), jms.name("client"), jms.name("sub")
    with java.connection(client_id) as connection:
        connection.session().consumer(topic, name=name).close()
    python.send(topic, body="while away")
    session = java.connection(client_id).session()
    with session.consumer(topic, name=name) as consumer:
        assert consumer.receive().body == "while away"
    session.unsubscribe(name)


def test_we_compete_with_java_for_a_queue(jms: Provider, python: Python, java: Java) -> None:
    """Each message goes to one of the two."""
    queue = jms.queue()
    with java.session.consumer(queue) as theirs, python.context.create_consumer(queue) as ours:
        for number in range(40):
            python.send(queue, body=str(number))
        got = []
        while (message := ours.receive(jms.silence)) is not None:
            got.append(text_of(message))
        while (seen := theirs.poll()) is not None:
            got.append(seen.body)
    assert sorted(map(int, got)) == list(range(40))  # type: ignore[arg-type]


def test_what_has_expired_reaches_neither(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    last = max(program.send(queue, body="late", time_to_live=0.05).expiration for program in (python, java))
    jms.eventually(lambda: time.time() * 1000 > last + 1000)  # some brokers count from the arrival
    assert java.finds_nothing(queue)
    assert python.finds_nothing(queue)


def test_our_delayed_message_comes_to_java_when_it_is_due(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    with java.session.consumer(queue) as consumer:
        sent = python.send(queue, body="later", delay=0.5)
        seen = consumer.receive(PATIENCE)
        received = time.time() * 1000
    assert seen.body == "later"
    assert received >= sent.delivery_time == sent.timestamp + 500
