"""The limit, the delay and the dead-letter queue (section 8.7)."""

from __future__ import annotations

import logging

import pytest

from jmslike.core.redelivery import RedeliveryPolicy, dead_letter_of
from jmslike.destinations import Queue, Topic
from jmslike.errors import ConnectionLostError, TransactionRolledBackError
from jmslike.message import Message
from jmslike.session import Session
from jmslike.spi import Headers
from tests.unit.core.fake import QUEUE, TOPIC, FakeBroker, Task, connection_of, text, texts

DEAD = Queue("DLQ.q")


def policy(
    limit: int = 2, delay: float = 0.0, backoff: float = 1.0, dead_letter: str = "DLQ.{name}"
) -> RedeliveryPolicy:
    return RedeliveryPolicy(limit, delay, backoff, dead_letter)


# ---- the policy -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "attempts", "exhausted"),
    [(2, 2, False), (2, 3, True), (0, 0, False), (0, 1, True), (-1, 10**9, False), (1, 1, False), (1, 2, True)],
)
def test_attempts_beyond_the_limit_exhaust_a_message(limit: int, attempts: int, exhausted: bool) -> None:
    assert policy(limit).exhausted(attempts, QUEUE) is exhausted


@pytest.mark.parametrize(
    ("delay", "backoff", "attempts", "seconds"),
    [(0, 5, 3, 0), (2, 1, 1, 2), (2, 1, 7, 2), (2, 3, 1, 2), (2, 3, 2, 6), (2, 3, 3, 18), (0.5, 1.5, 2, 0.75)],
)
def test_each_attempt_waits_longer_by_the_backoff(delay: float, backoff: float, attempts: int, seconds: float) -> None:
    assert policy(delay=delay, backoff=backoff).delay_before(attempts) == seconds


def test_the_dead_letter_queue_is_named_after_the_destination() -> None:
    assert policy().dead_letter_queue(QUEUE) == Queue("DLQ.q")
    assert policy().dead_letter_queue(Topic("news")) == Queue("DLQ.news")
    assert policy(dead_letter="dead").dead_letter_queue(QUEUE) == Queue("dead")
    assert policy(dead_letter="").dead_letter_queue(QUEUE) is None


@pytest.mark.parametrize(
    ("dead_letter", "name", "is_one"),
    [
        ("DLQ.{name}", "DLQ.q", True),
        ("DLQ.{name}", "DLQ.", False),
        ("DLQ.{name}", "q", False),
        ("DLQ.{name}", "xDLQ.q", False),
        ("{name}.dead", "q.dead", True),
        ("{name}.dead", ".dead", False),
        ("{name}.dead", "q.dead.x", False),
        ("a.{name}.z", "a.q.z", True),
        ("a.{name}.z", "a.z", False),
        ("a.{name}.z", "a..z", False),
        ("a.{name}.z", "b.q.z", False),
        ("a.{name}.z", "a.q.y", False),
        ("{name}", "q", False),
        ("dead", "dead", True),
        ("dead", "deader", False),
        ("", "q", False),
    ],
)
def test_dead_letter_queues_are_known_by_their_names(dead_letter: str, name: str, is_one: bool) -> None:
    assert policy(dead_letter=dead_letter).is_dead_letter_queue(Queue(name)) is is_one
    assert policy(0, dead_letter=dead_letter).exhausted(1, Queue(name)) is not is_one
    assert not policy(dead_letter=dead_letter).is_dead_letter_queue(Topic(name))


