"""Message listeners that raise (section 8.7), and the redelivery of their messages."""

from __future__ import annotations

from queue import SimpleQueue

import pytest

from jmslike.capabilities import EMULATED
from jmslike.clock import SystemClock
from jmslike.constants import SessionMode
from jmslike.destinations import Queue
from jmslike.errors import JMSError, ResourceAllocationError
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, connection_of, text, texts
from tests.unit.core.listeners import AUTOMATIC, MANUAL, Seen, fail, idle


@pytest.mark.parametrize("mode", AUTOMATIC)
def test_a_message_whose_listener_failed_comes_again_at_once(
    broker: FakeBroker, mode: int, caplog: pytest.LogCaptureFixture
) -> None:
    session = broker.session(mode)
    seen = Seen(fail, fail)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    got = [seen.next() for _ in range(4)]
    assert [message._body for message in got] == ["a", "a", "a", "b"]
    assert [message.get_int_property("JMSXDeliveryCount") for message in got] == [1, 2, 3, 1]
    assert [message.redelivered for message in got] == [False, True, True, False]
    assert (
        caplog.messages.count("a message listener of queue://q raised an exception at ID:a; the message is redelivered")
        == 2
    )
    assert "the listener's own trouble" in caplog.text
    session.close()
    settled = [body for call in broker.named("settle") for body in call[1]]
    assert settled == ["ID:a", "ID:b"]
    assert {call[2] for call in broker.named("settle")} == {None}


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        (Session.CLIENT_ACKNOWLEDGE, "the next acknowledge() takes the message, unless recover() redelivers it"),
        (Session.SESSION_TRANSACTED, "the next commit() takes the message, unless rollback() redelivers it"),
        (Session.INDIVIDUAL_ACKNOWLEDGE, "the message stays unacknowledged until recover() redelivers it"),
    ],
)
def test_the_log_says_what_becomes_of_the_message(
    broker: FakeBroker, mode: int, rule: str, caplog: pytest.LogCaptureFixture
) -> None:
    session = broker.session(mode)
    seen = Seen(fail)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    assert seen.bodies(2) == ["a", "b"]
    assert caplog.messages[0].startswith(f"a message listener of queue://q raised an exception at ID:a; {rule}")


def test_the_log_knows_of_a_listener_that_recovers_by_itself(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)

    def roll_back_and_raise() -> None:
        session.rollback()
        fail()

    seen = Seen(roll_back_and_raise)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    assert seen.bodies(3) == ["a", "a", "b"]
    assert caplog.messages[0].endswith("the listener itself has settled or recovered the message")


