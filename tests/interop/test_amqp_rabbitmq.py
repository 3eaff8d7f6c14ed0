"""Our AMQP and Java's own client library on one RabbitMQ: what arrives, and how both work on the same queues."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from jmslike import (
    Destination,
    JMSError,
    Long,
    PickleSerializer,
    Queue,
    Session,
    TemporaryQueue,
    TemporaryTopic,
    Topic,
)
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import attempt_of, take, text_of
from tests.brokers import Broker
from tests.harnesses import harness_of
from tests.interop.bodies import FIRST, READ, RELAYED, SENT, each
from tests.interop.checks_of_messages import *  # noqa: F403
from tests.interop.checks_of_sessions import *  # noqa: F403
from tests.interop.clients import Java, MakeJava, Python, compose, content
from tests.interop.peer import JavaError, PriorityQueue, QuorumQueue, exact
from tests.interop.values import GETTERS, OTHER_KINDS, PROPERTIES, TEXT


@pytest.fixture(scope="module")
def harness(rabbitmq: Broker) -> Harness:
    return harness_of(rabbitmq, "amqp")


@pytest.fixture
def java(rabbitmq: Broker, java_program: MakeJava) -> Java:
    return java_program("rabbitmq", rabbitmq)


# ---- bodies ----------------------------------------------------------------------------------------------------------


@each(READ)
def test_java_reads_our_bodies(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, kind, body)
    seen = java.receive(queue)
    assert exact((seen.kind, seen.body)) == exact((kind, body))


@each(SENT)
def test_we_read_javas_bodies(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    """But Java's bare message, which its library sends as a text without text."""
    queue = jms.queue()
    java.send(queue, kind, body)
    assert exact(content(python.receive(queue))) == exact(("text" if kind == "message" else kind, body))


@each(RELAYED)
def test_all_bodies_pass_through_java(jms: Provider, python: Python, java: Java, kind: str, body: Any) -> None:
    queue, back = jms.queue(), jms.queue()
    with java.session.consumer(queue) as service:
        relayed = service.replying()
        python.send(queue, kind, body, properties=PROPERTIES, reply_to=back)
        relayed()
    message = python.receive(back)
    assert exact(content(message)) == exact((kind, body))
    assert exact(typed_properties(message)) == exact({**PROPERTIES, **FIRST})


def test_java_cannot_send_on_a_stream(jms: Provider, python: Python, java: Java) -> None:
    """Also one of its own: its library writes the fields of a message that was made, not of one that came."""
    queue, back = jms.queue(), jms.queue()
    for program in (java, python):
        with java.session.consumer(queue) as service:
            relayed = service.replying()
            program.send(queue, "stream", OTHER_KINDS["stream"], reply_to=back)
            relayed()
        assert content(python.receive(back)) == ("stream", [])


@pytest.mark.parametrize("body", [TEXT, OTHER_KINDS["object"], ["a", None], 5, "", None])
def test_java_reads_our_objects_as_strings(jms: Provider, python: Python, java: Java, body: Any) -> None:
    queue = jms.queue()
    python.send(queue, "object", body)
    seen = java.receive(queue)
    assert seen.kind == "object"
    if body is None or isinstance(body, str):
        assert seen.body == body
    else:
        assert json.loads(seen.body) == body


