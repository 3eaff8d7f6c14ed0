"""Message headers (HDR): which side sets them, and that both see the same values."""

from __future__ import annotations

import time

import pytest

from jmslike import DeliveryMode, Message, Session, TextMessage, Topic
from jmslike.capabilities import Feature
from jmslike.destinations import Destination, Queue
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line


def test_the_destination_of_a_received_message_is_the_one_it_was_sent_to(jms: Provider) -> None:
    """HDR-01: equal, and of the same kind."""
    for destination in (jms.queue(), jms.topic()):
        line = Line(jms, destination)
        received = line.through(line.session.create_message())
        assert received.destination == destination
        assert isinstance(received.destination, type(destination))


@requires(Feature.TEMPORARY)
def test_the_destination_of_a_message_may_be_temporary(jms: Provider) -> None:
    """HDR-01: a message that came through a temporary destination names it."""
    session = jms.connection().create_session()
    for destination in (session.create_temporary_queue(), session.create_temporary_topic()):
        consumer = session.create_consumer(destination)
        session.create_producer(destination).send(session.create_message())
        received = consumer.receive(jms.patience)
        assert received is not None
        assert received.destination == destination


def test_mode_and_priority_are_the_same_for_sender_and_receiver(jms: Provider) -> None:
    """HDR-02: those of the send, for every priority and both modes."""
    line = Line(jms)
    for priority in range(10):
        mode = DeliveryMode.PERSISTENT if priority % 2 else DeliveryMode.NON_PERSISTENT
        message = line.session.create_message()
        line.producer.send(message, mode, priority)
        received = line.next(Message)
        assert (message.delivery_mode, message.priority) == (mode, priority)
        assert (received.delivery_mode, received.priority) == (mode, priority)


def test_the_message_id_is_the_same_for_sender_and_receiver(jms: Provider) -> None:
    """HDR-03: it starts with ID:."""
    line = Line(jms)
    message = line.session.create_message()
    received = line.through(message)
    assert message.message_id is not None
    assert message.message_id.startswith("ID:")
    assert received.message_id == message.message_id


def test_message_ids_are_unique(jms: Provider) -> None:
    """HDR-04: over producers, sessions and connections."""
    lines = [Line(jms) for _ in range(3)]
    ids = []
    for line in lines:
        message = line.session.create_message()
        for producer in (line.producer, line.session.create_producer(line.destination)):
            for _ in range(10):
                producer.send(message)
                ids.append(message.message_id)
    assert len(set(ids)) == len(ids) == 60


def test_the_timestamp_is_the_time_of_the_send(jms: Provider) -> None:
    """HDR-05: milliseconds since the epoch, between the call and the return of send, the same on both sides."""
    line = Line(jms)
    message = line.session.create_message()
    before = time.time_ns() // 1_000_000
    line.producer.send(message)
    after = time.time_ns() // 1_000_000 + 1
    assert before <= message.timestamp <= after
    assert line.next(Message).timestamp == message.timestamp


