"""What creating consumers and browsers asks of the transport, and what is refused before it is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike.capabilities import EMULATED, Feature, partial, unsupported
from jmslike.destinations import Queue, TemporaryTopic, Topic
from jmslike.errors import (
    IllegalStateError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSError,
    UnsupportedFeatureError,
)
from jmslike.session import Session
from jmslike.spi import SubscriptionSpec
from tests.unit.core.conftest import shut
from tests.unit.core.fake import QUEUE, TOPIC, FakeBroker, connection_of, text

DEAD = Queue("DLQ.t")


def spec(broker: FakeBroker) -> SubscriptionSpec:
    ((_, found),) = broker.named("subscribe")
    assert isinstance(found, SubscriptionSpec)
    return found


def test_a_consumer_of_a_queue(broker: FakeBroker) -> None:
    consumer = broker.session(window=7).create_consumer(QUEUE)
    assert spec(broker) == SubscriptionSpec(QUEUE, None, None, False, False, None, 7, dead_letters=Queue("DLQ.q"))
    assert consumer.message_selector is None
    assert consumer.no_local is False


def test_no_local_means_nothing_on_a_queue(broker: FakeBroker) -> None:
    consumer = broker.session().create_consumer(QUEUE, None, True)
    assert spec(broker).excluded_origin is None
    assert consumer.no_local is False


@pytest.mark.parametrize("client_id", [None, "me"])
def test_no_local_excludes_the_connections_own_origin(broker: FakeBroker, client_id: str | None) -> None:
    session = broker.session(client_id=client_id) if client_id else broker.session()
    consumer = session.create_consumer(TOPIC, no_local=True)
    origin = client_id or session._state.connection.uuid
    assert spec(broker) == SubscriptionSpec(TOPIC, excluded_origin=origin, dead_letters=DEAD)
    assert consumer.no_local is True


@pytest.mark.parametrize("destination", [QUEUE, TOPIC])
def test_a_selector_is_parsed_once(broker: FakeBroker, destination: Queue) -> None:
    consumer = broker.session().create_consumer(destination, "n > 1")
    selector = spec(broker).selector
    assert selector is not None
    assert selector.text == "n > 1"
    assert consumer.message_selector == "n > 1"


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_blank_selector_is_none(broker: FakeBroker, blank: str | None) -> None:
    consumer = broker.session().create_consumer(QUEUE, blank)
    assert spec(broker).selector is None
    assert consumer.message_selector is None


@pytest.mark.parametrize("method", ["create_durable_subscriber", "create_durable_consumer"])
def test_a_durable_subscription(broker: FakeBroker, method: str) -> None:
    session = broker.session(client_id="me")
    consumer = getattr(session, method)(TOPIC, "name", "n > 1", True)
    assert spec(broker) == SubscriptionSpec(
        TOPIC, spec(broker).selector, "name", True, False, "me", 100, dead_letters=DEAD
    )
    assert consumer.message_selector == "n > 1"
    assert consumer.no_local is True


def test_a_shared_subscription(broker: FakeBroker) -> None:
    consumer = broker.session().create_shared_consumer(TOPIC, "name", "n > 1")
    assert spec(broker) == SubscriptionSpec(
        TOPIC, spec(broker).selector, "name", False, True, None, 100, dead_letters=DEAD
    )
    assert consumer.message_selector == "n > 1"


def test_a_shared_durable_subscription_needs_no_client_id(broker: FakeBroker) -> None:
    consumer = broker.session().create_shared_durable_consumer(TOPIC, "name", "n > 1")
    assert spec(broker) == SubscriptionSpec(
        TOPIC, spec(broker).selector, "name", True, True, None, 100, dead_letters=DEAD
    )
    assert consumer.message_selector == "n > 1"


def test_unsubscribe(broker: FakeBroker) -> None:
    session = broker.session(client_id="me")
    session.create_durable_subscriber(TOPIC, "name").close()
    session.unsubscribe("name")
    assert broker.named("unsubscribe") == [("unsubscribe", "name")]
    broker.at("unsubscribe", InvalidDestinationError("unknown"))
    with pytest.raises(InvalidDestinationError, match="unknown"):
        session.unsubscribe("other")


def test_a_durable_subscription_needs_a_client_id(broker: FakeBroker) -> None:
    with pytest.raises(IllegalStateError, match="needs a client id"):
        broker.session().create_durable_subscriber(TOPIC, "name")
    assert broker.named("subscribe") == []


MAKERS: list[Callable[[Session, Any], object]] = [
    lambda session, topic: session.create_durable_subscriber(topic, "name"),
    lambda session, topic: session.create_shared_consumer(topic, "name"),
    lambda session, topic: session.create_shared_durable_consumer(topic, "name"),
]


@pytest.mark.parametrize("wrong", [None, "t", QUEUE, object()])
@pytest.mark.parametrize("make", MAKERS)
def test_only_topics_have_subscriptions(
    broker: FakeBroker, make: Callable[[Session, object], object], wrong: object
) -> None:
    with pytest.raises(InvalidDestinationError):
        make(broker.session(client_id="me"), wrong)
    assert broker.named("subscribe") == []


@pytest.mark.parametrize("wrong", [None, "q", object()])
def test_only_destinations_are_consumed_from(broker: FakeBroker, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError, match="a queue or topic is needed"):
        broker.session().create_consumer(wrong)


@pytest.mark.parametrize("wrong", [None, "", 5])
def test_a_subscription_has_a_name(broker: FakeBroker, wrong: Any) -> None:
    session = broker.session(client_id="me")
    for make in (
        session.create_durable_subscriber,
        session.create_shared_consumer,
        session.create_shared_durable_consumer,
    ):
        with pytest.raises(JMSError, match="a subscription needs a name"):
            make(TOPIC, wrong)
    with pytest.raises(JMSError, match="a subscription needs a name"):
        session.unsubscribe(wrong)
    assert broker.named("subscribe", "unsubscribe") == []


def test_a_temporary_topic_has_no_durable_subscriptions(broker: FakeBroker) -> None:
    session = broker.session(client_id="me")
    topic = session.create_temporary_topic()
    for make in (session.create_durable_subscriber, session.create_shared_durable_consumer):
        with pytest.raises(InvalidDestinationError, match="temporary topic"):
            make(topic, "name")
    session.create_shared_consumer(topic, "name")
    assert spec(broker).destination == topic


@pytest.mark.parametrize("destination", [QUEUE, TOPIC])
def test_a_bad_selector_is_refused_at_once(broker: FakeBroker, destination: Queue) -> None:
    session = broker.session()
    with pytest.raises(InvalidSelectorError):
        session.create_consumer(destination, "n >")
    with pytest.raises(InvalidSelectorError):
        session.create_browser(QUEUE, "n >")
    assert broker.named("subscribe", "browse") == []


def test_an_error_of_subscribing_leaves_nothing_behind(broker: FakeBroker) -> None:
    session = broker.session()
    broker.at("subscribe", JMSError("in use"))
    with pytest.raises(JMSError, match="in use"):
        session.create_shared_consumer(TOPIC, "name")
    assert session._parts == {}


def test_everything_of_a_closed_session_is_refused(broker: FakeBroker) -> None:
    session = broker.session(client_id="me")
    session.close()
    broker.calls.clear()
    calls: list[Callable[[], object]] = [
        lambda: session.transacted,
        lambda: session.acknowledge_mode,
        session.create_message,
        session.create_text_message,
        session.create_bytes_message,
        session.create_map_message,
        session.create_stream_message,
        session.create_object_message,
        lambda: session.create_queue("q"),
        lambda: session.create_topic("t"),
        session.create_temporary_queue,
        session.create_temporary_topic,
        session.create_producer,
        lambda: session.create_consumer(QUEUE),
        lambda: session.create_shared_consumer(TOPIC, "n"),
        lambda: session.create_durable_subscriber(TOPIC, "n"),
        lambda: session.create_shared_durable_consumer(TOPIC, "n"),
        lambda: session.create_browser(QUEUE),
        lambda: session.unsubscribe("n"),
    ]
    for call in calls:
        with pytest.raises(IllegalStateError, match="the session is closed"):
            call()
    assert broker.calls == []


# ---- browsers -------------------------------------------------------------------------------------------------------


def test_each_iteration_browses_again_and_takes_nothing(broker: FakeBroker) -> None:
    session = broker.session()
    broker.put(text("a", properties={"n": 1}), text("b", properties={"n": 2}))
    browser = session.create_browser(QUEUE, "n = 2")
    assert browser.queue == QUEUE
    assert browser.message_selector == "n = 2"
    for _ in range(2):
        (message,) = browser
        assert message.message_id == "ID:b"
        assert not message.redelivered
        assert message._delivery == 0
        message.acknowledge()
    assert broker.bodies(QUEUE) == ["a", "b"]
    assert [call[1] for call in broker.named("browse")] == [QUEUE, QUEUE]
    assert broker.named("take", "settle") == []
    everything = session.create_browser(QUEUE)
    assert everything.message_selector is None
    assert [message.message_id for message in everything] == ["ID:a", "ID:b"]


def test_a_closed_browser_is_refused_even_in_the_middle(broker: FakeBroker) -> None:
    session = broker.session()
    broker.put(text("a"), text("b"))
    with session.create_browser(QUEUE) as browser:
        messages = iter(browser)
        assert next(messages).message_id == "ID:a"
    browser.close()
    assert session._parts == {}
    for use in (lambda: next(messages), lambda: iter(browser), lambda: browser.queue, lambda: browser.message_selector):
        with pytest.raises(IllegalStateError, match="the browser is closed"):
            use()


def test_a_browser_of_a_closed_session_is_closed(broker: FakeBroker) -> None:
    session = broker.session()
    browser = session.create_browser(QUEUE)
    session.close()
    with pytest.raises(IllegalStateError, match="the browser is closed"):
        iter(browser)


@pytest.mark.parametrize("wrong", [None, TOPIC, "q"])
def test_only_queues_are_browsed(broker: FakeBroker, wrong: Any) -> None:
    with pytest.raises(InvalidDestinationError, match="only a queue can be browsed"):
        broker.session().create_browser(wrong)


# ---- capabilities ---------------------------------------------------------------------------------------------------


def delay(session: Session) -> None:
    producer = session.create_producer(QUEUE)
    producer.delivery_delay = 1
    producer.send(session.create_message())


USES: list[tuple[str, Callable[[Session], object]]] = [
    ("QUEUE_SELECTOR", lambda session: session.create_consumer(QUEUE, "n = 1")),
    ("TOPIC_SELECTOR", lambda session: session.create_consumer(TOPIC, "n = 1")),
    ("TRANSACTION", lambda session: connection_of(session).create_session(True)),
    ("DELAY", delay),
    ("DURABLE_SUBSCRIPTION", lambda session: session.create_durable_subscriber(TOPIC, "n")),
    ("DURABLE_SUBSCRIPTION", lambda session: session.create_shared_durable_consumer(TOPIC, "n")),
    ("DURABLE_SUBSCRIPTION", lambda session: session.unsubscribe("n")),
    ("SHARED_SUBSCRIPTION", lambda session: session.create_shared_consumer(TOPIC, "n")),
    ("SHARED_SUBSCRIPTION", lambda session: session.create_shared_durable_consumer(TOPIC, "n")),
    ("BROWSE", lambda session: session.create_browser(QUEUE)),
    ("TEMPORARY", lambda session: session.create_temporary_queue()),
    ("TEMPORARY", lambda session: session.create_temporary_topic()),
    ("NO_LOCAL", lambda session: session.create_consumer(TOPIC, no_local=True)),
]


@pytest.mark.parametrize(("feature", "use"), USES)
def test_what_is_unsupported_is_refused_before_anything_reaches_the_transport(
    feature: str, use: Callable[[Session], object]
) -> None:
    broker = FakeBroker(**{feature: unsupported("use something else")})
    session = broker.connect(client_id="me").create_session()
    broker.calls.clear()
    name = Feature[feature].value
    with pytest.raises(UnsupportedFeatureError) as caught:
        use(session)
    assert str(caught.value) == f"fake has no {name}: use something else"
    assert [call for call in broker.calls if call[0] != "sender"] == []
    shut(broker)


@pytest.mark.parametrize(("feature", "use"), USES)
@pytest.mark.parametrize("support", [partial(X_1="not quite"), EMULATED])
def test_what_is_partial_or_emulated_is_allowed(feature: str, use: Callable[[Session], object], support: Any) -> None:
    broker = FakeBroker(**{feature: support})
    session = broker.connect(client_id="me").create_session()
    session.create_durable_subscriber(TOPIC, "n").close()
    use(session)
    shut(broker)


@pytest.mark.parametrize("feature", [feature for feature in Feature if feature.name != "CLIENT_ID"])
def test_features_that_are_not_used_are_not_needed(feature: Feature) -> None:
    broker = FakeBroker(**{feature.name: unsupported("no")})
    session = broker.connect(client_id="me").create_session()
    session.create_producer(TOPIC).send(session.create_message(), priority=9, time_to_live=5)
    session.create_consumer(TOPIC).receive(0)
    session.create_consumer(QUEUE).receive(0)
    shut(broker)


def test_client_ids_may_be_unsupported() -> None:
    broker = FakeBroker(CLIENT_ID=unsupported("none here"))
    with pytest.raises(UnsupportedFeatureError, match="none here"):
        broker.connect(client_id="me")
    assert [call[0] for call in broker.calls] == ["open", "close transport"]
    connection = broker.connect(start=False)
    with pytest.raises(UnsupportedFeatureError, match="none here"):
        connection.client_id = "me"
    assert connection.client_id is None
    shut(broker)


# ---- what is emulated -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("feature", "destination", "filtered"),
    [
        ("TOPIC_SELECTOR", TOPIC, True),
        ("QUEUE_SELECTOR", TOPIC, False),
        ("QUEUE_SELECTOR", QUEUE, True),
        ("TOPIC_SELECTOR", QUEUE, False),
    ],
)
@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_an_emulated_selector_is_evaluated_here(feature: str, destination: Topic, filtered: bool, mode: int) -> None:
    broker = FakeBroker(**{feature: EMULATED})
    broker.settle_at_hand_over = False
    session = broker.session(mode)
    consumer = session.create_consumer(destination, "n = 2")
    broker.put(text("a", destination, properties={"n": 1}), text("b", destination, properties={"n": 2}))
    message = consumer.receive_no_wait()
    assert message is not None
    assert message.message_id == "ID:b"
    assert (("settle", ["ID:a"], None) in broker.named("settle")) is filtered
    assert spec(broker).selector is not None
    shut(broker)


def test_without_a_selector_nothing_is_filtered_here() -> None:
    broker = FakeBroker(TOPIC_SELECTOR=EMULATED, QUEUE_SELECTOR=EMULATED, NO_LOCAL=EMULATED)
    consumer = broker.session().create_consumer(TOPIC)
    assert consumer._intake._predicate is None
    assert consumer._intake.fast_take is not None
    shut(broker)


@pytest.mark.parametrize("selector", [None, "n = 1"])
def test_an_emulated_no_local_leaves_out_the_own_messages(selector: str | None) -> None:
    broker = FakeBroker(TOPIC_SELECTOR=EMULATED, NO_LOCAL=EMULATED)
    broker.settle_at_hand_over = False
    consumer = broker.connect(client_id="me").create_session().create_consumer(TOPIC, selector, no_local=True)
    broker.put(
        text("mine", TOPIC, origin="me", properties={"n": 1}),
        text("theirs", TOPIC, origin="they", properties={"n": 1}),
        text("nobody's", TOPIC, properties={"n": 1}),
        text("other", TOPIC, origin="they", properties={"n": 2}),
    )
    seen = []
    while (message := consumer.receive_no_wait()) is not None:
        seen.append(message.message_id)
    assert seen == ["ID:theirs", "ID:nobody's"] + ([] if selector else ["ID:other"])
    assert broker.named("settle")[0] == ("settle", ["ID:mine"], None)
    shut(broker)


def test_a_native_no_local_is_left_to_the_transport() -> None:
    broker = FakeBroker(TOPIC_SELECTOR=EMULATED)
    consumer = broker.connect(client_id="me").create_session().create_consumer(TOPIC, "n = 1", no_local=True)
    broker.put(text("mine", TOPIC, origin="me", properties={"n": 1}))
    assert consumer.receive_no_wait() is None
    assert broker.named("settle") == []
    shut(broker)


# ---- temporary destinations -----------------------------------------------------------------------------------------


def test_temporary_destinations_belong_to_their_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    session, sibling, stranger = connection.create_session(), connection.create_session(), broker.session()
    queue, topic = session.create_temporary_queue(), session.create_temporary_topic()
    assert (queue.queue_name, topic.topic_name) == ("temporary-1", "temporary-2")
    assert [call[1].__name__ for call in broker.named("create_temporary")] == ["TemporaryQueue", "TemporaryTopic"]
    sibling.create_consumer(queue)
    sibling.create_consumer(topic)
    for temporary in (queue, topic):
        with pytest.raises(InvalidDestinationError, match="only by the connection that created it"):
            stranger.create_consumer(temporary)
    assert len(broker.named("subscribe")) == 2


def test_a_deleted_temporary_destination_is_gone(broker: FakeBroker) -> None:
    session = broker.session()
    queue = session.create_temporary_queue()
    broker.at("delete_temporary", JMSError("it has a consumer"))
    with pytest.raises(JMSError, match="it has a consumer"):
        queue.delete()
    session.create_consumer(queue).close()
    queue.delete()
    assert broker.named("delete_temporary") == [("delete_temporary", queue)] * 2
    with pytest.raises(InvalidDestinationError, match="only by the connection"):
        session.create_consumer(queue)
    with pytest.raises(InvalidDestinationError, match="is gone"):
        session.create_producer(queue)


def test_a_temporary_destination_of_a_closed_connection_cannot_be_deleted(broker: FakeBroker) -> None:
    session = broker.session()
    queue = session.create_temporary_queue()
    connection_of(session).close()
    with pytest.raises(IllegalStateError, match="connection is closed"):
        queue.delete()
    assert broker.named("delete_temporary") == []


def test_a_temporary_destination_from_elsewhere_cannot_be_deleted() -> None:
    with pytest.raises(IllegalStateError, match="only by the connection that created it"):
        TemporaryTopic("t").delete()
