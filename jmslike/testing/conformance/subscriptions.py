"""Topics and their subscriptions: unshared and shared, not durable (SUB)."""

from __future__ import annotations

import pytest

from jmslike import JMSError, Session
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.steps import consumer_of, is_silent, put, rest_of, take, take_text, take_texts, text_of

needs_sharing = requires(Feature.SHARED_SUBSCRIPTION)


def test_every_subscription_gets_its_own_copy(jms: Provider) -> None:
    """SUB-01: those that exist at the send; later ones get no earlier messages."""
    session, topic = jms.connection().create_session(), jms.topic()
    put(session, topic, "0")
    early = [session.create_consumer(topic), consumer_of(jms, topic)]
    put(session, topic, "1")
    late = session.create_consumer(topic)
    put(session, topic, "2")
    assert [take_texts(jms, consumer, 2) for consumer in early] == [["1", "2"], ["1", "2"]]
    assert take_text(jms, late) == "2"
    assert all(is_silent(jms, consumer) for consumer in [*early, late])


def test_an_unshared_subscription_ends_with_its_consumer(jms: Provider) -> None:
    """SUB-02: its messages are gone; the next consumer of the topic is a new subscription."""
    session, topic = jms.connection().create_session(), jms.topic()
    with session.create_consumer(topic):
        put(session, topic, "1")
    put(session, topic, "2")
    consumer = session.create_consumer(topic)
    assert is_silent(jms, consumer)
    put(session, topic, "3")
    assert take_text(jms, consumer) == "3"


def test_a_subscription_exists_when_its_consumer_does(jms: Provider) -> None:
    """SUB-03: also on a stopped connection; what is sent meanwhile is kept."""
    connection, topic = jms.connection(start=False), jms.topic()
    consumer = connection.create_session().create_consumer(topic)
    put(jms.connection().create_session(), topic, "1", "2")
    connection.start()
    assert take_texts(jms, consumer, 2) == ["1", "2"]


@needs_sharing
def test_consumers_of_a_shared_subscription_share_its_messages(jms: Provider) -> None:
    """SUB-26: of any session or connection with one client id, or none; each message goes to one consumer."""
    connection, topic, name = jms.connection(), jms.topic(), jms.name()
    consumers = [
        connection.create_session().create_shared_consumer(topic, name),
        connection.create_session().create_shared_consumer(topic, name),
        jms.connection().create_session().create_shared_consumer(topic, name),
    ]
    sent = [str(number) for number in range(12)]
    put(jms.connection().create_session(), topic, *sent)
    received = [rest_of(jms, consumer) for consumer in consumers]
    assert sorted(int(str(text)) for texts in received for text in texts) == list(range(12))


@requires(Feature.SHARED_SUBSCRIPTION, Feature.CLIENT_ID)
def test_a_client_id_makes_a_shared_subscription_another(jms: Provider) -> None:
    """SUB-04: the same name under two client ids, or under none, are different subscriptions."""
    topic, name = jms.topic(), jms.name()
    connections = [jms.connection(), jms.connection(client_id=jms.name()), jms.connection(client_id=jms.name())]
    consumers = [connection.create_session().create_shared_consumer(topic, name) for connection in connections]
    put(connections[0].create_session(), topic, "1")
    assert [take_text(jms, consumer) for consumer in consumers] == ["1", "1", "1"]


@needs_sharing
def test_a_shared_subscription_ends_with_its_last_consumer(jms: Provider) -> None:
    """SUB-05: it lives on while one consumer is open, and then it is gone with its messages."""
    session, topic, name = jms.connection().create_session(), jms.topic(), jms.name()
    first, second = (session.create_shared_consumer(topic, name) for _ in range(2))
    put(session, topic, "1")
    first.close()
    assert take_text(jms, second) == "1"
    put(session, topic, "2")
    second.close()
    put(session, topic, "3")
    third = session.create_shared_consumer(topic, name)
    assert is_silent(jms, third)
    put(session, topic, "4")
    assert take_text(jms, third) == "4"


@needs_sharing
def test_an_active_shared_subscription_cannot_change_its_topic(jms: Provider) -> None:
    """SUB-06: the same name with another topic raises JMSError while a consumer is open."""
    session, topic, name = jms.connection().create_session(), jms.topic(), jms.name()
    consumer = session.create_shared_consumer(topic, name)
    with pytest.raises(JMSError):
        session.create_shared_consumer(jms.topic(), name)
    put(session, topic, "1")
    assert take_text(jms, consumer) == "1"


@requires(Feature.SHARED_SUBSCRIPTION, Feature.TOPIC_SELECTOR)
def test_an_active_shared_subscription_cannot_change_its_selector(jms: Provider) -> None:
    """SUB-27: the same name with another selector raises JMSError; with the same one it is shared."""
    session, topic, name = jms.connection().create_session(), jms.topic(), jms.name()
    session.create_shared_consumer(topic, name, "n = 1")
    session.create_shared_consumer(topic, name, "n = 1")
    for selector in ("n = 2", None):
        with pytest.raises(JMSError):
            session.create_shared_consumer(topic, name, selector)


@requires(Feature.SHARED_SUBSCRIPTION, Feature.DURABLE_SUBSCRIPTION, Feature.CLIENT_ID)
def test_shared_and_durable_subscriptions_of_one_name_are_independent(jms: Provider) -> None:
    """SUB-18: a shared non-durable subscription has nothing to do with durable ones of its name."""
    session, topic, name = jms.connection(client_id=jms.name()).create_session(), jms.topic(), jms.name()
    shared = session.create_shared_consumer(topic, name)
    durable = session.create_durable_consumer(topic, name)
    put(session, topic, "1")
    assert [take_text(jms, shared), take_text(jms, durable)] == ["1", "1"]
    durable.close()
    session.unsubscribe(name)
    put(session, topic, "2")
    assert take_text(jms, shared) == "2"
    durable = session.create_shared_durable_consumer(topic, name)
    put(session, topic, "3")
    assert [take_text(jms, shared), take_text(jms, durable)] == ["3", "3"]
    durable.close()
    session.unsubscribe(name)


@needs_sharing
@pytest.mark.parametrize("name", [None, ""])
def test_a_shared_subscription_needs_a_name(jms: Provider, name: str | None) -> None:
    """SUB-23: None and "" raise JMSError."""
    session, topic = jms.connection().create_session(), jms.topic()
    with pytest.raises(JMSError):
        session.create_shared_consumer(topic, name)  # type: ignore[arg-type]
    with pytest.raises(JMSError):
        session.create_shared_durable_consumer(topic, name)  # type: ignore[arg-type]
    session.create_shared_consumer(topic, jms.name()).close()


@needs_sharing
def test_a_closed_shared_consumer_leaves_its_messages_to_the_others(jms: Provider) -> None:
    """SUB-25: what it did not deliver, and after recover() what it delivered."""
    connection, topic, name = jms.connection(), jms.topic(), jms.name()
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    leaving = session.create_shared_consumer(topic, name)
    put(connection.create_session(), topic, "1", "2", "3")
    assert take_text(jms, leaving) == "1"
    staying = jms.connection().create_session().create_shared_consumer(topic, name)
    leaving.close()
    assert take_texts(jms, staying, 2) == ["2", "3"]
    session.recover()
    again = take(jms, staying)
    assert (text_of(again), again.redelivered) == ("1", True)
