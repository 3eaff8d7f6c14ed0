"""Headers as attributes."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.constants import DeliveryMode
from jmslike.destinations import Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import InvalidDestinationError, JMSError, MessageFormatError
from jmslike.message import MESSAGE_TYPES, Message, TextMessage, new_message
from tests.unit.message.support import RecordingSession, delivered, sent

NEW = {
    "message_id": None,
    "destination": None,
    "delivery_mode": 2,
    "priority": 4,
    "timestamp": 0,
    "expiration": 0,
    "delivery_time": 0,
    "redelivered": False,
    "correlation_id": None,
    "correlation_id_as_bytes": None,
    "reply_to": None,
    "type": None,
}
CHANGED: dict[str, Any] = {
    "message_id": "ID:mine",
    "destination": Topic("t"),
    "delivery_mode": 1,
    "priority": 9,
    "timestamp": 1_700_000_000_777,
    "expiration": 1_800_000_000_777,
    "delivery_time": 1_750_000_000_777,
    "redelivered": True,
    "correlation_id": "c",
    "reply_to": Queue("r"),
    "type": "order",
}


def headers(message: Message) -> dict[str, Any]:
    """Return all headers."""
    return {name: getattr(message, name) for name in NEW}


@pytest.mark.parametrize("cls", MESSAGE_TYPES.values())
def test_a_new_message(cls: type[Message]) -> None:
    """HDR-15: nothing is set before send but the default mode and priority."""
    assert headers(new_message(cls)) == NEW


def test_defaults_as_constants() -> None:
    """HDR-15, PROD-01: the constants of Message."""
    assert Message.DEFAULT_DELIVERY_MODE is DeliveryMode.PERSISTENT
    assert (Message.DEFAULT_PRIORITY, Message.DEFAULT_TIME_TO_LIVE, Message.DEFAULT_DELIVERY_DELAY) == (4, 0, 0)


def test_what_send_stamps_is_seen_by_both() -> None:
    """HDR-01, HDR-03: the sender's message and the received one show the same envelope."""
    message = new_message(TextMessage)
    copy = delivered(message)
    for each in (message, copy):
        assert each.message_id == "ID:1"
        assert each.destination == Queue("q")
        assert each.timestamp == each.delivery_time == 1_700_000_000_123
        assert (each.delivery_mode, each.priority, each.expiration) == (2, 4, 0)


@pytest.mark.parametrize("name", CHANGED)
@pytest.mark.parametrize("state", ["new_message", "sent", "received_message"])
def test_every_header_can_be_assigned_at_any_time(name: str, state: str) -> None:
    """HDR-14: also on a received message, and what it shares with others is not changed."""
    message = new_message(TextMessage)
    envelope = sent(message) if state != "new_message" else None
    if state == "received_message":
        message = delivered(message)
        envelope = message._envelope
    before = headers(message)
    setattr(message, name, CHANGED[name])
    expected = before | {name: CHANGED[name]}
    if name == "correlation_id":
        expected["correlation_id_as_bytes"] = b"c"
    if name == "timestamp":
        expected["delivery_time"] = CHANGED[name]
    assert headers(message) == expected
    if envelope is not None:
        assert envelope.id == "ID:1"
        assert envelope.destination == Queue("q")
        assert (envelope.delivery_mode, envelope.priority, envelope.expiration, envelope.due) == (2, 4, 0, 0)
        assert envelope.timestamp == 1_700_000_000_123
        assert envelope.headers == (None, None, None)


def test_all_headers_together() -> None:
    """HDR-14, PROD-04: assigning one keeps the others; None takes them back; send overwrites what it sets."""
    message = new_message(TextMessage)
    for name, value in CHANGED.items():
        setattr(message, name, value)
    assert headers(message) == CHANGED | {"correlation_id_as_bytes": b"c"}
    for name in ("message_id", "destination", "correlation_id", "reply_to", "type"):
        setattr(message, name, None)
        assert getattr(message, name) is None
    assert message.priority == 9
    sent(message, 7)
    assert (message.message_id, message.priority, message.delivery_mode) == ("ID:7", 4, 2)
    assert (message.destination, message.expiration, message.redelivered) == (Queue("q"), 0, False)


def test_assigning_headers_leaves_body_and_properties_shared_or_not_as_they_were() -> None:
    """PROD-15: a header that is assigned after send does not open the shared properties for writing."""
    message = new_message(TextMessage)
    message.set_int_property("n", 1)
    envelope = sent(message)
    message.priority = 3
    message.set_int_property("n", 2)
    assert envelope.properties == {"n": 1}
    assert message.get_int_property("n") == 2


INTEGER_HEADERS = ("timestamp", "expiration", "delivery_time")


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        *((name, value, MessageFormatError) for name in INTEGER_HEADERS for value in ("1", 1.0, None, True)),
        *((name, 1 << 63, ValueError) for name in INTEGER_HEADERS),
        *((name, value, JMSError) for name in ("priority", "delivery_mode") for value in (-1, 10)),
        *(
            (name, value, MessageFormatError)
            for name in ("priority", "delivery_mode")
            for value in ("1", 1.0, None, True)
        ),
        ("delivery_mode", 0, JMSError),
        ("delivery_mode", 3, JMSError),
        *(("redelivered", value, MessageFormatError) for value in (1, "true", None)),
        *(
            (name, value, MessageFormatError)
            for name in ("message_id", "correlation_id", "type")
            for value in (5, b"x", ["x"])
        ),
        *(("correlation_id_as_bytes", value, MessageFormatError) for value in (5, "x", ["x"])),
        *((name, value, InvalidDestinationError) for name in ("destination", "reply_to") for value in ("q", 5, Queue)),
    ],
)
def test_wrong_values_for_headers(name: str, value: Any, error: type[Exception]) -> None:
    """HDR-14, PROD-05: each raises an error that names it, and changes nothing."""
    message = new_message(TextMessage)
    with pytest.raises(error, match=r".") as caught:
        setattr(message, name, value)
    assert type(caught.value) is error
    assert headers(message) == NEW
    assert message._envelope is None


