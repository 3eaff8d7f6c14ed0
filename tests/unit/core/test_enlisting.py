"""C16: a provider whose transactions take sends at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.session import Session
from tests.unit.core.conftest import shut
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, ReturningBroker, text


@pytest.fixture
def broker() -> Iterator[FakeBroker]:
    """Return a broker whose transactions take sends at once; its connections are closed at the end of the test."""
    broker = ReturningBroker()
    yield broker
    shut(broker)


@pytest.fixture
def session(broker: FakeBroker) -> Session:
    """Open a transacted session."""
    return broker.session(Session.SESSION_TRANSACTED)


def sent(broker: FakeBroker) -> list[object]:
    return broker.bodies(OTHER)


def test_a_send_goes_to_the_provider_at_once(broker: FakeBroker, session: Session) -> None:
    """TX-02, TX-03: and the commit, which brings no sends, ends its transaction."""
    session.create_producer(OTHER).send(session.create_text_message("1"))
    assert [envelope.body for _, envelope in broker.named("enlist")] == ["1"]
    assert sent(broker) == []
    session.commit()
    assert sent(broker) == ["1"]
    assert [sends for _, sends, *_ in broker.named("commit")] == [[]]
    session.commit()
    assert len(broker.named("commit")) == 1


def test_a_rollback_settles_first_and_then_discards(broker: FakeBroker, session: Session) -> None:
    """TX-04, TX-06: so the provider hears of the attempts before it undoes all."""
    broker.put(text("in"))
    received = session.create_consumer(QUEUE).receive_no_wait()
    session.create_producer(OTHER).send(session.create_text_message("no"))
    assert received is not None
    session.rollback()
    assert [name for name, *_ in broker.calls if name in ("settle", "discard")] == ["settle", "discard"]
    assert sent(broker) == []
    session.create_producer(OTHER).send(session.create_text_message("yes"))
    session.commit()
    assert sent(broker) == ["yes"]


def test_a_rollback_discards_although_the_provider_refuses_a_settlement(broker: FakeBroker, session: Session) -> None:
    """TX-04: the next transaction has nothing of this one."""
    broker.put(text("in"))
    session.create_consumer(QUEUE).receive_no_wait()
    session.create_producer(OTHER).send(session.create_text_message("no"))
    broker.at("settle", JMSError("no"))
    with pytest.raises(JMSError):
        session.rollback()
    assert len(broker.named("discard")) == 1


def test_a_send_that_fails_raises_at_once(broker: FakeBroker, session: Session) -> None:
    """TX-13: the rest of the transaction is as before."""
    producer = session.create_producer(OTHER)
    producer.send(session.create_text_message("1"))
    broker.at("enlist", InvalidDestinationError("gone"))
    with pytest.raises(InvalidDestinationError):
        producer.send(session.create_text_message("2"))
    session.commit()
    assert sent(broker) == ["1"]


def test_a_completion_is_called_when_the_transaction_has_the_message(broker: FakeBroker, session: Session) -> None:
    """PROD-22: the commit is what confirms it."""
    ends: list[object] = []

    class Listener:
        def on_completion(self, message: object) -> None:
            ends.append(message)

        def on_exception(self, message: object, error: Exception) -> None:
            raise AssertionError(error)

    message = session.create_text_message("1")
    session.create_producer(OTHER).send(message, completion_listener=Listener())
    session.commit()
    assert ends == [message]
    assert sent(broker) == ["1"]
