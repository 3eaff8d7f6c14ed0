"""Message producers (PROD): settings, what send stamps, identified and unidentified producers."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from jmslike import (
    BytesMessage,
    DeliveryMode,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    Message,
    MessageFormatError,
    MessageNotWriteableError,
    TextMessage,
)
from jmslike.capabilities import Feature
from jmslike.testing import Provider, requires
from jmslike.testing.line import Line
from jmslike.testing.steps import take_text, text_of


def test_a_new_producer_has_the_defaults_of_the_specification(jms: Provider) -> None:
    """PROD-01: persistent, priority 4, no time to live, no delay, ids and timestamps enabled."""
    producer = Line(jms).producer
    assert producer.delivery_mode == DeliveryMode.PERSISTENT
    assert producer.priority == Message.DEFAULT_PRIORITY == 4
    assert producer.time_to_live == Message.DEFAULT_TIME_TO_LIVE == 0
    assert producer.delivery_delay == 0
    assert producer.disable_message_id is False
    assert producer.disable_message_timestamp is False


def test_producer_settings_read_back_as_they_were_set(jms: Provider) -> None:
    """PROD-02: every default of a producer round-trips."""
    producer = Line(jms).producer
    producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    producer.priority = 9
    producer.time_to_live = 7.5
    producer.disable_message_id = True
    producer.disable_message_timestamp = True
    assert producer.delivery_mode == DeliveryMode.NON_PERSISTENT
    assert producer.priority == 9
    assert producer.time_to_live == 7.5
    assert producer.disable_message_id is True
    assert producer.disable_message_timestamp is True


def test_a_time_to_live_may_be_a_timedelta(jms: Provider) -> None:
    """PROD-02, HDR-11: durations are seconds or a timedelta, in a setting and in a send."""
    line = Line(jms)
    line.producer.time_to_live = timedelta(minutes=2)
    first = line.through(line.session.create_message())
    assert first.expiration - first.timestamp == 120_000
    line.producer.send(line.session.create_message(), time_to_live=timedelta(minutes=3))
    second = line.next(Message)
    assert second.expiration - second.timestamp == 180_000


@requires(Feature.DELAY)
def test_a_delivery_delay_reads_back_as_it_was_set(jms: Provider) -> None:
    """PROD-02: the delivery delay round-trips."""
    line = Line(jms)
    line.producer.delivery_delay = 0.01
    assert line.producer.delivery_delay == 0.01
    message = line.session.create_message()
    assert line.through(message).delivery_time == message.delivery_time > message.timestamp


def test_producer_settings_apply_to_later_sends_only(jms: Provider) -> None:
    """PROD-02: a message that was sent before a setting changed keeps the old one."""
    line = Line(jms)
    before = line.through(line.session.create_message())
    line.producer.priority = 7
    line.producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    line.producer.time_to_live = 60
    after = line.through(line.session.create_message())
    assert (before.priority, before.delivery_mode, before.expiration) == (4, DeliveryMode.PERSISTENT, 0)
    assert (after.priority, after.delivery_mode) == (7, DeliveryMode.NON_PERSISTENT)
    assert after.expiration - after.timestamp == 60_000


def test_arguments_of_send_override_the_settings_for_that_send_only(jms: Provider) -> None:
    """PROD-03: mode, priority and time to live given to send hold for that message alone."""
    line = Line(jms)
    line.producer.priority = 2
    line.producer.send(line.session.create_message(), DeliveryMode.NON_PERSISTENT, 8, 60)
    special = line.next(Message)
    usual = line.through(line.session.create_message())
    assert (special.delivery_mode, special.priority) == (DeliveryMode.NON_PERSISTENT, 8)
    assert special.expiration - special.timestamp == 60_000
    assert (usual.delivery_mode, usual.priority, usual.expiration) == (DeliveryMode.PERSISTENT, 2, 0)
    assert line.producer.priority == 2


def test_headers_that_send_sets_ignore_what_the_client_assigned(jms: Provider) -> None:
    """PROD-04: priority, mode, expiration, times, id and destination set on the message are overwritten."""
    line = Line(jms)
    message = line.session.create_message()
    message.priority = 9
    message.delivery_mode = DeliveryMode.NON_PERSISTENT
    message.expiration = 1
    message.delivery_time = 1
    message.message_id = "ID:mine"
    message.timestamp = 1
    message.destination = jms.topic()
    received = line.through(message)
    for seen in (message, received):
        assert (seen.priority, seen.delivery_mode, seen.expiration) == (4, DeliveryMode.PERSISTENT, 0)
        assert seen.delivery_time > 1
        assert seen.timestamp > 1
        assert seen.message_id != "ID:mine"
        assert seen.destination == line.destination


@pytest.mark.parametrize("setting", [{"delivery_mode": 0}, {"delivery_mode": 3}, {"priority": -1}, {"priority": 10}])
def test_a_mode_or_priority_out_of_range_is_refused(jms: Provider, setting: dict[str, int]) -> None:
    """PROD-05: by the setter and by send; nothing is sent and the setting stays."""
    line = Line(jms)
    (name, value), *_ = setting.items()
    before = getattr(line.producer, name)
    with pytest.raises(JMSError):
        setattr(line.producer, name, value)
    with pytest.raises(JMSError):
        line.producer.send(line.session.create_message(), **setting)  # type: ignore[call-overload]
    assert getattr(line.producer, name) == before
    assert line.is_silent()


def test_negative_times_are_refused(jms: Provider) -> None:
    """PROD-06: a negative delivery delay or time to live raises JMSError."""
    line = Line(jms)
    with pytest.raises(JMSError):
        line.producer.time_to_live = -1
    with pytest.raises(JMSError):
        line.producer.delivery_delay = -0.001
    with pytest.raises(JMSError):
        line.producer.send(line.session.create_message(), time_to_live=timedelta(seconds=-1))
    assert (line.producer.time_to_live, line.producer.delivery_delay) == (0, 0)
    assert line.is_silent()


def test_a_producer_without_destination_sends_to_any(jms: Provider) -> None:
    """PROD-07: create_producer(None) is unidentified; the destination comes first or as a keyword."""
    line = Line(jms)
    for producer in (line.session.create_producer(), line.session.create_producer(None)):
        assert producer.destination is None
        producer.send(line.destination, line.session.create_text_message("first"))
        producer.send(line.session.create_text_message("keyword"), destination=line.destination)
        assert [line.next_text(), line.next_text()] == ["first", "keyword"]
    assert line.producer.destination == line.destination


def test_an_unidentified_producer_takes_the_settings_after_the_destination(jms: Provider) -> None:
    """PROD-03, PROD-07: send(destination, message, mode, priority, time to live) is as in Java."""
    line = Line(jms)
    producer = line.session.create_producer()
    producer.send(line.destination, line.session.create_message(), DeliveryMode.NON_PERSISTENT, 6, 60)
    received = line.next(Message)
    assert (received.delivery_mode, received.priority) == (DeliveryMode.NON_PERSISTENT, 6)
    assert received.expiration - received.timestamp == 60_000


def test_an_unidentified_producer_needs_a_destination(jms: Provider) -> None:
    """PROD-08: send(message) alone raises ValueError, which is no JMSError."""
    session = jms.connection().create_session()
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        session.create_producer().send(session.create_message())
    assert not isinstance(caught.value, JMSError)


def test_an_identified_producer_refuses_a_destination(jms: Provider) -> None:
    """PROD-09: also its own."""
    line = Line(jms)
    for destination in (jms.queue(), line.destination):
        with pytest.raises(ValueError):  # noqa: PT011
            line.producer.send(destination, line.session.create_message())
        with pytest.raises(ValueError):  # noqa: PT011
            line.producer.send(line.session.create_message(), destination=destination)
    assert line.is_silent()


def test_none_as_the_destination_of_a_send_is_invalid(jms: Provider) -> None:
    """PROD-10: send(None, message) on an unidentified producer raises InvalidDestinationError."""
    session = jms.connection().create_session()
    with pytest.raises(InvalidDestinationError):
        session.create_producer().send(None, session.create_message())  # type: ignore[call-overload]


@requires(Feature.TEMPORARY)
def test_sending_to_a_deleted_temporary_destination_is_refused(jms: Provider) -> None:
    """PROD-11: by a producer that was made before, and by one without destination."""
    session = jms.connection().create_session()
    queue = session.create_temporary_queue()
    producer = session.create_producer(queue)
    queue.delete()
    with pytest.raises(InvalidDestinationError):
        producer.send(session.create_message())
    with pytest.raises(InvalidDestinationError):
        session.create_producer().send(queue, session.create_message())


@pytest.mark.parametrize("thing", [None, "text", b"bytes", 1, {}], ids=repr)
def test_only_a_message_can_be_sent(jms: Provider, thing: Any) -> None:
    """PROD-12: None, or any other object, raises MessageFormatError."""
    line = Line(jms)
    with pytest.raises(MessageFormatError):
        line.producer.send(thing)
    with pytest.raises(MessageFormatError):
        line.session.create_producer().send(line.destination, thing)
    assert line.is_silent()


def test_a_message_outlives_its_sender_once_send_has_returned(jms: Provider) -> None:
    """PROD-13: the provider has taken responsibility when a synchronous send returns."""
    queue = jms.queue()
    with jms.connection() as sender:
        session = sender.create_session()
        session.create_producer(queue).send(session.create_text_message("kept"))
    assert Line(jms, queue).next_text() == "kept"


def test_send_fills_in_the_headers_of_the_senders_message(jms: Provider) -> None:
    """PROD-14: destination, mode, priority, expiration, delivery time, id and timestamp are readable after send."""
    line = Line(jms)
    message = line.session.create_message()
    earliest = time.time_ns() // 1_000_000
    line.producer.send(message, DeliveryMode.NON_PERSISTENT, 3, 60)
    latest = time.time_ns() // 1_000_000 + 1
    assert message.destination == line.destination
    assert (message.delivery_mode, message.priority) == (DeliveryMode.NON_PERSISTENT, 3)
    assert message.message_id is not None
    assert message.message_id.startswith("ID:")
    assert earliest <= message.timestamp <= latest
    assert earliest <= message.delivery_time <= latest
    assert message.expiration == message.timestamp + 60_000


def test_changing_a_sent_message_leaves_the_one_in_transit_alone(jms: Provider) -> None:
    """PROD-15: body, properties and headers of a message may be changed as soon as send has returned."""
    line = Line(jms)
    message = line.session.create_text_message("old")
    message.set_string_property("word", "old")
    message.correlation_id = "old"
    line.producer.send(message)
    message.text = "new"
    message.set_string_property("word", "new")
    message.correlation_id = "new"
    for expected in ("old", "new"):
        received = line.next(TextMessage)
        seen = (received.text, received.get_string_property("word"), received.correlation_id)
        assert seen == (expected, expected, expected)
        if expected == "old":
            line.producer.send(message)


def test_one_object_sent_twice_is_two_messages(jms: Provider) -> None:
    """PROD-16, PROD-15: each send gives the message a new id."""
    line = Line(jms)
    message = line.session.create_text_message("again")
    ids = []
    for _ in range(2):
        line.producer.send(message)
        ids.append(message.message_id)
    received = [line.next(TextMessage), line.next(TextMessage)]
    assert [each.message_id for each in received] == ids
    assert ids[0] != ids[1]
    assert [each.text for each in received] == ["again", "again"]


def test_ids_and_timestamps_may_be_left_out_on_request(jms: Provider) -> None:
    """PROD-17: None and 0 if the hint is honoured, else the usual values."""
    line = Line(jms)
    line.producer.disable_message_id = True
    line.producer.disable_message_timestamp = True
    message = line.session.create_message()
    received = line.through(message)
    for seen in (message, received):
        assert seen.message_id is None or seen.message_id.startswith("ID:")
        assert seen.timestamp == 0 or seen.timestamp > 1_600_000_000_000


def test_closing_a_producer_twice_is_silent_and_any_other_use_an_error(jms: Provider) -> None:
    """PROD-18: a closed producer sends nothing; what it sent before is not affected."""
    line = Line(jms)
    line.producer.send(line.session.create_text_message("before"))
    line.producer.close()
    line.producer.close()
    with pytest.raises(IllegalStateError):
        line.producer.send(line.session.create_text_message("after"))
    assert line.next_text() == "before"
    assert line.is_silent()


def test_a_received_message_can_be_sent_on_as_it_is(jms: Provider) -> None:
    """PROD-19: send overwrites its headers and keeps body, properties and the client's headers, still read-only."""
    first, second = Line(jms), Line(jms)
    original = first.session.create_text_message("forwarded")
    original.set_int_property("n", 5)
    original.correlation_id = "c"
    received = first.through(original)
    old_id = received.message_id
    second.producer.send(received, priority=8)
    forwarded = second.next(TextMessage)
    assert (forwarded.text, forwarded.get_object_property("n"), forwarded.correlation_id) == ("forwarded", 5, "c")
    assert (forwarded.destination, forwarded.priority) == (second.destination, 8)
    assert (received.destination, received.priority) == (second.destination, 8)
    assert received.message_id == forwarded.message_id != old_id
    with pytest.raises(MessageNotWriteableError):
        received.text = "changed"
    with pytest.raises(MessageNotWriteableError):
        received.set_int_property("n", 6)