@requires(Feature.TRANSACTION)
def test_the_timestamp_is_the_time_of_the_send_in_a_transaction_too(jms: Provider) -> None:
    """TX-15: hand-off, not commit."""
    line = Line(jms, session_mode=Session.SESSION_TRANSACTED)
    message = line.session.create_message()
    line.producer.send(message)
    stamped = message.timestamp
    jms.eventually(lambda: time.time_ns() // 1_000_000 > stamped + 2)
    line.session.commit()
    assert line.next(Message).timestamp == stamped


@pytest.mark.parametrize(
    "value", [None, "", "plain", "ID:like-a-message-id", "größe \U0001f600 '\"\\,;:=\n\t"], ids=repr
)
def test_any_correlation_id_arrives_unchanged(jms: Provider, value: str | None) -> None:
    """HDR-06: any string, also one that looks like a message id, or None."""
    line = Line(jms)
    message = line.session.create_message()
    message.correlation_id = value
    assert line.through(message).correlation_id == value


def test_a_correlation_id_of_bytes_arrives_or_is_refused(jms: Provider) -> None:
    """HDR-07: it round-trips, or ValueError says that bytes are not supported."""
    line = Line(jms)
    message = line.session.create_message()
    try:
        message.correlation_id_as_bytes = b"\x00\xff\x80abc"
    except ValueError:
        return
    assert message.correlation_id_as_bytes == b"\x00\xff\x80abc"
    assert line.through(message).correlation_id_as_bytes == b"\x00\xff\x80abc"


def test_reply_to_arrives_as_the_same_destination(jms: Provider) -> None:
    """HDR-08: a queue, a topic, or None by default."""
    line = Line(jms)
    message = line.session.create_message()
    assert line.through(message).reply_to is None
    for destination in (jms.queue(), jms.topic()):
        message.reply_to = destination
        received = line.through(message).reply_to
        assert received == destination
        assert isinstance(received, type(destination))


@requires(Feature.TEMPORARY)
def test_reply_to_may_be_temporary(jms: Provider) -> None:
    """HDR-08: a temporary queue or topic comes back as the same kind with the same name."""
    line = Line(jms)
    message = line.session.create_message()
    kinds: list[tuple[Destination, type[Destination]]] = [
        (line.session.create_temporary_queue(), Queue),
        (line.session.create_temporary_topic(), Topic),
    ]
    for destination, kind in kinds:
        message.reply_to = destination
        received = line.through(message).reply_to
        assert received == destination
        assert isinstance(received, kind)
        assert received.is_temporary


def test_a_received_reply_to_can_be_replied_to(jms: Provider) -> None:
    """HDR-09: a producer sends to it, identified or not."""
    asking, answering = Line(jms), Line(jms)
    request = asking.session.create_message()
    request.reply_to = asking.destination
    answering.producer.send(request)
    reply_to = answering.next(Message).reply_to
    assert reply_to is not None
    answering.session.create_producer(reply_to).send(answering.session.create_text_message("one"))
    answering.session.create_producer().send(reply_to, answering.session.create_text_message("two"))
    assert asking.next_texts(2) == ["one", "two"]


@pytest.mark.parametrize("value", [None, "", "order.v1", "größe \U0001f600 '\"\\,;:=\n"], ids=repr)
def test_the_type_arrives_unchanged(jms: Provider, value: str | None) -> None:
    """HDR-10: any string of the client, None by default."""
    line = Line(jms)
    message = line.session.create_message()
    assert message.type is None
    message.type = value
    assert line.through(message).type == value


def test_the_expiration_is_the_send_time_plus_the_time_to_live(jms: Provider) -> None:
    """HDR-11: 0 without a time to live; the same on both sides."""
    line = Line(jms)
    for time_to_live, milliseconds in ((0.0, None), (60.0, 60_000), (3600.5, 3_600_500)):
        message = line.session.create_message()
        line.producer.send(message, time_to_live=time_to_live)
        expected = 0 if milliseconds is None else message.timestamp + milliseconds
        assert message.expiration == line.next(Message).expiration == expected


def test_the_delivery_time_of_an_undelayed_message_is_its_send_time(jms: Provider) -> None:
    """HDR-12: never 0 after send, the same on both sides."""
    line = Line(jms)
    message = line.session.create_message()
    received = line.through(message)
    assert abs(message.delivery_time - message.timestamp) <= 1
    assert received.delivery_time == message.delivery_time


@requires(Feature.DELAY)
def test_the_delivery_time_of_a_delayed_message_is_later(jms: Provider) -> None:
    """HDR-12: send time plus delay, the same on both sides."""
    line = Line(jms)
    line.producer.delivery_delay = 0.03
    message = line.session.create_message()
    received = line.through(message)
    assert abs(message.delivery_time - message.timestamp - 30) <= 1
    assert received.delivery_time == message.delivery_time


def test_redelivered_is_false_at_first_and_true_afterwards(jms: Provider) -> None:
    """HDR-13: whatever the sender assigned."""
    line = Line(jms, session_mode=Session.CLIENT_ACKNOWLEDGE)
    message = line.session.create_message()
    message.redelivered = True
    first = line.through(message)
    assert first.redelivered is False
    line.session.recover()
    again = line.next(Message)
    assert again.redelivered is True
    assert again.message_id == first.message_id
    again.acknowledge()


def test_headers_of_a_received_message_may_be_changed(jms: Provider) -> None:
    """HDR-14: they are never read-only, and the change is local."""
    line = Line(jms, session_mode=Session.CLIENT_ACKNOWLEDGE)
    original = line.session.create_text_message("kept")
    original.correlation_id = "theirs"
    received = line.through(original)
    received.correlation_id = "mine"
    received.type = "mine"
    received.reply_to = line.destination
    received.priority = 9
    received.delivery_mode = DeliveryMode.NON_PERSISTENT
    received.message_id = "ID:mine"
    received.timestamp = received.expiration = received.delivery_time = 1
    received.destination = jms.topic()
    received.redelivered = True
    assert (received.correlation_id, received.type, received.reply_to) == ("mine", "mine", line.destination)
    assert (received.priority, received.delivery_mode) == (9, DeliveryMode.NON_PERSISTENT)
    assert (received.message_id, received.timestamp, received.redelivered) == ("ID:mine", 1, True)
    line.session.recover()
    again = line.next(TextMessage)
    assert (again.correlation_id, again.type, again.reply_to) == ("theirs", None, None)
    assert (again.priority, again.message_id, again.destination) == (4, original.message_id, line.destination)
    again.acknowledge()


def test_a_new_message_has_empty_headers(jms: Provider) -> None:
    """HDR-15: and the default mode and priority."""
    session = jms.connection().create_session()
    makers = (
        session.create_message,
        session.create_text_message,
        session.create_bytes_message,
        session.create_map_message,
        session.create_stream_message,
        session.create_object_message,
    )
    for make in makers:
        message: Message = make()
        assert (message.correlation_id, message.reply_to, message.type) == (None, None, None)
        assert (message.message_id, message.destination) == (None, None)
        assert (message.timestamp, message.expiration, message.delivery_time) == (0, 0, 0)
        assert message.redelivered is False
        assert (message.delivery_mode, message.priority) == (Message.DEFAULT_DELIVERY_MODE, Message.DEFAULT_PRIORITY)