@pytest.mark.parametrize(("name", "values"), [("priority", range(10)), ("delivery_mode", (1, 2))])
def test_numbers_in_range(name: str, values: Any) -> None:
    """HDR-02: every value that the specification allows."""
    message = new_message(Message)
    for value in values:
        setattr(message, name, value)
        assert getattr(message, name) == value


def test_messages_say_what_was_wrong() -> None:
    """PROD-05: with the range and the value."""
    with pytest.raises(JMSError, match="JMSPriority is 0 to 9, not 10"):
        new_message(Message).priority = 10
    with pytest.raises(MessageFormatError, match="JMSDeliveryMode is an int, not str"):
        new_message(Message).delivery_mode = "2"  # type: ignore[assignment]
    with pytest.raises(InvalidDestinationError, match="as JMSReplyTo, or None, not the str 'q'"):
        new_message(Message).reply_to = "q"  # type: ignore[assignment]


@pytest.mark.parametrize("destination", [Queue("a"), Topic("a"), TemporaryQueue("a"), TemporaryTopic("a")])
def test_reply_to_keeps_its_kind(destination: Any) -> None:
    """HDR-08: a queue, a topic, or a temporary one."""
    message = new_message(TextMessage)
    message.reply_to = destination
    copy = delivered(message)
    assert copy.reply_to == destination
    assert type(copy.reply_to) is type(destination)


def test_correlation_ids_as_text_and_bytes() -> None:
    """HDR-06, HDR-07: any text, or any bytes; each can be read as the other."""
    message = new_message(TextMessage)
    message.correlation_id = "größe \ud800"
    assert message.correlation_id_as_bytes == b"gr\xc3\xb6\xc3\x9fe \xed\xa0\x80"
    message.correlation_id = "ID:5"
    assert message.correlation_id == "ID:5"
    message.correlation_id_as_bytes = bytearray(b"\xff\x00a")  # type: ignore[assignment]
    copy = delivered(message)
    assert type(copy.correlation_id_as_bytes) is bytes
    assert copy.correlation_id_as_bytes == b"\xff\x00a"
    assert copy.correlation_id == "\\xff\x00a"
    message.correlation_id_as_bytes = None
    assert message.correlation_id is None


def test_client_headers_travel() -> None:
    """HDR-06, HDR-10: correlation id and type reach the receiver."""
    message = new_message(TextMessage)
    message.correlation_id = "c"
    message.type = "t"
    copy = delivered(message)
    assert (copy.correlation_id, copy.type) == ("c", "t")
    copy.type = "other"
    assert message.type == "t"


@pytest.mark.parametrize(("attempts", "redelivered"), [(0, False), (1, True), (5, True)])
def test_redelivered_and_delivery_count(attempts: int, redelivered: bool) -> None:
    """HDR-13, PROP-19: both follow from the hand-overs before this one."""
    copy = delivered(new_message(TextMessage), attempts=attempts)
    assert copy.redelivered is redelivered
    assert copy.get_object_property("JMSXDeliveryCount") == attempts + 1
    copy.redelivered = not redelivered
    copy.priority = 7
    assert copy.redelivered is not redelivered
    assert copy.get_int_property("JMSXDeliveryCount") == attempts + 1


def test_acknowledge_goes_to_the_session() -> None:
    """ACK-01: a received message asks its session; a message that was not received does nothing."""
    session = RecordingSession()
    copy = delivered(new_message(TextMessage), session=session, delivery=3)
    copy.acknowledge()
    assert session.acknowledged == [3]
    new_message(TextMessage).acknowledge()


def test_the_marks_of_a_message_that_was_not_received() -> None:
    """HDR-15: no hand-over, no delivery, no session."""
    message = new_message(TextMessage)
    assert (message._attempts, message._delivery, message._owner, message._position) == (-1, 0, None, 0)


@pytest.mark.parametrize(("kind", "cls"), MESSAGE_TYPES.items())
def test_a_message_arrives_as_its_kind(kind: str, cls: type[Message]) -> None:
    """MSG-01, MSG-02: all six kinds, with an empty body."""
    message = new_message(cls)
    assert message.kind == kind
    assert type(delivered(message)) is cls


def test_six_kinds() -> None:
    """MSG-01: these and no more."""
    assert list(MESSAGE_TYPES) == ["message", "text", "bytes", "map", "stream", "object"]


@pytest.mark.parametrize("cls", MESSAGE_TYPES.values())
def test_messages_are_made_by_sessions(cls: type[Message]) -> None:
    """MSG-01: calling the class is an error that says who makes messages."""
    with pytest.raises(TypeError, match=f"a {cls.__name__} is made by a session"):
        cls()


def test_messages_show_what_they_are() -> None:
    """MSG-08: class, id and the beginning of the body."""
    message = new_message(TextMessage)
    message.text = "x" * 1000
    assert repr(message).startswith("TextMessage(id=None, body='xxx")
    assert len(repr(message)) < 100
    sent(message)
    assert "id='ID:1'" in repr(message)
    assert repr(new_message(Message)) == "Message(id=None, body=None)"


def test_messages_take_no_other_attributes() -> None:
    """HDR-15: a misspelt header is an error, not a new attribute."""
    with pytest.raises(AttributeError):
        new_message(Message).prioritty = 5  # type: ignore[attr-defined]
