"""Durable subscriptions, unshared and shared (SUB)."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from jmslike import (
    Connection,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    MessageConsumer,
    Session,
    Topic,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import attempt_of, is_silent, put, refused, rest_of, take, take_text, take_texts, texts_of

durable = requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID)
durable_and_shared = requires(Feature.DURABLE_SUBSCRIPTION, Feature.SHARED_SUBSCRIPTION)
Subscribe = Callable[[Session, Topic, str], MessageConsumer]
KINDS: list[Subscribe] = [
    lambda session, topic, name: session.create_durable_consumer(topic, name),
    lambda session, topic, name: session.create_shared_durable_consumer(topic, name),
]
both_orders = pytest.mark.parametrize(("first", "second"), [KINDS, KINDS[::-1]], ids=["unshared", "shared"])


def client(jms: Provider, client_id: str | None = None) -> Connection:
    """Return a connection with this client id, by default a new one."""
    return jms.connection(client_id=client_id or jms.name("client"))


@durable
def test_an_unshared_durable_subscription_needs_a_client_id(jms: Provider) -> None:
    """SUB-07: without one it raises IllegalStateError, under both of its names."""
    session, topic = jms.connection().create_session(), jms.topic()
    with pytest.raises(IllegalStateError):
        session.create_durable_consumer(topic, jms.name())
    with pytest.raises(IllegalStateError):
        session.create_durable_subscriber(topic, jms.name())


@durable
def test_a_durable_subscription_belongs_to_its_client_id(jms: Provider) -> None:
    """SUB-08: the same name under two client ids are two subscriptions."""
    sessions, topic, name = [client(jms).create_session() for _ in range(2)], jms.topic(), jms.name()
    consumers = [session.create_durable_consumer(topic, name) for session in sessions]
    put(sessions[0], topic, "1")
    assert [take_text(jms, consumer) for consumer in consumers] == ["1", "1"]
    for session, consumer in zip(sessions, consumers, strict=True):
        consumer.close()
        session.unsubscribe(name)


@durable
def test_a_durable_subscription_keeps_messages_while_inactive(jms: Provider) -> None:
    """SUB-09, SUB-13: without a consumer, and with its connection closed; it resumes where it was."""
    client_id, topic, name = jms.name("client"), jms.topic(), jms.name()
    connection, sending = client(jms, client_id), jms.connection().create_session()
    session = connection.create_session()
    with session.create_durable_consumer(topic, name) as consumer:
        put(sending, topic, "1", "2")
        assert take_texts(jms, consumer, 2) == ["1", "2"]
    put(sending, topic, "3")
    with session.create_durable_consumer(topic, name) as consumer:
        assert take_text(jms, consumer) == "3"
    connection.close()
    put(sending, topic, "4")
    session = client(jms, client_id).create_session()
    with session.create_durable_consumer(topic, name) as consumer:
        assert take_text(jms, consumer) == "4"
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID, Feature.TTL)
def test_messages_expire_in_an_inactive_subscription(jms: Provider) -> None:
    """SUB-10: a message whose time to live is over is not delivered on resume."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name):
        pass
    session.create_producer(topic).send(session.create_text_message("short"), time_to_live=0.01)
    put(session, topic, "long")
    Event().wait(0.02)
    with session.create_durable_consumer(topic, name) as consumer:
        assert take_text(jms, consumer) == "long"
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@durable
def test_a_durable_subscription_has_one_consumer_at_a_time(jms: Provider) -> None:
    """SUB-11: a second active one raises JMSError, from any session; the first continues."""
    connection, topic, name = client(jms), jms.topic(), jms.name()
    session = connection.create_session()
    with session.create_durable_consumer(topic, name) as consumer:
        for other in (session, connection.create_session()):
            with pytest.raises(JMSError):
                other.create_durable_consumer(topic, name)
        put(session, topic, "1")
        assert take_text(jms, consumer) == "1"
    session.unsubscribe(name)


