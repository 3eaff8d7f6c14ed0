"""Transactions (section 6.2.7): one commit with everything, and the state after each kind of failure."""

from __future__ import annotations

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.session import Session
from tests.unit.core.fake import OTHER, QUEUE, TOPIC, FakeBroker, Task, text, texts
from tests.unit.core.listeners import Told

TRANSACTED = Session.SESSION_TRANSACTED


def test_commit_sends_and_accepts_everything_at_once(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    here, there = session.create_consumer(QUEUE), session.create_consumer(TOPIC)
    broker.put(*texts("ab"), text("x", TOPIC))
    assert here.receive(0)
    assert there.receive(0)
    assert here.receive(0)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    session.create_producer().send(QUEUE, session.create_text_message("2"))
    assert broker.named("send", "settle", "commit") == []
    assert broker.bodies(OTHER) == []
    session.commit()
    ((_, sends, settlements, dead_letters),) = broker.named("commit")
    assert [(envelope.destination, envelope.body) for envelope in sends] == [(OTHER, "1"), (QUEUE, "2")]
    on_queue, on_topic = broker.subscriptions
    assert settlements == [(on_queue, ["ID:a", "ID:b"], None), (on_topic, ["ID:x"], None)]
    assert dead_letters is False
    assert broker.named("send", "settle") == []
    session.commit()
    assert len(broker.named("commit")) == 1


def test_sends_alone_and_receives_alone_are_committed(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    session.commit()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    session.commit()
    first, second = broker.named("commit")
    assert (len(first[1]), first[2]) == (1, [])
    assert (second[1], len(second[2])) == ([], 1)


def test_an_empty_transaction_asks_nothing_of_the_transport(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    session.create_consumer(QUEUE).receive(0)
    broker.calls.clear()
    session.commit()
    session.rollback()
    assert broker.calls == []


def test_rollback_drops_what_was_sent_and_redelivers_what_was_received(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive(0)
    assert consumer.receive(0)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    session.rollback()
    again = [consumer.receive(0), consumer.receive(0)]
    assert [(m.message_id, m.get_int_property("JMSXDeliveryCount")) for m in again if m] == [("ID:a", 2), ("ID:b", 2)]
    session.commit()
    ((_, sends, settlements, _),) = broker.named("commit")
    assert sends == []
    assert settlements == [(broker.subscriptions[0], ["ID:a", "ID:b"], None)]


def test_a_commit_that_was_rolled_back_delivers_again(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    broker.at("commit", TransactionRolledBackError("full"))
    with pytest.raises(TransactionRolledBackError, match="full"):
        session.commit()
    message = consumer.receive(0)
    assert message is not None
    assert message.get_int_property("JMSXDeliveryCount") == 2
    session.commit()
    assert broker.named("commit")[1][1] == []
    assert broker.bodies(OTHER) == []


@pytest.mark.parametrize("error", [TransactionInDoubtError, ConnectionLostError])
def test_after_a_commit_in_doubt_the_transaction_is_new(broker: FakeBroker, error: type[JMSError]) -> None:
    session = broker.session(TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    broker.at("commit", error("what now"))
    with pytest.raises(error, match="what now"):
        session.commit()
    assert consumer.receive(0) is None
    session.commit()
    session.rollback()
    assert len(broker.named("commit")) == 1


def test_closing_drops_what_was_sent_and_releases_what_was_received(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    assert consumer.receive(0)
    session.create_producer(OTHER).send(session.create_text_message("1"))
    session.close()
    assert broker.named("commit", "send") == []
    assert broker.named("settle") == [("settle", ["ID:a"], 1)]
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 0)]
    assert broker.bodies(OTHER) == []
    assert session._state.outbox.take_pending() == []


def test_commit_and_rollback_wait_for_completion_listeners(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    told = Told()
    message = session.create_text_message("1")
    session.create_producer(OTHER).send(message, completion_listener=told)
    session.commit()
    assert told.next() == (message, None)
    assert broker.bodies(OTHER) == ["1"]
    again = session.create_text_message("2")
    session.create_producer(OTHER).send(again, completion_listener=told)
    session.rollback()
    assert told.next() == (again, None)
    assert broker.bodies(OTHER) == ["1"]


@pytest.mark.parametrize("mode", [mode for mode in SessionMode if mode != TRANSACTED])
def test_only_a_transacted_session_can_commit(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    assert not session.transacted
    assert session.acknowledge_mode == mode
    for act, name in ((session.commit, "commit"), (session.rollback, "rollback")):
        with pytest.raises(IllegalStateError, match=rf"^{name}\(\) needs a transacted session: .*SESSION_TRANSACTED"):
            act()


def test_a_closed_session_cannot_commit(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    assert session.transacted
    session.close()
    for act in (session.commit, session.rollback):
        with pytest.raises(IllegalStateError, match="session is closed"):
            act()


def test_a_listener_may_commit_what_it_was_given(broker: FakeBroker) -> None:
    session = broker.session(TRANSACTED)
    done = Task(broker.until, lambda: len(broker.named("commit")) == 2)
    session.create_consumer(QUEUE).message_listener = lambda message: session.commit()
    broker.put(*texts("ab"))
    done.end()
    assert [call[2] for call in broker.named("commit")] == [
        [(broker.subscriptions[0], ["ID:a"], None)],
        [(broker.subscriptions[0], ["ID:b"], None)],
    ]
    session.close()
    assert broker.named("settle") == []