def test_a_dead_letter_is_a_copy_without_what_restricts_it() -> None:
    reply_to = Queue("replies")
    original = text(
        "a",
        TOPIC,
        delivery_mode=1,
        priority=7,
        timestamp=1234,
        expiration=9_999_999_999_999,
        delivery_time=5,
        headers=Headers("c", reply_to, "type"),
        properties={"n": 1, "JMSXGroupID": "g"},
        origin="me",
    )
    copy = dead_letter_of(original, DEAD, 3, "because")
    assert (copy.id, copy.destination, copy.delivery_mode, copy.priority) == ("ID:a", DEAD, 1, 7)
    assert (copy.timestamp, copy.expiration, copy.due, copy.origin) == (1234, 0, 0, "me")
    assert copy.constraints is None
    assert copy.headers == Headers("c", reply_to, "type")
    assert copy.properties == {
        "n": 1,
        "JMSXGroupID": "g",
        "JMS_jmslike_original_destination": "topic://t",
        "JMS_jmslike_reason": "because",
        "JMS_jmslike_attempts": 3,
    }
    assert (copy.kind, copy.body) == ("text", "a")
    assert original.properties == {"n": 1, "JMSXGroupID": "g"}


# ---- the limit ------------------------------------------------------------------------------------------------------


def fail(session: Session, consumer: object, times: int) -> list[int]:
    counts = []
    for _ in range(times):
        message: Message | None = consumer.receive(0)  # type: ignore[attr-defined]
        if message is None:
            break
        counts.append(message.get_int_property("JMSXDeliveryCount"))
        session.recover()
    return counts


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_after_its_last_attempt_a_message_goes_to_the_dead_letter_queue(
    broker: FakeBroker, limit: int, caplog: pytest.LogCaptureFixture
) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=limit)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a", expiration=10**15))
    with caplog.at_level(logging.WARNING, "jmslike.redelivery"):
        assert fail(session, consumer, 10) == list(range(1, limit + 2))
    ((_, sends, settlements, dead_letters),) = broker.named("commit")
    (copy,) = sends
    assert copy.id == "ID:a"
    assert copy.destination == DEAD
    assert copy.expiration == 0
    assert copy.properties == {
        "JMS_jmslike_original_destination": "queue://q",
        "JMS_jmslike_reason": f"delivered {limit + 1} times without being acknowledged",
        "JMS_jmslike_attempts": limit + 1,
    }
    assert settlements == [(broker.subscriptions[0], ["ID:a"], None)]
    assert dead_letters is True
    assert broker.bodies(DEAD) == ["a"]
    assert broker.bodies(QUEUE) == []
    assert [call[:2] for call in broker.named("sender", "close sender")] == [("sender", DEAD), ("close sender", DEAD)]
    assert caplog.messages == [f"ID:a from queue://q: gave up after {limit + 1} deliveries; moving it to queue://DLQ.q"]
    assert len(session._state.ledger) == 0


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_the_limit_counts_the_attempts_of_others(broker: FakeBroker, mode: int) -> None:
    consumer = broker.session(mode, max_redeliveries=2).create_consumer(QUEUE)
    broker.put(text("last"), attempts=2)
    broker.put(text("dead"), attempts=3)
    broker.put(text("next"))
    first, second = consumer.receive_no_wait(), consumer.receive_no_wait()
    assert first is not None
    assert second is not None
    assert (first.message_id, second.message_id) == ("ID:last", "ID:next")
    assert broker.bodies(DEAD) == ["dead"]


def test_burying_is_no_part_of_the_transaction(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED, max_redeliveries=0)
    session.create_producer(Queue("sent")).send(session.create_text_message("x"))
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    assert consumer.receive(0) is None
    session.rollback()
    assert broker.bodies(DEAD) == ["a"]
    assert broker.bodies(Queue("sent")) == []


def test_without_a_limit_a_message_is_redelivered_forever(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=-1)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert fail(session, consumer, 50) == list(range(1, 51))


def test_the_default_is_six_redeliveries(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert fail(session, consumer, 50) == [1, 2, 3, 4, 5, 6, 7]


def test_an_empty_name_drops_the_message(broker: FakeBroker, caplog: pytest.LogCaptureFixture) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=0, dead_letter="")
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    consumer.receive(0)
    session.recover()
    with caplog.at_level(logging.WARNING, "jmslike.redelivery"):
        message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:b"
    assert broker.named("settle", "commit", "sender") == [("settle", ["ID:a"], None)]
    assert caplog.messages == ["ID:a from queue://q: gave up after 1 deliveries; dropped (no dead-letter queue)"]


