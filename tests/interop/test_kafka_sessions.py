"""How a Python program and a Java program with Kafka's own client work on the same queues and topics."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from jmslike import JMSConsumer, JMSContext, Queue, QueueRequestor, Session, Topic
from jmslike.testing import Harness, Provider
from jmslike.testing.steps import Pause, is_silent, take, take_text, take_texts, text_of, texts_of
from tests.brokers import Broker
from tests.brokers.software import ROOT
from tests.harnesses import harness_of
from tests.interop.java_kafka import JavaConsumer, JavaKafka

IS_TEXT = {"content-type": "text/plain"}


@pytest.fixture(scope="module")
def harness(kafka: Broker) -> Harness:
    return harness_of(kafka, "kafka")


@pytest.fixture
def java(java_kafka: JavaKafka) -> JavaKafka:
    return java_kafka


def group_of(queue: Queue) -> str:
    """Name the group of all who consume from the queue."""
    return f"jmslike.queue.{queue.name}"


def send(java: JavaKafka, queue: Queue, *texts: str) -> None:
    """Send them in Java, each under itself as the key."""
    for text in texts:
        java.send(queue.name, text, text, IS_TEXT)


def next_texts(jms: Provider, member: JavaConsumer, number: int) -> list[str]:
    """Return the next texts of Java's consumer, all of which must come."""
    texts: list[str] = []

    def are_there() -> bool:
        texts.extend(record.text for record in member.poll())
        return len(texts) >= number

    jms.eventually(are_there)
    return texts


# ---- transactions ----------------------------------------------------------------------------------------------------

CONSUMERS: dict[str, Callable[[JMSContext, str], JMSConsumer]] = {
    "queue": lambda context, name: context.create_consumer(Queue(name)),
    "topic": lambda context, name: context.create_consumer(Topic(name)),
    "durable": lambda context, name: context.create_durable_consumer(Topic(name), "durable"),
    "shared": lambda context, name: context.create_shared_consumer(Topic(name), "shared"),
}


@pytest.mark.parametrize("make", CONSUMERS.values(), ids=CONSUMERS)
def test_what_java_undoes_never_comes(
    jms: Provider, java: JavaKafka, make: Callable[[JMSContext, str], JMSConsumer]
) -> None:
    """And what comes after it in the topic waits until it is undone."""
    name = jms.name()
    java.create(name)
    producer = java.producer(transactional_id=name)
    with make(jms.context(client_id=name), name) as consumer:
        producer.begin()
        producer.send(name, "undone", headers=IS_TEXT)
        java.send(name, "after", headers=IS_TEXT)
        assert is_silent(jms, consumer)
        producer.abort()
        assert take_text(jms, consumer) == "after"
        producer.begin()
        producer.send(name, "done", headers=IS_TEXT)
        assert is_silent(jms, consumer)
        producer.commit()
        assert take_text(jms, consumer) == "done"


def test_a_browser_never_sees_what_java_undoes(jms: Provider, java: JavaKafka) -> None:
    queue, context = jms.queue(), jms.context()
    java.create(queue.name)
    producer = java.producer(transactional_id=queue.name)

    def seen() -> list[str | None]:
        with context.create_browser(queue) as browser:
            return texts_of(browser)

    producer.begin()
    producer.send(queue.name, "undone", headers=IS_TEXT)
    send(java, queue, "after")
    assert seen() == []
    producer.abort()
    assert seen() == ["after"]
    producer.begin()
    producer.send(queue.name, "done", headers=IS_TEXT)
    producer.commit()
    assert seen() == ["after", "done"]


def test_java_never_sees_what_we_roll_back(jms: Provider, java: JavaKafka) -> None:
    queue = jms.queue()
    java.create(queue.name)
    context = jms.context(Session.SESSION_TRANSACTED)
    producer = context.create_producer()
    for text, end in (("undone", context.rollback), ("done", context.commit)):
        producer.send(queue, text).send(queue, text)
        assert java.read(queue.name) == []
        end()
    assert [record.text for record in java.read(queue.name)] == ["done", "done"]


def test_our_commit_moves_the_offsets_of_the_group_and_our_rollback_does_not(jms: Provider, java: JavaKafka) -> None:
    queue, results = jms.queue(), jms.queue()
    java.create(queue.name, partitions=3)
    java.create(results.name)
    texts = [str(number) for number in range(12)]
    send(java, queue, *texts)
    context = jms.context(Session.SESSION_TRANSACTED)
    consumer, producer = context.create_consumer(queue), context.create_producer()
    before = java.committed(group_of(queue))

    def work() -> None:
        for text in take_texts(jms, consumer, len(texts)):
            producer.send(results, text)
        assert java.committed(group_of(queue)) == before
        assert java.read(results.name) == []

    work()
    context.rollback()
    assert java.committed(group_of(queue)) == before
    assert java.read(results.name) == []
    work()
    context.commit()
    ends = {(queue.name, record.partition): record.offset + 1 for record in java.read(queue.name)}
    assert java.committed(group_of(queue)) == ends
    assert sorted(record.text for record in java.read(results.name)) == sorted(texts)


