"""The delay before a redelivery: kept by the provider, or by the core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from jmslike.capabilities import EMULATED, NATIVE, Support
from jmslike.consumer import MessageConsumer
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import QUEUE, FakeBroker, Task, connection_of, text, texts


@pytest.fixture(params=[NATIVE, EMULATED], ids=["provider", "core"])
def broker(request: pytest.FixtureRequest) -> Iterator[FakeBroker]:
    """Return a broker that keeps what waits, or leaves that to the core."""
    yield from made(request.param)


def made(support: Support) -> Iterator[FakeBroker]:
    broker = FakeBroker(REDELIVERY_DELAY=support)
    yield broker
    shut(broker)


def received(consumer: MessageConsumer) -> Any:
    """Return the body that a receive finds, which does not wait."""
    message = consumer.receive_no_wait()
    return None if message is None else message._body


def test_a_redelivery_waits_longer_each_time(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5, redelivery_backoff=2)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert received(consumer) == "a"
    for count, delay in enumerate((5, 10, 20), 2):
        session.recover()
        assert received(consumer) is None
        broker.clock.advance(delay - 0.25)
        assert received(consumer) is None
        broker.clock.advance(0.25)
        message = consumer.receive_no_wait()
        assert message is not None
        assert (message._body, message.get_int_property("JMSXDeliveryCount")) == ("a", count)


def test_others_pass_what_waits_and_it_comes_first_when_it_is_due(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abcde"))
    assert [received(consumer), received(consumer)] == ["a", "b"]
    session.rollback()
    assert received(consumer) == "c"
    session.commit()
    broker.clock.advance(5)
    assert [received(consumer) for _ in range(5)] == ["a", "b", "d", "e", None]


def test_a_failure_meanwhile_is_redelivered_at_its_own_time(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert received(consumer) == "a"
    session.recover()
    broker.clock.advance(3)
    assert received(consumer) == "b"
    session.recover()
    broker.clock.advance(2)
    assert [received(consumer), received(consumer)] == ["a", None]
    broker.clock.advance(3)
    assert received(consumer) == "b"


def test_without_a_delay_the_order_is_kept(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abc"))
    assert [received(consumer), received(consumer)] == ["a", "b"]
    session.rollback()
    assert [received(consumer) for _ in range(3)] == ["a", "b", "c"]
    assert broker.named("postpone") == []


def test_a_message_for_a_receive_that_waits_for_a_redelivery_ends_it(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert received(consumer) == "a"
    session.recover()
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    broker.put(text("b"))
    message = task.end()
    assert message is not None
    assert message._body == "b"


def test_what_waits_when_its_consumer_closes_is_with_the_provider() -> None:
    for support, waits in ((NATIVE, True), (EMULATED, False)):
        for broker in made(support):
            session = broker.session(Session.SESSION_TRANSACTED, redelivery_delay=5)
            first, second = session.create_consumer(QUEUE), session.create_consumer(QUEUE)
            broker.put(*texts("ab"))
            assert [received(first), received(second)] == ["a", "b"]
            first.close()
            session.rollback()
            second.close()
            broker.clock.advance(0 if not waits else 5)
            third = session.create_consumer(QUEUE)
            again = [third.receive_no_wait(), third.receive_no_wait()]
            assert {message and message._body for message in again} == {"a", "b"}
            assert [message and message.get_int_property("JMSXDeliveryCount") for message in again] == [2, 2]


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