def test_java_reads_what_our_other_serializers_made_as_bytes(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    with jms.factory(object_serializer=PickleSerializer(())).create_context() as context:
        context.create_producer().send(queue, compose(context, "object", {1, 2}))
    seen = java.receive(queue)
    assert seen.kind == "object"
    assert pickle.loads(seen.body) == {1, 2}


def test_we_read_javas_strings_as_objects_and_leave_its_other_objects_alone(
    jms: Provider, python: Python, java: Java
) -> None:
    """What is no String comes as the bytes of Java's serialisation: nothing here makes an object of those."""
    queue = jms.queue()
    java.send(queue, "object", TEXT)
    assert content(python.receive(queue)) == ("object", TEXT)
    java.send(queue, "object", Long(5))
    kind, body = content(python.receive(queue))
    assert (kind, body[:4], b"java.lang.Long" in body) == ("bytes", b"\xac\xed\x00\x05", True)


def test_java_reads_all_of_ours_with_no_package_trusted_but_its_own(
    jms: Provider, python: Python, rabbitmq: Broker, java_program: MakeJava
) -> None:
    """It needs the one of its destinations for itself."""
    java = java_program("rabbitmq", rabbitmq, "-Dcom.rabbitmq.jms.TrustedPackagesPrefixes=com.rabbitmq.jms")
    queue = jms.queue()
    java.send(queue, "object", Long(5))
    untrusted = java.receive(queue)
    assert type(untrusted.body).__name__ == "Raised"
    bodies = [*READ.values(), ("object", "a str"), ("object", [1])]
    for kind, body in bodies:
        python.send(queue, kind, body, properties=PROPERTIES, reply_to=queue, correlation_id="c", type="t")
        seen = java.receive(queue)
        expected = "[1]" if body == [1] else body
        assert exact((seen.kind, seen.body)) == exact((kind, expected))
        assert exact(seen.properties) == exact({**PROPERTIES, **FIRST})
        assert (seen.destination, seen.reply_to) == (queue, queue)


# ---- properties and headers ------------------------------------------------------------------------------------------


def typed_properties(message: Any) -> dict[str, Any]:
    """Return the properties with their types."""
    return {name: message.get_object_property(name) for name in message.property_names}


MORE = {**PROPERTIES, "none": None, "long": "ä" * 100_000, "_$": "", "JMSXGroupID": "g", "JMSXGroupSeq": 3}


def test_properties_keep_their_types_both_ways(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, properties=MORE)
    assert exact(java.receive(queue, getters=GETTERS).properties) == exact({**MORE, **FIRST})
    sent = {name: value for name, value in MORE.items() if name not in ("none", "long")}  # Java has no such values
    java.send(queue, properties=sent)
    assert exact(typed_properties(python.receive(queue))) == exact({**sent, **FIRST})


def test_ids_and_times_are_the_same_on_both_sides(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    ours = python.send(queue, time_to_live=60)
    seen = java.receive(queue)
    assert (seen.message_id, seen.timestamp, seen.expiration) == (ours.message_id, ours.timestamp, ours.expiration)
    theirs = java.send(queue, time_to_live=60)
    message = python.receive(queue)
    assert (message.message_id, message.timestamp) == (theirs.message_id, theirs.timestamp)
    assert message.expiration == theirs.expiration


def test_java_reads_a_correlation_id_of_bytes_as_text_and_keeps_it(jms: Provider, python: Python, java: Java) -> None:
    queue, back = jms.queue(), jms.queue()
    message = python.context.create_message()
    message.correlation_id_as_bytes, message.reply_to = b"\xff\x00c", back
    with java.session.consumer(queue) as service:
        relayed = service.replying()
        python.context.create_producer().send(queue, message)
        assert relayed().correlation_id == "\ufffd\0c"
    assert python.receive(back).correlation_id_as_bytes == b"\xff\x00c"


@pytest.mark.parametrize("kind", [Queue, Topic, TemporaryQueue, TemporaryTopic])
def test_answers_go_where_each_kind_of_destination_is(
    jms: Provider, python: Python, java: Java, kind: type[Destination]
) -> None:
    """A Java program must not declare the other's destinations: `setDeclareReplyToDestination(false)`, as with Java."""
    queue = jms.queue()
    ours, theirs = answer_places(jms, python, java, kind)
    with java.session.consumer(queue) as service, python.context.create_consumer(ours) as answers:
        answered = service.replying()
        python.send(queue, body="ping", reply_to=ours)
        request = answered()
        assert (type(request.reply_to), request.reply_to) == (kind, ours)
        answer = take(jms, answers)
        assert (text_of(answer), answer.correlation_id, answer.destination) == ("ping", request.message_id, ours)
    with java.session.consumer(theirs) as consumer:
        java.send(queue, body="ping", reply_to=theirs)
        asked = python.receive(queue)
        assert (type(asked.reply_to), asked.reply_to) == (kind, theirs)
        python.send(theirs, body="pong", correlation_id=asked.message_id)
        seen = consumer.receive()
        assert (seen.body, seen.correlation_id, seen.destination) == ("pong", asked.message_id, theirs)


def answer_places(
    jms: Provider, python: Python, java: Java, kind: type[Destination]
) -> tuple[Destination, Destination]:
    """Return a destination for answers to us, and one for answers to Java."""
    name = "queue" if issubclass(kind, Queue) else "topic"
    if issubclass(kind, TemporaryQueue | TemporaryTopic):
        return getattr(python.context, f"create_temporary_{name}")(), java.session.temporary(name)
    return kind(jms.name(name)), kind(jms.name(name))


def test_an_answer_waits_where_its_reader_comes_late(jms: Provider, python: Python, java: Java) -> None:
    """Java publishes an answer without checking its destination, so that must exist."""
    queue, answers = jms.queue(), jms.queue()
    python.send(queue, body="ping", reply_to=answers)
    with java.session.consumer(queue) as service:
        service.replying()()
    assert content(python.receive(answers)) == ("text", "ping")


def test_java_as_it_is_by_default_answers_to_queues_but_temporary_ones(
    jms: Provider, python: Python, rabbitmq: Broker, java_program: MakeJava
) -> None:
    """It declares where it answers to, and so fails at what belongs to a connection, also of another Java program."""
    java = java_program("rabbitmq", rabbitmq, "-Dpeer.declareReplyToDestination=true")
    queue, answers = jms.queue(), jms.queue()
    with java.session.consumer(queue) as service:
        answered = service.replying()
        python.send(queue, body="ping", reply_to=answers)
        answered()
    assert content(python.receive(answers)) == ("text", "ping")
    for temporary in (python.context.create_temporary_queue(), java.connection().session().temporary()):
        with java.connection().session().consumer(queue) as service:
            answered = service.replying()
            python.send(queue, body="ping", reply_to=temporary)
            with pytest.raises(JavaError):
                answered()


def test_either_knows_when_the_others_message_was_due(jms: Provider, python: Python, java: Java) -> None:
    """Java's library says so of delayed messages only, and delays none without a plugin of the broker."""
    queue = jms.queue()
    sent = python.send(queue, delay=0.1)
    with java.session.consumer(queue) as consumer:
        assert consumer.receive().delivery_time == sent.delivery_time == sent.timestamp + 100
    python.send(queue)
    assert java.receive(queue).delivery_time == 0
    theirs = java.send(queue)
    assert python.receive(queue).delivery_time == theirs.timestamp


# ---- queues ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "counts"), [(Queue, [1, 2, 2, 2]), (QuorumQueue, [1, 2, 3, 4])])
def test_both_report_the_same_number_of_deliveries(
    jms: Provider, python: Python, java: Java, kind: type[Queue], counts: list[int]
) -> None:
    """A classic queue marks a redelivery, a quorum queue counts it."""
    queue = kind(jms.name("queue"))
    java.send(queue, body="x")
    told = []
    for _ in range(2):
        with jms.context(Session.CLIENT_ACKNOWLEDGE) as context:
            told.append(attempt_of(take(jms, context.create_consumer(Queue(queue.name)))))
        with java.connection() as connection:
            seen = connection.session(Session.SESSION_TRANSACTED).consumer(queue).receive()
            told.append((seen.redelivered, seen.properties["JMSXDeliveryCount"]))
    assert told == [(count > 1, count) for count in counts]


def test_what_java_recovers_comes_again_to_either(jms: Provider, python: Python, java: Java) -> None:
    queue = jms.queue()
    python.send(queue, body="x")
    with java.connection() as connection:
        session = connection.session(Session.CLIENT_ACKNOWLEDGE)
        with session.consumer(queue) as consumer:
            assert not consumer.receive().redelivered
            session.recover()
            assert consumer.receive().redelivered
    assert attempt_of(python.receive(queue)) == (True, 2)


def test_what_java_commits_is_gone_for_us(jms: Provider, python: Python, java: Java) -> None:
    queue, onward = jms.queue(), jms.queue()
    python.send(queue, body="work")
    session = java.transacted()
    with session.consumer(queue) as consumer:
        for undo in (True, False):
            session.send(onward, body=f"{consumer.receive().body}, {undo=}")
            (session.rollback if undo else session.commit)()
    assert content(python.receive(onward)) == ("text", "work, undo=False")
    assert python.finds_nothing(onward)
    assert python.finds_nothing(queue)


@pytest.mark.parametrize(
    ("kind", "option"), [(QuorumQueue, {"queue_type": "quorum"}), (PriorityQueue, {"max_priority": 9})]
)
def test_a_queue_with_arguments_is_shared_by_equal_declarations(
    jms: Provider, java: Java, kind: type[Queue], option: dict[str, Any]
) -> None:
    """We take such a queue as it is; Java refuses one that it would declare otherwise."""
    ours, theirs = jms.queue(), kind(jms.name("queue"))
    context = jms.context(**option)
    context.create_producer().send(ours, "from us")
    with java.connection() as connection, pytest.raises(JavaError):
        connection.session().consumer(ours)
    assert jms.context(**option).create_consumer(ours).receive_body(str, jms.patience) == "from us"
    java.send(theirs, body="from Java")
    assert text_of(Python(jms).receive(Queue(theirs.name))) == "from Java"
    Python(jms).send(Queue(theirs.name), body="from us")
    assert java.receive(theirs).body == "from us"


def test_priority_goes_first_both_ways_in_a_queue_declared_for_it(jms: Provider, python: Python, java: Java) -> None:
    queue = PriorityQueue(jms.name("queue"))
    java.session.consumer(queue).close()
    for sender, receive in (
        (python, lambda: java.receive(queue).body),
        (java, lambda: text_of(python.receive(queue))),
    ):
        for number in range(5):
            sender.send(queue, body=str(number), priority=0)
        sender.send(queue, body="urgent", priority=9)
        assert [receive() for _ in range(6)] == ["urgent", *map(str, range(5))]


def test_we_browse_javas_messages_and_mark_them(jms: Provider, python: Python, java: Java) -> None:
    """Java's browser marks them just so: RabbitMQ knows of no other way to look."""
    queue = jms.queue()
    for number in range(3):
        java.send(queue, body=str(number), properties={"n": number})
    with python.context.create_browser(queue) as browser:
        assert [text_of(message) for message in browser] == ["0", "1", "2"]
    with python.context.create_browser(queue, "n > 0") as browser:
        assert [text_of(message) for message in browser] == ["1", "2"]
    received = [java.receive(queue) for _ in range(3)]
    assert [(seen.body, seen.redelivered) for seen in received] == [("0", True), ("1", True), ("2", True)]
    python.send(queue, body="ours")
    assert [seen.body for seen in java.session.browse(queue)] == ["ours"]
    assert attempt_of(python.receive(queue)) == (True, 2)


def test_neither_consumes_from_the_others_temporary_queue(jms: Provider, python: Python, java: Java) -> None:
    """And neither loses more than the attempt."""
    queue, ours, theirs = jms.queue(), python.context.create_temporary_queue(), java.session.temporary()
    with java.session.consumer(theirs) as answers, python.context.create_consumer(queue) as consumer:
        java.send(queue, body="ping", reply_to=theirs)
        request = take(jms, consumer)
        assert request.reply_to is not None
        for temporary in (request.reply_to, Queue(theirs.name)):
            with pytest.raises(JMSError):
                python.context.create_consumer(temporary)
        python.send(theirs, body="pong")
        assert answers.receive().body == "pong"
    with java.connection() as connection, pytest.raises(JavaError):
        connection.session().consumer(Queue(ours.name)).receive()


@pytest.mark.parametrize("name", ["a.b", "a b", "größe ☃", "*.#", "a/b:c", "jms-temp-queue-of-mine"])
def test_a_queue_of_any_name_is_shared(jms: Provider, python: Python, java: Java, name: str) -> None:
    queue = Queue(f"{name} {jms.name()}")
    python.send(queue, body="from us")
    seen = java.receive(queue)
    assert (seen.body, seen.destination) == ("from us", queue)
    java.send(queue, body="from Java", reply_to=queue)
    message = python.receive(queue)
    assert (text_of(message), message.destination, message.reply_to) == ("from Java", queue, queue)


def test_java_has_no_selectors_on_queues_either(jms: Provider, java: Java) -> None:
    with pytest.raises(JavaError) as caught:
        java.session.consumer(jms.queue(), "n = 1")
    assert caught.value.java_class == "UnsupportedOperationException"


def test_java_has_no_delay_without_a_plugin_of_the_broker(jms: Provider, java: Java) -> None:
    """rabbitmq_delayed_message_exchange. We need none, and what we delay comes to Java late as well: see the checks."""
    with pytest.raises(JavaError, match="x-delayed-jms-message"):
        java.send(jms.queue(), delay=0.2)
