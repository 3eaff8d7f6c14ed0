"""What messages ask for by a header or property, and the provider does not do: said once, or refused."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jmslike import DeliveryMode, MessageProducer, Session, UnsupportedFeatureError
from jmslike.capabilities import NATIVE, Support, partial, unsupported
from tests.unit.core.conftest import shut
from tests.unit.core.fake import QUEUE, FakeBroker

BrokerWith = Callable[..., FakeBroker]

GAPS: dict[str, Support] = {
    "MESSAGE_GROUP": unsupported("use one consumer"),
    "PRIORITY": partial(ORD_02="a log has one order"),
    "TTL": partial("only what is read expires"),
    "PERSISTENCE": unsupported("it is in memory"),
}


def send_with_group(session: Session, producer: MessageProducer) -> None:
    message = session.create_text_message("a")
    message.set_string_property("JMSXGroupID", "g")
    producer.send(message)


WISHES: dict[str, Callable[[Session, MessageProducer], None]] = {
    "MESSAGE_GROUP": send_with_group,
    "PRIORITY": lambda session, producer: producer.send(session.create_message(), priority=5),
    "TTL": lambda session, producer: producer.send(session.create_message(), time_to_live=9),
    "PERSISTENCE": lambda session, producer: producer.send(
        session.create_message(), delivery_mode=DeliveryMode.PERSISTENT
    ),
}


def plain(session: Session, producer: MessageProducer) -> None:
    producer.send(session.create_message(), delivery_mode=DeliveryMode.NON_PERSISTENT)


@pytest.fixture
def broker_with() -> Iterator[Callable[..., FakeBroker]]:
    """Return a maker of brokers with these features, and close their connections at the end."""
    made: list[FakeBroker] = []

    def make(**features: Support) -> FakeBroker:
        made.append(FakeBroker(**features))
        return made[-1]

    yield make
    for broker in made:
        shut(broker)


class Completions:
    def __init__(self) -> None:
        self.ended: list[object] = []

    def on_completion(self, message: object) -> None:
        self.ended.append(message)

    def on_exception(self, message: object, error: Exception) -> None:
        self.ended.append(error)


@pytest.mark.parametrize("wish", ["MESSAGE_GROUP", "PRIORITY"])
def test_what_has_no_effect_is_logged_once_for_each_connection(
    broker_with: BrokerWith, wish: str, caplog: pytest.LogCaptureFixture
) -> None:
    broker = broker_with(**{wish: GAPS[wish]})
    for times in (1, 2):
        connection = broker.connect()
        for session in (connection.create_session(), connection.create_session()):
            for _ in range(2):
                WISHES[wish](session, session.create_producer(QUEUE))
        warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
        assert len(warnings) == times
        assert GAPS[wish].why in warnings[-1].getMessage()
        assert "strict=true" in warnings[-1].getMessage()
        connection.close()
    assert len(broker.named("send")) == 8


@pytest.mark.parametrize("wish", ["TTL", "PERSISTENCE"])
def test_the_log_has_nothing_about_defaults_and_partial_expiry(
    broker_with: BrokerWith, wish: str, caplog: pytest.LogCaptureFixture
) -> None:
    broker = broker_with(**{wish: GAPS[wish]})
    session = broker.session()
    WISHES[wish](session, session.create_producer(QUEUE))
    assert caplog.records == []


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
@pytest.mark.parametrize("wish", ["MESSAGE_GROUP", "PRIORITY", "TTL"])
def test_a_strict_connection_refuses_to_send_it(broker_with: BrokerWith, wish: str, mode: int) -> None:
    broker = broker_with(**{wish: GAPS[wish]})
    session = broker.session(mode, strict=True)
    producer = session.create_producer(QUEUE)
    with pytest.raises(UnsupportedFeatureError, match=GAPS[wish].why):
        WISHES[wish](session, producer)
    plain(session, producer)
    if mode == Session.SESSION_TRANSACTED:
        session.commit()
    assert len(broker.mailboxes[0].messages) == 1


def test_a_strict_connection_refuses_an_asynchronous_send_too(broker_with: BrokerWith) -> None:
    broker = broker_with(MESSAGE_GROUP=GAPS["MESSAGE_GROUP"])
    session = broker.session(strict="true")
    message = session.create_message()
    message.set_string_property("JMSXGroupID", "g")
    with session.create_producer(QUEUE) as producer:
        completions = Completions()
        with pytest.raises(UnsupportedFeatureError):
            producer.send(message, completion_listener=completions)
    assert completions.ended == []
    assert broker.named("send") == []


@pytest.mark.parametrize(
    ("gap", "call"),
    [
        ("BROWSE", lambda session: session.create_browser(QUEUE)),
        ("QUEUE_SELECTOR", lambda session: session.create_consumer(QUEUE, "n > 1")),
        ("TEMPORARY", lambda session: session.create_temporary_queue()),
    ],
)
def test_a_strict_connection_refuses_calls_for_what_is_done_in_part(
    broker_with: BrokerWith, gap: str, call: Callable[[Session], Any]
) -> None:
    broker = broker_with(**{gap: partial("only a little", QB_01="not quite")})
    call(broker.session())
    with pytest.raises(UnsupportedFeatureError, match="only a little; not quite"):
        call(broker.session(strict=True))


def test_a_strict_connection_sends_what_is_done_natively(broker_with: BrokerWith) -> None:
    broker = broker_with(**dict.fromkeys(GAPS, NATIVE))
    session = broker.session(strict=True)
    for wish in WISHES.values():
        wish(session, session.create_producer(QUEUE))
    assert len(broker.named("send")) == 4
