"""The limit, the delay and the dead-letter queue (section 8.7)."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from jmslike.capabilities import EMULATED, NATIVE, Support
from jmslike.consumer import MessageConsumer
from jmslike.core.redelivery import RedeliveryPolicy, dead_letter_of, reason_of
from jmslike.destinations import Destination, Queue, TemporaryQueue, Topic
from jmslike.errors import ConnectionLostError, TransactionRolledBackError
from jmslike.message import Message
from jmslike.session import Session
from jmslike.spi import Headers
from tests.unit.core.conftest import shut
from tests.unit.core.fake import QUEUE, TOPIC, FakeBroker, text, texts

DEAD = Queue("DLQ.q")
PASSING = [NATIVE, EMULATED]


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
    [(0, 5, 20, 0), (2, 1, 1, 2), (2, 1, 7, 2), (2, 3, 1, 2), (2, 3, 2, 6), (2, 3, 3, 18), (0.5, 1.5, 2, 0.75)],
)
def test_each_attempt_waits_longer_by_the_backoff(delay: float, backoff: float, attempts: int, seconds: float) -> None:
    assert policy(delay=delay, backoff=backoff).delay_before(attempts) == seconds


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 0), (20, 0), (21, 0.001), (22, 0.002), (31, 1.024), (35, 16.384), (36, 30), (10**6, 30)],
)
def test_without_a_delay_a_message_that_goes_on_failing_comes_ever_later(attempts: int, seconds: float) -> None:
    assert policy(-1).delay_before(attempts) == seconds


@pytest.mark.parametrize(
    ("limit", "dead_letter", "destination", "queue"),
    [
        (6, "DLQ.{name}", QUEUE, DEAD),
        (0, "DLQ.{name}", TOPIC, Queue("DLQ.t")),
        (-1, "DLQ.{name}", QUEUE, None),
        (6, "DLQ.{name}", DEAD, None),
        (6, "", QUEUE, None),
    ],
)
def test_a_consumer_knows_where_its_dead_letters_go(
    limit: int, dead_letter: str, destination: Destination, queue: Queue | None
) -> None:
    assert policy(limit, dead_letter=dead_letter).dead_letters_of(destination) == queue


class MuteError(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no such order"), "ValueError: no such order"),
        (KeyError("id"), "KeyError: 'id'"),
        (RuntimeError(), "RuntimeError"),
        (ValueError("two\nlines,\ta tab, \x00 and \ud800"), "ValueError: two lines, a tab, ? and ?"),
        (ValueError("x" * 1000), f"ValueError: {'x' * 485}..."),
    ],
)
def test_the_reason_is_one_line_of_the_exception(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
    assert len(reason) <= 500


def test_an_exception_without_a_text_has_a_reason() -> None:
    assert "Mute" in reason_of(MuteError())


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


def received(consumer: MessageConsumer) -> Any:
    """Return the body that a receive finds, which does not wait."""
    message = consumer.receive_no_wait()
    return None if message is None else message._body


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
    assert fail(session, consumer, 50) == list(range(1, 22))
    broker.clock.advance(0.001)
    assert fail(session, consumer, 50) == [22]
    for count in range(23, 50):
        broker.clock.advance(30)
        assert fail(session, consumer, 50) == [count]


def test_what_comes_behind_a_message_without_a_limit_passes_it(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=-1)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    fail(session, consumer, 21)
    broker.put(text("b"))
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:b"


def test_a_message_that_has_failed_too_often_is_a_dead_letter_at_once(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, max_redeliveries=1, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert fail(session, consumer, 1) == [1]
    broker.clock.advance(5)
    assert fail(session, consumer, 1) == [2]
    assert broker.bodies(DEAD) == ["a"]


def test_a_dead_letter_of_a_temporary_queue_says_so() -> None:
    """By its name alone it would look like a queue to which it could go back."""
    letter = dead_letter_of(text("a", destination=TemporaryQueue("t")), DEAD, 1, "because")
    assert letter.properties["JMS_jmslike_original_destination"] == "temporary-queue://t"


def test_a_dead_letter_of_a_closed_consumer_goes_at_once(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED, max_redeliveries=0)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    consumer.close()
    session.rollback()
    assert broker.bodies(DEAD) == ["a"]
    assert broker.bodies(QUEUE) == []


def test_a_loss_while_a_dead_letter_moves_is_told_by_what_follows(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED, max_redeliveries=0)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    broker.at("commit", broker.cut)
    broker.at("sender", lambda: None)
    session.rollback()
    with pytest.raises(ConnectionLostError):
        consumer.receive(0)


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


@pytest.mark.parametrize("passing", PASSING)
def test_what_follows_passes_a_dead_letter_that_cannot_be_moved(passing: Support) -> None:
    broker = FakeBroker(REDELIVERY_DELAY=passing)
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.put(*texts("bc"))
    broker.at("commit", TransactionRolledBackError("not now"))
    assert received(consumer) == "b"
    broker.clock.advance(0.9)
    assert received(consumer) == "c"
    assert broker.bodies(DEAD) == []
    broker.clock.advance(0.1)
    assert received(consumer) is None
    assert broker.bodies(DEAD) == ["a"]
    shut(broker)


def test_a_dead_letter_is_tried_again_ever_later_until_one_is_moved(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    for pause in (1, 2, 4, 8, 16, 30, 30):
        broker.at("commit", TransactionRolledBackError("not now"))
        assert received(consumer) is None
        assert f"retrying in {pause} s: not now" in caplog.messages[-1]
        broker.clock.advance(pause)
    assert received(consumer) is None
    assert broker.bodies(DEAD) == ["a"]
    broker.put(text("b"), attempts=1)
    broker.at("commit", TransactionRolledBackError("not now"))
    assert received(consumer) is None
    assert "retrying in 1 s" in caplog.messages[-1]


def test_other_errors_of_burying_reach_the_receiver(broker: FakeBroker) -> None:
    consumer = broker.session(max_redeliveries=0).create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    broker.at("commit", ConnectionLostError("gone"))
    with pytest.raises(ConnectionLostError, match="gone"):
        consumer.receive(0)
    assert broker.named("close sender") == [("close sender", DEAD)]
    assert consumer._gate.occupant is None