@pytest.mark.parametrize("is_done", [True, False], ids=["commit", "abort"])
def test_what_java_consumes_in_a_transaction_is_ours_only_if_it_undoes_that(
    jms: Provider, java: JavaKafka, is_done: bool
) -> None:
    queue, results = jms.queue(), jms.queue()
    java.create(queue.name, partitions=3)
    java.create(results.name)
    texts = [str(number) for number in range(6)]
    send(java, queue, *texts)
    producer = java.producer(transactional_id=queue.name)
    with java.member(group_of(queue), queue.name) as member:
        seen = next_texts(jms, member, len(texts))
        producer.begin()
        for text in seen:
            producer.send(results.name, text, headers=IS_TEXT)
        producer.send_offsets(member)
        producer.commit() if is_done else producer.abort()
    with jms.context().create_consumer(results if is_done else queue) as consumer:
        assert sorted(map(str, take_texts(jms, consumer, len(texts)))) == texts
    with jms.context().create_consumer(queue if is_done else results) as consumer:
        assert is_silent(jms, consumer)


EACH = 10_000
TRANSACTS = """
import sys
from jmslike import ConnectionFactory, Queue, Session
url, name, each = sys.argv[1:]
context = ConnectionFactory(url, client_id=name).create_context(session_mode=Session.SESSION_TRANSACTED)
for number in range(int(each)):
    context.create_producer().send(Queue(name), f"killed {number}")
context.commit()
sys.stdin.read()
"""