@pytest.mark.parametrize("mode", MANUAL)
def test_elsewhere_a_failed_message_stays_unacknowledged(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    seen = Seen(fail)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    assert seen.bodies(2) == ["a", "b"]
    assert seen.nothing_more()
    session.close()
    assert sorted(broker.named("settle")) == [("settle", ["ID:a"], 1), ("settle", ["ID:b"], 1)]


def test_a_listener_that_always_fails_sends_its_message_to_the_dead_letter_queue(broker: FakeBroker) -> None:
    session = broker.session(max_redeliveries=2)
    seen = Seen(fail, fail, fail)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(4) == ["a", "a", "a", "b"]
    assert broker.bodies(Queue("DLQ.q")) == ["a"]


@pytest.mark.parametrize("mode", AUTOMATIC)
def test_a_dead_letter_says_what_the_listener_raised(broker: FakeBroker, mode: int) -> None:
    seen = Seen(fail)
    broker.session(mode, max_redeliveries=0).create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    ((letter, _),) = broker.queue(Queue("DLQ.q")).messages
    assert letter.properties["JMS_jmslike_reason"] == "RuntimeError: the listener's own trouble"


@pytest.mark.parametrize("mode", MANUAL)
def test_a_dead_letter_says_what_the_listener_raised_before_the_application_gave_it_back(
    broker: FakeBroker, mode: int
) -> None:
    session = broker.session(mode, max_redeliveries=0)

    def give_back() -> None:
        session.rollback() if session.transacted else session.recover()

    seen = Seen(fail, give_back)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    broker.until(lambda: len(broker.queue(Queue("DLQ.q")).messages) == 2)
    reasons = [letter.properties["JMS_jmslike_reason"] for letter, _ in broker.queue(Queue("DLQ.q")).messages]
    assert reasons == ["RuntimeError: the listener's own trouble", "delivered 1 times without being acknowledged"]


@pytest.mark.parametrize("mode", SessionMode)
def test_a_dead_letter_says_which_exception_was_handled_when_its_listener_gave_it_back(
    broker: FakeBroker, mode: int
) -> None:
    session = broker.session(mode, max_redeliveries=0)

    def give_back_and_raise() -> None:
        try:
            fail()
        except RuntimeError:
            session.rollback() if session.transacted else session.recover()
            raise

    seen = Seen(give_back_and_raise)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    ((letter, _),) = broker.queue(Queue("DLQ.q")).messages
    assert letter.properties["JMS_jmslike_reason"] == "RuntimeError: the listener's own trouble"


@pytest.mark.parametrize("mode", MANUAL)
def test_a_dead_letter_says_which_exception_was_handled_when_a_receiver_gave_it_back(
    broker: FakeBroker, mode: int
) -> None:
    session = broker.session(mode, max_redeliveries=0)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    try:
        assert consumer.receive_no_wait() is not None
        raise KeyError("no such order")
    except KeyError:
        session.rollback() if session.transacted else session.recover()
    ((letter, _),) = broker.queue(Queue("DLQ.q")).messages
    assert letter.properties["JMS_jmslike_reason"] == "KeyError: 'no such order'"


def test_the_redelivery_delay_holds_for_listeners() -> None:
    broker = FakeBroker(REDELIVERY_DELAY=EMULATED)
    session = broker.session(redelivery_delay=60)
    seen, elsewhere = Seen(fail), Seen()
    session.create_consumer(QUEUE).message_listener = seen
    session.create_consumer(OTHER).message_listener = elsewhere
    broker.put(*texts("ab"))
    assert seen.bodies(2) == ["a", "b"]
    broker.put(text("x", OTHER))
    assert elsewhere.bodies(1) == ["x"]
    assert seen.nothing_more()
    broker.clock.advance(60)
    broker.put(text("y", OTHER))
    assert seen.bodies(1) == ["a"]
    assert elsewhere.bodies(1) == ["y"]
    shut(broker)


def test_the_thread_wakes_by_itself_when_a_redelivery_is_due() -> None:
    broker = FakeBroker(SystemClock(), REDELIVERY_DELAY=EMULATED)
    session = broker.session(redelivery_delay=0.02)
    seen, elsewhere = Seen(fail, lambda: None, fail), Seen(fail)
    session.create_consumer(OTHER).message_listener = elsewhere
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"), text("x", OTHER))
    assert seen.bodies(4) == ["a", "b", "a", "a"]
    assert elsewhere.bodies(2) == ["x", "x"]
    shut(broker)


def test_a_redelivery_that_is_due_while_stopped_waits_for_start() -> None:
    broker = FakeBroker(SystemClock(), REDELIVERY_DELAY=EMULATED)
    session = broker.session(redelivery_delay=0.02)
    seen = Seen(fail)
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    connection_of(session).stop()
    assert seen.nothing_more()
    assert seen.nothing_more()
    connection_of(session).start()
    assert seen.bodies(1) == ["a"]
    shut(broker)


@pytest.mark.parametrize("mode", [mode for mode in SessionMode if mode != Session.SESSION_TRANSACTED])
def test_a_listener_may_recover(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    seen = Seen(session.recover)
    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = seen
    got = [seen.next() for _ in range(3)]
    assert [message._body for message in got] == ["a", "a", "b"]
    assert got[1].get_int_property("JMSXDeliveryCount") == 2


def test_recover_by_the_sessions_thread_wakes_the_listener(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    session.recover()
    assert seen.bodies(1) == ["a"]


def test_a_stale_redelivery_does_not_hide_the_next_message_from_a_listener(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    seen = Seen()
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(text("a"))
    assert seen.bodies(1) == ["a"]
    idle(session)
    subscription = broker.subscriptions[0]
    subscription.stale = {"ID:a"}
    subscription.callback = None  # the message comes without a call; the thread finds it when it looks
    broker.put(text("b"))
    session.recover()
    assert seen.bodies(1) == ["b"]


def test_an_error_of_the_transport_ends_delivery_and_is_reported(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session()
    connection_of(session).exception_listener = reported.put
    seen = Seen()
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = seen
    idle(session)
    error = ResourceAllocationError("no room for dead letters")
    broker.at("take", error)
    broker.put(text("a"))
    assert reported.get(timeout=PATIENCE) is error
    assert seen.nothing_more()
    assert caplog.messages == [
        f"jmslike-listener-{session._state.name} stopped delivering to its listeners: no room for dead letters"
    ]
    session.close()