def test_a_received_bytes_message_that_was_partly_read_is_sent_on_whole(jms: Provider) -> None:
    """PROD-19: reading moves a position, never the body."""
    first, second = Line(jms), Line(jms)
    original = first.session.create_bytes_message()
    original.write_bytes(b"abcdef")
    received = first.through(original)
    assert received.read_bytes(4) == b"abcd"
    assert second.through(received).read_bytes() == b"abcdef"


def test_both_delivery_modes_share_a_destination(jms: Provider) -> None:
    """PROD-03, HDR-02: persistent and non-persistent messages of one queue all arrive, each once."""
    line = Line(jms)
    modes = [DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT] * 3
    for number, mode in enumerate(modes):
        line.producer.send(line.session.create_text_message(str(number)), mode)
    received = [line.next(TextMessage) for _ in modes]
    assert {int(each.text or ""): each.delivery_mode for each in received} == dict(enumerate(modes))
    assert line.is_silent()


def test_a_persistent_message_survives_a_restart_of_the_provider(jms: Provider) -> None:
    """PROD-21: on a queue and on a durable subscription; a non-persistent one may be lost, but never comes twice."""
    queue, topic, client_id = jms.queue(), jms.topic(), jms.name("client")
    durable = jms.capabilities.supports(Feature.DURABLE_SUBSCRIPTION)
    with jms.connection(client_id=client_id) as connection:
        session = connection.create_session()
        if durable:
            session.create_durable_subscriber(topic, "kept").close()
        for mode in (DeliveryMode.PERSISTENT, DeliveryMode.NON_PERSISTENT):
            for destination in (queue, topic):
                session.create_producer(destination).send(session.create_text_message(mode.name), mode)
    jms.restart()
    session = jms.connection(client_id=client_id).create_session()
    consumers = [session.create_consumer(queue)]
    if durable:
        consumers.append(session.create_durable_subscriber(topic, "kept"))
    for consumer in consumers:
        texts = [take_text(jms, consumer)]
        while (message := consumer.receive(jms.silence)) is not None:
            texts.append(text_of(message))
        assert texts.count("PERSISTENT") == 1
        assert texts.count("NON_PERSISTENT") <= 1


def test_sending_over_a_lost_connection_is_an_error(jms: Provider) -> None:
    """PROD-20: send raises JMSError, and a message that it may have sent is not delivered twice."""
    line = Line(jms)
    line.send_texts("before")
    jms.cut()
    sent = line.session.create_text_message("after")
    with pytest.raises(JMSError):
        line.producer.send(sent)
    other = Line(jms, line.destination)
    texts = []
    while (message := other.consumer.receive(jms.silence)) is not None:
        texts.append(text_of(message))
    assert texts.count("before") <= 1
    assert texts.count("after") <= 1


def test_a_sender_keeps_writing_to_its_bytes_message(jms: Provider) -> None:
    """PROD-15, MSG-39: a synchronous send leaves the sender's body as it was, so that more can be written."""
    line = Line(jms)
    message = line.session.create_bytes_message()
    message.write_bytes(b"one")
    line.producer.send(message)
    message.write_bytes(b"two")
    line.producer.send(message)
    assert line.next(BytesMessage).read_bytes() == b"one"
    assert line.next(BytesMessage).read_bytes() == b"onetwo"