def test_java_sees_all_or_nothing_of_what_we_were_killed_at(jms: Provider, java: JavaKafka) -> None:
    """And of what the next program with the client id commits, all: the transaction that was open holds up nothing."""
    queue = jms.queue()
    java.create(queue.name)
    command = [sys.executable, "-c", TRANSACTS, jms.url, queue.name, str(EACH)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as program:
        jms.eventually(lambda: java.read(queue.name, "read_uncommitted"))
        program.kill()
    with jms.context(Session.SESSION_TRANSACTED, client_id=queue.name) as context:
        context.create_producer().send(queue, "next")
        context.commit()
    read = [record.text for record in java.read(queue.name)]
    assert read[-1] == "next"
    assert read[:-1] in ([], [f"killed {number}" for number in range(EACH)])


# ---- one group-------------------------------------------------------------------------------------------------------


def test_we_continue_where_java_has_committed(jms: Provider, java: JavaKafka) -> None:
    """And Java where we have."""
    queue = jms.queue()
    java.create(queue.name)
    send(java, queue, "1", "2", "3", "4")
    with java.member(group_of(queue), queue.name) as member:
        seen = next_texts(jms, member, 4)
        assert seen == ["1", "2", "3", "4"]
    with jms.context().create_consumer(queue) as consumer:
        assert take_texts(jms, consumer, 2) == ["1", "2"]
    with java.member(group_of(queue), queue.name) as member:
        assert next_texts(jms, member, 2) == ["3", "4"]
        send(java, queue, "5")
        assert next_texts(jms, member, 1) == ["5"]
        member.commit()
        send(java, queue, "6")
        assert next_texts(jms, member, 1) == ["6"]
    with jms.context().create_consumer(queue) as consumer:
        assert take_text(jms, consumer) == "6"


def test_java_gets_its_partitions_while_our_listener_is_at_work(jms: Provider, java: JavaKafka) -> None:
    """However long that takes, and however much waits for it."""
    queue, partitions = jms.queue(), 4
    java.create(queue.name, partitions)
    send(java, queue, *map(str, range(40)))
    pause = Pause(jms)
    with jms.context(window=4).create_consumer(queue) as consumer:
        consumer.message_listener = pause
        pause.wait_until_reached()
        with java.member(group_of(queue), queue.name) as member:
            jms.eventually(lambda: len(member.poll() and member.assignment()) == partitions // 2)
        pause.end()


@contextmanager
def repeated(jms: Provider, step: Callable[[], object]) -> Iterator[None]:
    """Take the step again and again in a thread of its own."""
    over = Event()

    def run() -> None:
        while not over.is_set():
            step()

    task = jms.in_thread(run)
    try:
        yield
    finally:
        over.set()
    task.result()


def test_each_record_is_for_one_member_of_the_group_while_java_comes_and_we_go(jms: Provider, java: JavaKafka) -> None:
    """Partitions pass from one to the other and back, and nothing is consumed twice."""
    queue, partitions = jms.queue(), 4
    java.create(queue.name, partitions)
    sent: list[str] = []
    ours: list[str | None] = []
    theirs: list[str | None] = []

    def send_one() -> None:
        sent.append(str(len(sent)))
        send(java, queue, sent[-1])

    def receive_one(consumer: JMSConsumer) -> None:
        message = consumer.receive(jms.silence)
        if message is not None:
            ours.append(text_of(message))

    def partitions_of(member: JavaConsumer) -> int:
        theirs.extend(record.text for record in member.poll())
        return len(member.assignment())

    def both_get_more(member: JavaConsumer) -> None:
        jms.eventually(lambda: partitions_of(member) == partitions // 2)
        before = len(ours), len(theirs)
        jms.eventually(lambda: partitions_of(member) and len(ours) > before[0] and len(theirs) > before[1])

    with repeated(jms, send_one):
        with (
            jms.context().create_consumer(queue) as consumer,
            repeated(jms, lambda: receive_one(consumer)),
        ):
            with java.member(group_of(queue), queue.name) as member:
                both_get_more(member)
                member.commit()
            all_so_far = len(sent)
            jms.eventually(lambda: len(ours) + len(theirs) >= all_so_far)
            member = java.member(group_of(queue), queue.name)
            both_get_more(member)
        jms.eventually(lambda: partitions_of(member) == partitions)
    jms.eventually(lambda: partitions_of(member) and len(ours) + len(theirs) >= len(sent))
    assert sorted(map(str, ours + theirs)) == sorted(sent)


# ---- requests and subscriptions --------------------------------------------------------------------------------------


def test_java_answers_our_requestor(jms: Provider, java: JavaKafka) -> None:
    """Which waits in a temporary queue: a topic, whose name the request's header says."""
    queue = jms.queue()
    java.create(queue.name)
    session = jms.connection().create_session()
    requestor = QueueRequestor(session, queue)
    asking = jms.in_thread(lambda: requestor.request(session.create_text_message("ping"), jms.patience))
    jms.eventually(lambda: java.read(queue.name))
    headers = dict(java.read(queue.name)[0].headers)
    kind, _, topic = headers["jms.string.JMSReplyTo"].partition("://")
    java.send(topic, "pong", headers={**IS_TEXT, "jms.string.JMSCorrelationID": headers["jms.string.JMSMessageID"]})
    answer = asking.result()
    assert (kind, text_of(answer)) == ("temp-queue", "pong")
    requestor.close()


def test_we_answer_java(jms: Provider, java: JavaKafka) -> None:
    queue, answers = jms.queue(), jms.queue()
    java.create(queue.name)
    headers = {"jms.string.JMSReplyTo": f"queue://{answers.name}", "jms.string.JMSCorrelationID": "c-1"}
    java.send(queue.name, "ping", headers={**IS_TEXT, **headers})
    context = jms.context()
    request = take(jms, context.create_consumer(queue))
    assert request.reply_to == answers
    context.create_producer().set_correlation_id(request.correlation_id).send(request.reply_to, "pong")
    [answer] = java.read(answers.name)
    assert (answer.text, dict(answer.headers)["jms.string.JMSCorrelationID"]) == ("pong", "c-1")


def test_java_sees_where_our_durable_subscription_stands(jms: Provider, java: JavaKafka) -> None:
    """From the moment when it is made, and until it is deleted."""
    topic, client_id = jms.topic(), jms.name("client")
    group = f"jmslike.durable.{client_id}.sub"
    java.create(topic.name)
    java.send(topic.name, "before", headers=IS_TEXT)
    context = jms.context(client_id=client_id)
    with context.create_durable_consumer(topic, "sub") as consumer:
        assert java.committed(group) == {(topic.name, 0): 1}
        java.send(topic.name, "after", headers=IS_TEXT)
        assert take_text(jms, consumer) == "after"
    assert java.committed(group) == {(topic.name, 0): 2}
    context.unsubscribe("sub")
    assert java.committed(group) == {}


def test_java_sees_our_dead_letter_when_its_message_is_settled(jms: Provider, java: JavaKafka) -> None:
    queue = jms.queue()
    java.create(queue.name)
    java.send(queue.name, "poison", "key", {**IS_TEXT, "jms.int.n": 7})
    with jms.context(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=1) as context:
        consumer = context.create_consumer(queue)
        for _ in range(2):
            assert take_text(jms, consumer) == "poison"
            assert java.committed(group_of(queue)).get((queue.name, 0), 0) == 0
            context.recover()
        assert is_silent(jms, consumer)
        [dead] = [record for record in java.read(f"DLQ.{queue.name}") if record.key == b"key"]
        assert (dead.text, dict(dead.headers)["jms.int.n"]) == ("poison", 7)
        assert java.committed(group_of(queue)) == {(queue.name, 0): 1}
