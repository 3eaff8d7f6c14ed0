"""What comes back through `failover:` when a link is restored, on each broker, and what does not."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import pytest

from jmslike import Connection, InvalidDestinationError, JMSError, Message, MessageConsumer, Session, Topic
from jmslike.capabilities import Feature
from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE, Connect, text_of, within_bounds
from tests.faults.targets import Target


class Watch:
    """Keeps the URLs of restored links."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()
        self.urls: SimpleQueue[str] = SimpleQueue()

    def on_interrupted(self, error: Exception) -> None:
        self.interrupted.set()

    def on_restored(self, url: str) -> None:
        self.urls.put(url)


def subscriptions(connection: Connection, topic: Topic, name: str) -> dict[str, MessageConsumer]:
    """Subscribe in every way that the broker knows, each in a session of its own."""

    def session() -> Session:
        return connection.create_session(Session.CLIENT_ACKNOWLEDGE)

    ways: dict[str, tuple[Feature | None, Callable[[], MessageConsumer]]] = {
        "plain": (None, lambda: session().create_consumer(topic)),
        "selecting": (Feature.TOPIC_SELECTOR, lambda: session().create_consumer(topic, "chosen")),
        "durable": (Feature.DURABLE_SUBSCRIPTION, lambda: session().create_durable_consumer(topic, f"durable-{name}")),
        "shared": (Feature.SHARED_SUBSCRIPTION, lambda: session().create_shared_consumer(topic, f"shared-{name}")),
    }
    can = connection.capabilities.supports
    return {way: subscribe() for way, (feature, subscribe) in ways.items() if feature is None or can(feature)}


@pytest.fixture
def restore(proxy: Proxy) -> Callable[[Connection], None]:
    """Return a function that cuts the link of a connection, and waits until it is restored."""

    def cut_and_wait(connection: Connection) -> None:
        watch = Watch()
        connection.link_listener = watch
        proxy.cut()
        assert watch.interrupted.wait(PATIENCE)
        url = watch.urls.get(timeout=PATIENCE)
        assert "@" not in url
        assert connection.link_state == "connected"

    return cut_and_wait


def test_every_subscription_goes_on(
    target: Target, proxy: Proxy, connect: Connect, name: str, restore: Callable[[Connection], None]
) -> None:
    connection = connect(f"failover:({target.forgotten_soon(proxy.url)})", client_id=f"client-{name}")
    topic = Topic(f"topic-{name}")
    consumers = subscriptions(connection, topic, name)
    heard: SimpleQueue[Message] = SimpleQueue()
    connection.create_session().create_consumer(topic).message_listener = heard.put
    session = connection.create_session()
    producer = session.create_producer(topic)
    for text in ("before", "after"):
        message = session.create_text_message(text)
        message.set_boolean_property("chosen", True)
        producer.send(message)
        assert text_of(heard.get(timeout=PATIENCE)) == text
        for way, consumer in consumers.items():
            received = consumer.receive(PATIENCE)
            assert text_of(received) == text, way
            assert received is not None
            received.acknowledge()
        if text == "before":
            restore(connection)


def test_a_temporary_queue_ends(proxy: Proxy, connect: Connect, restore: Callable[[Connection], None]) -> None:
    connection = connect(f"failover:({proxy.url})")
    session = connection.create_session()
    queue = session.create_temporary_queue()
    consumer, producer = session.create_consumer(queue), session.create_producer(queue)
    restore(connection)
    for use in (lambda: producer.send(session.create_message()), consumer.receive, queue.delete):
        with pytest.raises(InvalidDestinationError, match="ended when the link to its host was lost"):
            use()
    another = session.create_temporary_queue()
    session.create_producer(another).send(session.create_text_message("works"))
    assert text_of(session.create_consumer(another).receive(PATIENCE)) == "works"


@pytest.mark.parametrize("closes", [False, True])
def test_what_was_not_acknowledged_comes_again(
    proxy: Proxy, connect: Connect, name: str, restore: Callable[[Connection], None], closes: bool
) -> None:
    """Also what a consumer had received that was closed before the loss."""
    connection = connect(f"failover:({proxy.url})")
    session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
    queue = session.create_queue(name)
    session.create_producer(queue).send(session.create_text_message("once more"))
    consumer = session.create_consumer(queue)
    message = consumer.receive(PATIENCE)
    assert message is not None
    if closes:
        consumer.close()
    restore(connection)
    message.acknowledge()
    if closes:
        consumer = session.create_consumer(queue)
    again = consumer.receive(PATIENCE)
    assert text_of(again) == "once more"
    assert again is not None
    assert again.redelivered
    again.acknowledge()


def test_close_wakes_what_waits_while_no_host_answers(proxy: Proxy, connect: Connect, name: str) -> None:
    """A frozen host accepts connections and says nothing. No attempt to connect to it goes on."""
    connection = connect(f"failover:({proxy.url})?request_timeout=60", connect_timeout=600)
    watch = Watch()
    connection.link_listener = watch
    receiving, sending = connection.create_session(), connection.create_session()
    consumer = receiving.create_consumer(receiving.create_queue(name))
    producer = sending.create_producer(sending.create_queue(name))
    proxy.freeze()
    proxy.accepted.clear()
    proxy.cut()
    assert watch.interrupted.wait(PATIENCE)
    assert proxy.accepted.wait(PATIENCE)
    with ThreadPoolExecutor(2) as pool:
        received, sent = pool.submit(consumer.receive), pool.submit(producer.send, sending.create_message())
        within_bounds(connection.close)
        assert received.result(PATIENCE) is None
        assert isinstance(sent.exception(PATIENCE), JMSError)
    for thread in threading.enumerate():
        if thread.name.startswith("jmslike-failover"):
            thread.join(PATIENCE)
            assert not thread.is_alive()
