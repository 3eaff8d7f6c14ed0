"""Queue browsers (QB)."""

from __future__ import annotations

import pytest

from jmslike import (
    IllegalStateError,
    InvalidDestinationError,
    InvalidSelectorError,
    Queue,
    Session,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import attempt_of, put, take, text_of, texts_of


def browsed(session: Session, queue: Queue) -> list[str | None]:
    """Return the texts that a browser shows now."""
    with session.create_browser(queue) as browser:
        return texts_of(browser)


@requires(Feature.BROWSE)
def test_browsing_takes_nothing_from_the_queue(jms: Provider) -> None:
    """QB-02: all messages are shown, then received, in the order of sending."""
    session = jms.connection().create_session()
    queue = jms.queue()
    texts = [str(number) for number in range(10)]
    put(session, queue, *texts)
    assert browsed(session, queue) == texts
    consumer = session.create_consumer(queue)
    assert texts_of([take(jms, consumer) for _ in texts]) == texts


@requires(Feature.STATISTICS)
def test_statistics_count_what_waits_in_a_queue(jms: Provider) -> None:
    """QB-08: the depth of a queue grows with what is sent, and shrinks with what is acknowledged."""
    session = jms.connection().create_session()
    queue = jms.queue()
    assert session.statistics(queue).depth == 0
    put(session, queue, "a", "b", "c")
    jms.eventually(lambda: session.statistics(queue).depth == 3)
    with session.create_consumer(queue) as consumer:
        take(jms, consumer)
    jms.eventually(lambda: session.statistics(queue).depth == 2)


def test_only_a_queue_has_statistics(jms: Provider) -> None:
    """QB-08: a topic or None is no queue, and a closed session tells nothing."""
    session = jms.connection().create_session()
    for wrong in (jms.topic(), None):
        with pytest.raises(InvalidDestinationError):
            session.statistics(wrong)  # type: ignore[arg-type]
    session.close()
    with pytest.raises(IllegalStateError):
        session.statistics(jms.queue())


@requires(Feature.BROWSE)
def test_what_was_browsed_is_received_for_the_first_time(jms: Provider) -> None:
    """QB-01: a received message does not show that it was browsed."""
    session = jms.connection().create_session()
    queue = jms.queue()
    put(session, queue, "a")
    assert browsed(session, queue) == ["a"]
    message = take(jms, session.create_consumer(queue))
    assert (text_of(message), attempt_of(message)) == ("a", (False, 1))


@requires(Feature.BROWSE)
def test_a_browser_shows_whole_messages(jms: Provider) -> None:
    """QB-02: kind, headers and properties; a change to a browsed message does not change the queue."""
    session = jms.connection().create_session()
    queue = jms.queue()
    message = session.create_map_message()
    message.set_string("k", "value")
    message.set_int_property("n", 5)
    message.correlation_id = "c"
    session.create_producer(queue).send(message)
    with session.create_browser(queue) as browser:
        (shown,) = browser
    assert shown.get_body(dict) == {"k": "value"}
    assert (shown.get_int_property("n"), shown.correlation_id, shown.message_id) == (5, "c", message.message_id)
    shown.clear_body()
    assert take(jms, session.create_consumer(queue)).get_body(dict) == {"k": "value"}


@requires(Feature.BROWSE)
def test_a_browser_may_have_a_selector(jms: Provider) -> None:
    """QB-03: it shows only what matches."""
    session = jms.connection().create_session()
    queue = jms.queue()
    producer = session.create_producer(queue)
    for number in range(6):
        message = session.create_text_message(str(number))
        message.set_int_property("n", number)
        producer.send(message)
    with session.create_browser(queue, "n >= 2 AND n < 4") as browser:
        assert browser.message_selector == "n >= 2 AND n < 4"
        assert texts_of(browser) == ["2", "3"]


@requires(Feature.BROWSE)
def test_a_browser_without_a_selector_says_so(jms: Provider) -> None:
    """QB-03: message_selector is None when it is absent, None or empty; queue is what was given."""
    session = jms.connection().create_session()
    queue = jms.queue()
    for browser in (
        session.create_browser(queue),
        session.create_browser(queue, None),
        session.create_browser(queue, ""),
    ):
        assert browser.message_selector is None
        assert browser.queue == queue


@requires(Feature.BROWSE)
def test_browsing_ends(jms: Provider) -> None:
    """QB-04: at the end of the queue, also of an empty one, and whatever is sent meanwhile."""
    session = jms.connection().create_session()
    queue = jms.queue()
    assert browsed(session, queue) == []
    put(session, queue, "1", "2")
    with session.create_browser(queue) as browser:
        look = iter(browser)
        seen = [text_of(next(look))]
        put(session, queue, "3")
        seen += texts_of(look)
    assert seen in (["1", "2"], ["1", "2", "3"])


@requires(Feature.BROWSE)
def test_browsing_works_while_the_connection_is_stopped(jms: Provider) -> None:
    """QB-04: nothing is delivered to a consumer by it."""
    connection = jms.connection(start=False)
    session = connection.create_session()
    queue = jms.queue()
    put(session, queue, "1")
    assert browsed(session, queue) == ["1"]


@requires(Feature.BROWSE)
def test_each_iteration_is_a_new_look(jms: Provider) -> None:
    """QB-05: it shows the queue as it is then; a closed browser raises IllegalStateError."""
    session = jms.connection().create_session()
    queue = jms.queue()
    browser = session.create_browser(queue)
    put(session, queue, "1", "2")
    assert texts_of(browser) == ["1", "2"]
    put(session, queue, "3")
    consumer = session.create_consumer(queue)
    take(jms, consumer)
    consumer.close()
    assert texts_of(browser) == ["2", "3"]
    browser.close()
    browser.close()
    with pytest.raises(IllegalStateError):
        iter(browser)


@requires(Feature.BROWSE, Feature.DELAY)
def test_a_delayed_message_is_not_shown_before_its_time(jms: Provider) -> None:
    """QB-06, ORD-06: it appears when it is due."""
    line = Line(jms)
    line.consumer.close()
    queue = line.destination
    assert isinstance(queue, Queue)
    line.producer.delivery_delay = 60
    line.producer.send(line.session.create_text_message("much later"))
    line.producer.delivery_delay = 0.05
    line.producer.send(line.session.create_text_message("soon"))
    line.producer.delivery_delay = 0
    line.producer.send(line.session.create_text_message("now"))
    assert "much later" not in browsed(line.session, queue)
    jms.eventually(lambda: sorted(str(text) for text in browsed(line.session, queue)) == ["now", "soon"])


@requires(Feature.BROWSE, Feature.TTL)
def test_an_expired_message_is_not_shown(jms: Provider) -> None:
    """QB-06, ORD-05: it disappears without a consumer."""
    session = jms.connection().create_session()
    queue = jms.queue()
    session.create_producer(queue).send(session.create_text_message("short-lived"), time_to_live=0.02)
    put(session, queue, "kept")
    jms.eventually(lambda: browsed(session, queue) == ["kept"])


@requires(Feature.BROWSE, Feature.TRANSACTION)
def test_an_uncommitted_message_is_not_shown(jms: Provider) -> None:
    """QB-06, TX-02: neither to others nor to the transaction's own session."""
    connection = jms.connection()
    transacted = connection.create_session(Session.SESSION_TRANSACTED)
    other = connection.create_session()
    queue = jms.queue()
    put(transacted, queue, "1")
    assert browsed(other, queue) == browsed(transacted, queue) == []
    transacted.commit()
    assert browsed(other, queue) == browsed(transacted, queue) == ["1"]


def test_only_a_queue_can_be_browsed(jms: Provider) -> None:
    """QB-07, CONS-18: None and topics raise InvalidDestinationError, a bad selector InvalidSelectorError."""
    session = jms.connection().create_session()
    for destination in (None, jms.topic()):
        with pytest.raises(InvalidDestinationError):
            session.create_browser(destination)  # type: ignore[arg-type]
    with pytest.raises(InvalidSelectorError):
        session.create_browser(jms.queue(), "a = ")
