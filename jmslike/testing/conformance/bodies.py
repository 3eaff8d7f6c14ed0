"""Message bodies (MSG): all kinds over the wire, copies, read-only state, get_body; text and map messages."""

from __future__ import annotations

import pytest

from jmslike import (
    Byte,
    BytesMessage,
    Char,
    Float,
    JMSError,
    Long,
    MapMessage,
    Message,
    MessageFormatError,
    MessageNotWriteableError,
    ObjectMessage,
    Session,
    Short,
    StreamMessage,
    TextMessage,
)
from jmslike.testing import Provider
from jmslike.testing.line import Line
from jmslike.values import ItemValue

VALUES: list[object] = [
    True,
    Byte(-1),
    Short(-2),
    Char("c"),
    3,
    Long(4),
    Float(0.5),
    0.25,
    "text",
    b"\x00\xff",
    None,
]
"""One value of each type that a map or a stream can hold."""


ITEMS: dict[str, object] = {
    "boolean": True,
    "byte": 1,
    "short": 1,
    "char": "c",
    "int": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "string": "s",
    "bytes": b"b",
    "object": 1,
}
"""One value for each setter of a map and each writer of a stream."""


def typed(values: list[object]) -> list[tuple[type, object]]:
    """Pair each value with its type, so that a comparison covers both."""
    return [(type(value), value) for value in values]


def filled(session: Session) -> list[Message]:
    """Make one message of each kind, with a body if the kind has one."""
    map_message, stream, octets = (
        session.create_map_message(),
        session.create_stream_message(),
        session.create_bytes_message(),
    )
    map_message.set_int("n", 1)
    stream.write_int(1)
    octets.write_int(1)
    return [
        session.create_message(),
        session.create_text_message("text"),
        session.create_object_message({"a": [1, None, "x"]}),
        map_message,
        stream,
        octets,
    ]


def test_every_kind_of_message_arrives_as_that_kind(jms: Provider) -> None:
    """MSG-01, MSG-02: with headers and properties, with a body and without one."""
    line = Line(jms)
    session = line.session
    empty: list[Message] = [
        session.create_text_message(),
        session.create_object_message(),
        session.create_map_message(),
        session.create_stream_message(),
        session.create_bytes_message(),
    ]
    for message in filled(session) + empty:
        message.type = "t"
        message.set_int_property("n", 7)
        received = line.through(message)
        assert type(received) is type(message)
        assert (received.type, received.get_int_property("n")) == ("t", 7)


def test_the_body_of_a_received_message_is_read_only(jms: Provider) -> None:
    """MSG-03, MSG-13: every setter and writer raises MessageNotWriteableError."""
    line = Line(jms)
    _, text, thing, map_message, stream, octets = (line.through(message) for message in filled(line.session))
    with pytest.raises(MessageNotWriteableError):
        text.text = "changed"  # type: ignore[attr-defined]
    with pytest.raises(MessageNotWriteableError):
        thing.object = 1  # type: ignore[attr-defined]
    for kind, value in ITEMS.items():
        with pytest.raises(MessageNotWriteableError):
            getattr(map_message, f"set_{kind}")("n", value)
        with pytest.raises(MessageNotWriteableError):
            getattr(stream, f"write_{kind}")(value)
        with pytest.raises(MessageNotWriteableError):
            getattr(octets, "write_utf" if kind == "string" else f"write_{kind}")(value)
    with pytest.raises(MessageNotWriteableError):
        map_message["n"] = 2  # type: ignore[index]


def test_clear_body_makes_a_received_body_empty_and_writable(jms: Provider) -> None:
    """MSG-04, MSG-13: as newly created; the properties stay, and stay read-only."""
    line = Line(jms)
    for message in filled(line.session):
        message.set_int_property("n", 7)
        received = line.through(message)
        received.clear_body()
        assert received.get_int_property("n") == 7
        with pytest.raises(MessageNotWriteableError):
            received.set_int_property("n", 8)
        if isinstance(received, TextMessage):
            assert received.text is None
            received.text = "new"
        elif isinstance(received, ObjectMessage):
            assert received.object is None
            received.object = "new"
        elif isinstance(received, MapMessage):
            assert list(received.map_names) == []
            received.set_string("k", "new")
        elif isinstance(received, (StreamMessage, BytesMessage)):
            received.write_int(2)
            received.reset()
            assert received.read_int() == 2