def test_what_comes_from_a_dead_letter_queue_is_never_buried_again(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=0)
    consumer = session.create_consumer(DEAD)
    broker.put(text("a", DEAD))
    assert fail(session, consumer, 20) == list(range(1, 21))
    assert broker.named("commit") == []


def test_a_dead_letter_that_became_stale_is_left_to_others(broker: FakeBroker) -> None:
    """C7 of the SPI: the commit of a stale receipt fails as a whole."""
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.put(text("b"))
    subscription = broker.subscriptions[0]
    broker.at("commit", lambda: subscription.stale.add("ID:a"))
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:b"
    assert broker.bodies(DEAD) == []
    assert broker.named("close sender") == [("close sender", DEAD)]
    assert not consumer._intake.is_redelivering


def test_a_dead_letter_that_cannot_be_moved_is_kept_and_tried_again_after_a_second(broker: FakeBroker) -> None:
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.put(text("b"))
    broker.at("commit", TransactionRolledBackError("not now"))
    assert consumer.receive_no_wait() is None
    assert broker.bodies(DEAD) == []
    broker.clock.advance(0.9)
    assert consumer.receive_no_wait() is None
    broker.clock.advance(0.1)
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:b"
    assert broker.bodies(DEAD) == ["a"]


def test_other_errors_of_burying_reach_the_receiver(broker: FakeBroker) -> None:
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.at("commit", ConnectionLostError("gone"))
    with pytest.raises(ConnectionLostError, match="gone"):
        consumer.receive(0)
    assert broker.named("close sender") == [("close sender", DEAD)]
    assert consumer._gate.occupant is None


# ---- the delay ------------------------------------------------------------------------------------------------------


def test_nothing_later_is_delivered_before_the_delay_is_over(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5, redelivery_backoff=2)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive(0) is not None
    for delay in (5, 10, 20):
        session.recover()
        assert consumer.receive_no_wait() is None
        broker.clock.advance(delay - 0.25)
        assert consumer.receive_no_wait() is None
        broker.clock.advance(0.25)
        message = consumer.receive_no_wait()
        assert message is not None
        assert message.message_id == "ID:a"
    assert broker.bodies(QUEUE) == ["b"]


def test_a_receive_ends_when_the_redelivery_is_due(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    session.recover()
    for timeout in (None, 7):
        task = Task(consumer.receive, timeout)
        broker.clock.until_waiting()
        broker.clock.advance(4.9)
        assert task.goes_on()
        broker.clock.advance(0.1)
        message = task.end()
        assert message is not None
        session.recover()


def test_a_receive_ends_when_its_time_is_up_before_the_redelivery_is_due(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    session.recover()
    task = Task(consumer.receive, 3)
    broker.clock.until_waiting()
    broker.clock.advance(3)
    assert task.end() is None
    broker.clock.advance(2)
    assert consumer.receive_no_wait() is not None


def test_a_receive_that_waits_for_a_redelivery_is_woken_by_stop_and_close(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    session.recover()
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    connection_of(session).stop()
    broker.clock.advance(6)
    assert task.goes_on()
    consumer.close()
    assert task.end() is None
    assert broker.attempts(QUEUE) == [("a", 1)]


def test_a_stale_redelivery_is_not_waited_for(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive(0) is not None
    session.recover()
    broker.subscriptions[0].stale = {"ID:a"}
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:b"


def test_what_expires_while_it_waits_is_not_delivered_again(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a", expiration=int(broker.clock.now() * 1000) + 4000))
    assert consumer.receive(0) is not None
    session.recover()
    broker.clock.advance(5)
    assert consumer.receive_no_wait() is None
    assert broker.named("settle") == [("settle", ["ID:a"], None)]