@durable
def test_another_topic_starts_a_durable_subscription_anew(jms: Provider) -> None:
    """SUB-12: the messages of the old topic are gone, and no more of them come."""
    session, topics, name = client(jms).create_session(), [jms.topic(), jms.topic()], jms.name()
    with session.create_durable_consumer(topics[0], name):
        put(session, topics[0], "old")
    with session.create_durable_consumer(topics[1], name) as consumer:
        put(session, topics[0], "old")
        put(session, topics[1], "new")
        assert take_text(jms, consumer) == "new"
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID, Feature.TOPIC_SELECTOR)
def test_another_selector_starts_a_durable_subscription_anew(jms: Provider) -> None:
    """SUB-29: the messages that were kept under the old selector are gone."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    for selector in (None, "JMSType = 'a'", "JMSType IS NULL"):
        with session.create_durable_consumer(topic, name, selector) as consumer:
            assert is_silent(jms, consumer)
        put(session, topic, "1")
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID, Feature.NO_LOCAL)
def test_another_no_local_starts_a_durable_subscription_anew(jms: Provider) -> None:
    """SUB-12: the messages that were kept under the old setting are gone."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name):
        put(jms.connection().create_session(), topic, "1")
    with session.create_durable_consumer(topic, name, None, True) as consumer:
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@durable
def test_no_selector_and_an_empty_one_are_the_same(jms: Provider) -> None:
    """SUB-13: a durable subscription resumes without loss when None and "" take turns."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name):
        put(session, topic, "1", "2")
    with session.create_durable_consumer(topic, name, "") as consumer:
        assert take_text(jms, consumer) == "1"
    with session.create_durable_consumer(topic, name, None) as consumer:
        assert take_text(jms, consumer) == "2"
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID, Feature.NO_LOCAL)
def test_a_durable_no_local_subscription_keeps_out_its_own_client(jms: Provider) -> None:
    """SUB-14: also while it is inactive, and from a later connection with the same client id."""
    client_id, topic, name = jms.name("client"), jms.topic(), jms.name()
    connection, sending = client(jms, client_id), jms.connection().create_session()
    session = connection.create_session()
    with session.create_durable_consumer(topic, name, None, True) as consumer:
        put(session, topic, "own")
        put(sending, topic, "1")
        assert take_text(jms, consumer) == "1"
    put(session, topic, "own")
    connection.close()
    session = client(jms, client_id).create_session()
    put(session, topic, "own")
    put(sending, topic, "2")
    with session.create_durable_consumer(topic, name, None, True) as consumer:
        assert take_text(jms, consumer) == "2"
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@durable_and_shared
def test_a_shared_durable_subscription_has_many_consumers(jms: Provider) -> None:
    """SUB-15: without a client id; it survives without consumers, and each message goes to one of them."""
    topic, name = jms.topic(), jms.name()
    connections = [jms.connection(), jms.connection()]
    sending = jms.connection().create_session()
    for connection in connections:
        connection.create_session().create_shared_durable_consumer(topic, name)
    for connection in connections:
        connection.close()
    put(sending, topic, "1", "2", "3", "4")
    session = jms.connection().create_session()
    consumers = [session.create_shared_durable_consumer(topic, name) for _ in range(2)]
    received = [rest_of(jms, consumer) for consumer in consumers]
    assert sorted(str(text) for texts in received for text in texts) == ["1", "2", "3", "4"]
    for consumer in consumers:
        consumer.close()
    session.unsubscribe(name)


@durable_and_shared
def test_a_shared_durable_subscription_changes_only_while_inactive(jms: Provider) -> None:
    """SUB-16: another topic raises JMSError while a consumer is open, and starts it again, empty, when none is."""
    session, topics, name = jms.connection().create_session(), [jms.topic(), jms.topic()], jms.name()
    with session.create_shared_durable_consumer(topics[0], name):
        with pytest.raises(JMSError):
            session.create_shared_durable_consumer(topics[1], name)
        put(session, topics[0], "old")
    with session.create_shared_durable_consumer(topics[1], name) as consumer:
        put(session, topics[0], "old")
        put(session, topics[1], "new")
        assert take_text(jms, consumer) == "new"
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.SHARED_SUBSCRIPTION, Feature.TOPIC_SELECTOR)
def test_a_shared_durable_selector_changes_only_while_inactive(jms: Provider) -> None:
    """SUB-28: another selector raises JMSError while a consumer is open, and starts it again, empty, when none is."""
    session, topic, name = jms.connection().create_session(), jms.topic(), jms.name()
    with session.create_shared_durable_consumer(topic, name):
        with pytest.raises(JMSError):
            session.create_shared_durable_consumer(topic, name, "n = 1")
        put(session, topic, "old")
    with session.create_shared_durable_consumer(topic, name, "JMSType IS NULL") as consumer:
        assert is_silent(jms, consumer)
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.SHARED_SUBSCRIPTION, Feature.CLIENT_ID)
@both_orders
def test_an_active_durable_subscription_is_shared_or_not(jms: Provider, first: Subscribe, second: Subscribe) -> None:
    """SUB-11: an unshared one takes no shared consumer, and a shared one no unshared consumer."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with first(session, topic, name), refused():
        second(session, topic, name)
    session.unsubscribe(name)