def test_changing_a_received_message_does_not_change_its_redelivery(jms: Provider) -> None:
    """MSG-05: recover() redelivers the original content."""
    line = Line(jms, session_mode=Session.CLIENT_ACKNOWLEDGE)
    message = line.session.create_map_message()
    message.set_string("k", "original")
    received = line.through(message)
    received.clear_body()
    received.set_string("k", "changed")
    line.session.recover()
    again = line.next(MapMessage)
    assert again.get_string("k") == "original"
    again.acknowledge()


def test_setters_and_getters_copy(jms: Provider) -> None:
    """MSG-06: a later change of an argument or of a result has no effect on the message."""
    line = Line(jms)
    data = bytearray(b"abc")
    document = {"list": [1]}
    items = line.session.create_map_message()
    items.set_bytes("b", data)
    octets = line.session.create_bytes_message()
    octets.write_bytes(data)
    stream = line.session.create_stream_message()
    stream.write_bytes(data)
    thing = line.session.create_object_message(document)
    data[0] = 0
    document["list"].append(2)
    assert line.through(items).get_bytes("b") == b"abc"
    assert line.through(octets).read_bytes() == b"abc"
    assert line.through(stream).read_bytes() == b"abc"
    received = line.through(thing)
    received.object["list"].append(3)
    assert received.object == thing.object == {"list": [1]}


def test_each_subscriber_has_its_own_copy(jms: Provider) -> None:
    """MSG-07: a change by one subscriber to its message does not reach the others."""
    topic = jms.topic()
    first, second = Line(jms, topic), Line(jms, topic, Session.CLIENT_ACKNOWLEDGE)
    message = first.session.create_map_message()
    message.set_string("k", "shared")
    message.set_int_property("n", 1)
    mine = first.through(message)
    mine.clear_body()
    mine.clear_properties()
    mine.set_string("k", "mine")
    mine.correlation_id = "mine"
    theirs = second.next(MapMessage)
    assert (theirs.get_string("k"), theirs.get_int_property("n"), theirs.correlation_id) == ("shared", 1, None)
    mine.acknowledge()
    second.session.recover()
    second.next(MapMessage).acknowledge()


def test_text_and_its_absence_survive_the_journey(jms: Provider) -> None:
    """MSG-08: None is the default, and not the same as the empty text."""
    line = Line(jms)
    assert line.session.create_text_message().text is None
    for text in (None, "", "text"):
        assert line.through(line.session.create_text_message(text)).text == text


def test_any_unicode_text_survives_the_journey(jms: Provider) -> None:
    """MSG-09: NUL, line ends, characters beyond the basic plane, and megabytes."""
    line = Line(jms)
    for text in ("a\x00b", "\r\n\t:\\", "größe €", "\U0001f600\U0010ffff", "é" * 2_000_000):
        assert line.through(line.session.create_text_message(text)).text == text


def test_a_map_keeps_every_type_over_the_journey(jms: Provider) -> None:
    """MSG-13, MSG-18, MSG-31: readable while it is written, and equal after it was received."""
    line = Line(jms)
    message = line.session.create_map_message()
    for number, value in enumerate(VALUES):
        message.set_object(f"item {number}", value)
    for seen in (message, line.through(message)):
        assert typed([seen.get_object(f"item {number}") for number in range(len(VALUES))]) == typed(VALUES)


def test_map_and_stream_refuse_other_types(jms: Provider) -> None:
    """MSG-18: a list, a dict or any other object raises MessageFormatError."""
    session = jms.connection().create_session()
    items, stream = session.create_map_message(), session.create_stream_message()
    for value in ([], {}, (), object(), 1j, {1}, 2**63):
        with pytest.raises(MessageFormatError):
            items.set_object("k", value)
        with pytest.raises(MessageFormatError):
            stream.write_object(value)
    assert items.item_exists("k") is False


def test_a_map_item_needs_a_name(jms: Provider) -> None:
    """MSG-14: None and "" raise ValueError in every setter."""
    message = jms.connection().create_session().create_map_message()
    for kind, value in ITEMS.items():
        for name in (None, ""):
            with pytest.raises(ValueError) as caught:  # noqa: PT011
                getattr(message, f"set_{kind}")(name, value)
            assert not isinstance(caught.value, JMSError)
    assert list(message.map_names) == []


def test_map_names_are_those_of_the_items(jms: Provider) -> None:
    """MSG-15: a new message has none; any string may be a name."""
    line = Line(jms)
    message = line.session.create_map_message()
    assert list(message.map_names) == []
    names = ["a", "not an identifier", "größe", "NULL"]
    for name in names:
        message.set_int(name, 1)
    assert sorted(line.through(message).map_names) == sorted(names)


def test_a_map_message_is_also_a_mapping(jms: Provider) -> None:
    """MSG-13, MSG-40: Python types decide the JMS types."""
    line = Line(jms)
    message = line.session.create_map_message()
    values: dict[str, ItemValue] = {
        "flag": True,
        "n": 5,
        "big": 2**40,
        "x": 0.5,
        "s": "t",
        "b": b"\x00",
        "nothing": None,
    }
    message.update(values)
    message["gone"] = 1
    del message["gone"]
    with pytest.raises(MessageFormatError):
        message["bad"] = object()  # type: ignore[assignment]
    received = line.through(message)
    assert dict(received) == received.get_body(dict) == values
    assert len(received) == len(values)
    assert [type(received.get_object(name)) for name in ("flag", "n", "big", "x")] == [bool, int, Long, float]


def test_a_char_is_one_utf_16_unit(jms: Provider) -> None:
    """MSG-20: no more than one character of the basic plane, and never a number."""
    session = jms.connection().create_session()
    items, stream = session.create_map_message(), session.create_stream_message()
    for value in ("", "ab", "\U0001f600"):
        with pytest.raises(ValueError):  # noqa: PT011
            items.set_char("c", value)
        with pytest.raises(ValueError):  # noqa: PT011
            stream.write_char(value)


def test_get_body_gives_the_body_as_its_python_type(jms: Provider) -> None:
    """MSG-40, MSG-44: str, dict, bytes or the object itself; is_body_assignable_to tells beforehand."""
    line = Line(jms)
    _, text, thing, items, _, octets = (line.through(message) for message in filled(line.session))
    bodies: list[tuple[Message, type, object]] = [
        (text, str, "text"),
        (thing, dict, {"a": [1, None, "x"]}),
        (items, dict, {"n": 1}),
        (octets, bytes, b"\x00\x00\x00\x01"),
    ]
    for message, kind, body in bodies:
        for wanted in (kind, object):
            assert message.is_body_assignable_to(wanted) is True
            assert message.get_body(wanted) == body
        for other in {str, dict, bytes, int} - {kind}:
            assert message.is_body_assignable_to(other) is False
            with pytest.raises(MessageFormatError):
                message.get_body(other)


def test_a_stream_has_no_body_to_get(jms: Provider) -> None:
    """MSG-41: get_body raises MessageFormatError for every type."""
    line = Line(jms)
    message = line.session.create_stream_message()
    message.write_int(1)
    received = line.through(message)
    for wanted in (str, dict, bytes, object, list):
        assert received.is_body_assignable_to(wanted) is False
        with pytest.raises(MessageFormatError):
            received.get_body(wanted)


def test_the_body_of_a_message_without_one_is_none(jms: Provider) -> None:
    """MSG-42: as any type, for a bare Message and for empty text, object, map and bytes."""
    line = Line(jms)
    session = line.session
    makers = (
        session.create_message,
        session.create_text_message,
        session.create_object_message,
        session.create_map_message,
        session.create_bytes_message,
    )
    for make in makers:
        message: Message = make()
        for seen in (message, line.through(message)):
            for wanted in (str, dict, bytes, object):
                assert seen.get_body(wanted) is None
                assert seen.is_body_assignable_to(wanted) is True


def test_a_message_of_another_jms_implementation_can_be_sent(jms: Provider) -> None:
    """MSG-45: an object with a message's attributes is converted by kind, and send sets its headers."""
    line = Line(jms)

    class ForeignText:
        correlation_id = "c"
        type = None
        reply_to = None
        text = "foreign"
        properties = {"n": 5}  # noqa: RUF012
        message_id = None

    foreign = ForeignText()
    line.producer.send(foreign)
    received = line.next(TextMessage)
    assert (received.text, received.correlation_id, received.get_int_property("n")) == ("foreign", "c", 5)
    assert foreign.message_id == received.message_id