@requires(Feature.DURABLE_SUBSCRIPTION, Feature.SHARED_SUBSCRIPTION, Feature.CLIENT_ID)
@both_orders
def test_a_durable_subscription_stays_shared_or_not(jms: Provider, first: Subscribe, second: Subscribe) -> None:
    """SUB-17: a name with its client id is either shared or not, also while it is inactive."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with first(session, topic, name):
        pass
    with refused():
        second(session, topic, name)
    session.unsubscribe(name)


@durable
def test_unsubscribe_deletes_an_inactive_subscription(jms: Provider) -> None:
    """SUB-19: with its messages; a later one of the name starts empty."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name):
        put(session, topic, "1")
    session.unsubscribe(name)
    put(session, topic, "2")
    with session.create_durable_consumer(topic, name) as consumer:
        assert is_silent(jms, consumer)
        put(session, topic, "3")
        assert take_text(jms, consumer) == "3"
    session.unsubscribe(name)


@durable
def test_unsubscribe_deletes_what_an_earlier_connection_has_subscribed(jms: Provider) -> None:
    """SUB-19: over another connection with the same client id."""
    topic, name, factory = jms.topic(), jms.name(), jms.factory(client_id=jms.name())
    with factory.create_context() as context:
        context.create_durable_consumer(topic, name).close()
        context.create_producer().send(topic, "1")
    with factory.create_context() as context:
        context.unsubscribe(name)
        with context.create_durable_consumer(topic, name) as consumer:
            assert is_silent(jms, consumer)
        context.unsubscribe(name)


@durable
def test_unsubscribe_of_an_active_subscription_is_refused(jms: Provider) -> None:
    """SUB-20: it raises JMSError and changes nothing."""
    session, topic, name = client(jms).create_session(), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name) as consumer:
        put(session, topic, "1")
        with pytest.raises(JMSError):
            session.unsubscribe(name)
        put(session, topic, "2")
        assert take_texts(jms, consumer, 2) == ["1", "2"]
    session.unsubscribe(name)


@durable
@pytest.mark.parametrize("mode", [Session.CLIENT_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_unsubscribe_with_unsettled_messages_is_refused(jms: Provider, mode: int) -> None:
    """SUB-21: it raises JMSError while a message of the subscription is unacknowledged or in an open transaction."""
    session, topic, name = client(jms).create_session(mode), jms.topic(), jms.name()
    with session.create_durable_consumer(topic, name) as consumer:
        put(jms.connection().create_session(), topic, "1")
        message = take(jms, consumer)
    with pytest.raises(JMSError):
        session.unsubscribe(name)
    if mode == Session.SESSION_TRANSACTED:
        session.commit()
    else:
        message.acknowledge()
    session.unsubscribe(name)


@durable
def test_unsubscribe_of_an_unknown_name_is_refused(jms: Provider) -> None:
    """SUB-22: it raises InvalidDestinationError."""
    session = client(jms).create_session()
    with pytest.raises(InvalidDestinationError):
        session.unsubscribe(jms.name())


@durable
@pytest.mark.parametrize("name", ["Az09_.-", "n" * 128])
def test_a_subscription_name_may_be_long(jms: Provider, name: str) -> None:
    """SUB-23: letters, digits, _ . - and 128 characters work."""
    session, topic = client(jms).create_session(), jms.topic()
    with session.create_durable_consumer(topic, name) as consumer:
        put(session, topic, "1")
        assert take_text(jms, consumer) == "1"
    session.unsubscribe(name)


@durable
@pytest.mark.parametrize("name", [None, ""])
def test_a_durable_subscription_needs_a_name(jms: Provider, name: str | None) -> None:
    """SUB-23: None and "" raise JMSError."""
    session = client(jms).create_session()
    with pytest.raises(JMSError):
        session.create_durable_consumer(jms.topic(), name)  # type: ignore[arg-type]


@durable
def test_unacknowledged_messages_of_a_durable_consumer_come_again(jms: Provider) -> None:
    """SUB-24: to the next consumer of the subscription, marked as redelivered."""
    connection, topic, name = client(jms), jms.topic(), jms.name()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_durable_consumer(topic, name)
    put(connection.create_session(), topic, "1", "2")
    assert take_text(jms, consumer) == "1"
    session.close()
    session = connection.create_session()
    with session.create_durable_consumer(topic, name) as consumer:
        again = [take(jms, consumer), take(jms, consumer)]
        assert texts_of(again) == ["1", "2"]
        assert [attempt_of(message) for message in again] == [(True, 2), (False, 1)]
    session.unsubscribe(name)
