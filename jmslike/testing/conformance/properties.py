"""Message properties (PROP): names, types, read-only state. The conversions are in `conversions`."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest

from jmslike import (
    Byte,
    Char,
    Float,
    JMSError,
    Long,
    Message,
    MessageFormatError,
    MessageNotWriteableError,
    Session,
    Short,
    TextMessage,
)
from jmslike.testing import Provider
from jmslike.testing.line import Line

SETTERS: dict[str, object] = {
    "boolean": True,
    "byte": 1,
    "short": 1,
    "int": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "string": "s",
    "object": 1,
}
OUT_OF_RANGE: dict[str, tuple[float, ...]] = {
    "byte": (128, -129),
    "short": (32768, -32769),
    "int": (2**31, -(2**31) - 1),
    "long": (2**63, -(2**63) - 1),
    "float": (1e39, -1e39),
}


def test_every_property_type_survives_the_journey(jms: Provider) -> None:
    """PROP-01, PROP-03, PROP-21: value and type come back as they were set."""
    line = Line(jms)
    message = line.session.create_message()
    message.set_boolean_property("boolean", True)
    message.set_byte_property("byte", -5)
    message.set_short_property("short", 300)
    message.set_int_property("int", 70_000)
    message.set_long_property("long", 5)
    message.set_float_property("float", 2.5)
    message.set_double_property("double", 2.5)
    message.set_string_property("string", "5")
    expected = {
        "boolean": (bool, True),
        "byte": (Byte, -5),
        "short": (Short, 300),
        "int": (int, 70_000),
        "long": (Long, 5),
        "float": (Float, 2.5),
        "double": (float, 2.5),
        "string": (str, "5"),
    }
    for seen in (message, line.through(message)):
        values = {name: seen.get_object_property(name) for name in expected}
        assert {name: (type(value), value) for name, value in values.items()} == expected


def test_strings_of_any_characters_survive_the_journey(jms: Provider) -> None:
    """PROP-22: also those that a wire protocol must escape."""
    line = Line(jms)
    values = ["", " both ", "a:b\\c\n\r\td", "größe", "\U0001f600", "x" * 5000, "null", "'"]
    message = line.session.create_message()
    for number, value in enumerate(values):
        message.set_string_property(f"s{number}", value)
    received = line.through(message)
    assert [received.get_string_property(f"s{number}") for number in range(len(values))] == values


def test_values_of_other_types_are_refused(jms: Provider) -> None:
    """PROP-02: a list, dict, bytes, character, or any other object raises MessageFormatError."""
    message = jms.connection().create_session().create_message()
    for value in ([], {}, (), b"bytes", bytearray(b"x"), Char("c"), object(), 1j, Message):
        with pytest.raises(MessageFormatError):
            message.set_object_property("p", value)
    assert message.property_exists("p") is False


def test_a_python_value_chooses_its_property_type(jms: Provider) -> None:
    """PROP-02, PROP-11: bool before int, int by size, float as double, None as null; through set_object_property."""
    line = Line(jms)
    values = [True, 5, -(2**31), 2**31, 2**63 - 1, 0.5, "s", Byte(5), Short(5), Long(5), Float(0.5), None]
    types = [bool, int, int, Long, Long, float, str, Byte, Short, Long, Float, type(None)]
    message = line.session.create_message()
    for number, value in enumerate(values):
        message.set_object_property(f"p{number}", value)
    received = line.through(message)
    for seen in (message, received):
        found = [seen.get_object_property(f"p{number}") for number in range(len(values))]
        assert found == values
        assert [type(value) for value in found] == types


def test_an_integer_beyond_64_bits_is_refused(jms: Provider) -> None:
    """PROP-11: set_object_property raises MessageFormatError."""
    message = jms.connection().create_session().create_message()
    for value in (2**63, -(2**63) - 1):
        with pytest.raises(MessageFormatError):
            message.set_object_property("p", value)


def test_typed_setters_check_the_range_of_their_type(jms: Provider) -> None:
    """PROP-11: beyond it they raise ValueError, and the property stays as it was."""
    message = jms.connection().create_session().create_message()
    for kind, values in OUT_OF_RANGE.items():
        setter = getattr(message, f"set_{kind}_property")
        setter("p", 1)
        for value in values:
            with pytest.raises(ValueError) as caught:  # noqa: PT011
                setter("p", value)
            assert not isinstance(caught.value, JMSError)
        assert message.get_object_property("p") == 1


def test_a_float_is_kept_in_single_precision(jms: Provider) -> None:
    """PROP-10: 0.1 set as float reads as the double nearest to that single."""
    line = Line(jms)
    message = line.session.create_message()
    for number, value in enumerate((0.1, 1 / 3, 3.4e38, 1e-45)):
        message.set_float_property(f"f{number}", value)
        (single,) = struct.unpack(">f", struct.pack(">f", value))
        assert message.get_double_property(f"f{number}") == single
    received = line.through(message)
    assert received.get_double_property("f0") == 0.10000000149011612
    assert received.get_float_property("f1") == message.get_double_property("f1")


def test_the_text_of_a_number_parses_back_to_it(jms: Provider) -> None:
    """PROP-09: whatever its size."""
    line = Line(jms)
    message = line.session.create_message()
    values = [1e10, 1e-7, 123456789.123, 5e-324, 1.7976931348623157e308, -0.0]
    for number, value in enumerate(values):
        message.set_double_property(f"d{number}", value)
    received = line.through(message)
    assert [float(received.get_string_property(f"d{number}") or "") for number in range(len(values))] == values


def test_a_property_needs_a_name(jms: Provider) -> None:
    """PROP-12: None and "" raise ValueError in every setter."""
    message = jms.connection().create_session().create_message()
    for kind, value in SETTERS.items():
        for name in (None, ""):
            with pytest.raises(ValueError) as caught:  # noqa: PT011
                getattr(message, f"set_{kind}_property")(name, value)
            assert not isinstance(caught.value, JMSError)
    assert list(message.property_names) == []


def test_a_property_name_is_an_identifier_of_the_selector_language(jms: Provider) -> None:
    """PROP-13: and no reserved word, in any case."""
    message = jms.connection().create_session().create_message()
    bad = ["1abc", "a.b", "a-b", "a b", "'a'", "%x", "a+b", "größe!"]
    reserved = ["NULL", "true", "False", "not", "AND", "Or", "between", "LIKE", "in", "IS", "escape"]
    for name in bad + reserved:
        with pytest.raises(ValueError):  # noqa: PT011
            message.set_int_property(name, 1)
    for name in ("a", "_a", "$a", "a1$_", "größe", "nullable", "android"):
        message.set_int_property(name, 1)


def test_the_properties_of_a_received_message_are_read_only(jms: Provider) -> None:
    """PROP-14: every setter raises MessageNotWriteableError, for old and new names."""
    line = Line(jms)
    message = line.session.create_message()
    message.set_string_property("old", "value")
    received = line.through(message)
    for kind, value in SETTERS.items():
        for name in ("old", "new"):
            with pytest.raises(MessageNotWriteableError):
                getattr(received, f"set_{kind}_property")(name, value)
    assert received.get_string_property("old") == "value"
    assert received.property_exists("new") is False


def test_the_mapping_of_a_received_message_is_read_only(jms: Provider) -> None:
    """PROP-14: also through message.properties."""
    line = Line(jms)
    message = line.session.create_message()
    message.properties["old"] = "value"
    received = line.through(message)
    assert received.properties["old"] == "value"
    with pytest.raises(MessageNotWriteableError):
        received.properties["new"] = 1


def test_clear_properties_makes_them_empty_and_writable(jms: Provider) -> None:
    """PROP-15: the body and its read-only state stay."""
    line = Line(jms)
    message = line.session.create_text_message("body")
    message.set_int_property("old", 1)
    received = line.through(message)
    received.clear_properties()
    assert received.property_exists("old") is False
    received.set_int_property("new", 2)
    assert received.get_int_property("new") == 2
    assert received.text == "body"
    with pytest.raises(MessageNotWriteableError):
        received.text = "changed"
    message.clear_properties()
    assert list(message.property_names) == []
    assert message.text == "body"


def test_clearing_the_properties_of_a_received_message_is_local(jms: Provider) -> None:
    """PROP-15, MSG-05: a redelivery carries the original ones."""
    line = Line(jms, session_mode=Session.CLIENT_ACKNOWLEDGE)
    message = line.session.create_message()
    message.set_int_property("n", 1)
    received = line.through(message)
    received.clear_properties()
    received.set_int_property("n", 2)
    line.session.recover()
    again = line.next(Message)
    assert again.get_int_property("n") == 1
    again.acknowledge()


def test_property_names_are_those_that_were_set(jms: Provider) -> None:
    """PROP-16: in any order, without the names of headers."""
    line = Line(jms)
    message = line.session.create_message()
    message.correlation_id = "c"
    message.type = "t"
    assert list(message.property_names) == []
    message.set_int_property("a", 1)
    message.set_string_property("b", "2")
    assert sorted(message.property_names) == ["a", "b"]
    received = [name for name in line.through(message).property_names if not name.startswith("JMSX")]
    assert sorted(received) == ["a", "b"]


def test_a_property_exists_once_it_is_set(jms: Provider) -> None:
    """PROP-17: names are case-sensitive, and setting again replaces value and type."""
    line = Line(jms)
    message = line.session.create_message()
    message.set_int_property("name", 1)
    message.set_string_property("name", "one")
    message.set_int_property("Name", 2)
    for seen in (message, line.through(message)):
        assert seen.property_exists("name") is True
        assert seen.property_exists("NAME") is False
        assert seen.get_object_property("name") == "one"
        assert seen.get_object_property("Name") == 2
        assert seen.property_exists("JMSPriority") is False


def test_the_group_properties_of_the_client_arrive_unchanged(jms: Provider) -> None:
    """PROP-18: JMSXGroupID is a string and JMSXGroupSeq an int."""
    line = Line(jms)
    message = line.session.create_message()
    message.set_string_property("JMSXGroupID", "group 1")
    message.set_int_property("JMSXGroupSeq", 3)
    received = line.through(message)
    assert received.get_object_property("JMSXGroupID") == "group 1"
    assert received.get_object_property("JMSXGroupSeq") == 3
    assert type(received.get_object_property("JMSXGroupSeq")) is int


def test_every_received_message_carries_its_delivery_count(jms: Provider) -> None:
    """PROP-19: an int, 1 at first; the sender's message has none."""
    line = Line(jms)
    message = line.session.create_message()
    received = line.through(message)
    assert type(received.get_object_property("JMSXDeliveryCount")) is int
    assert received.get_int_property("JMSXDeliveryCount") == 1
    assert received.property_exists("JMSXDeliveryCount") is True
    assert message.property_exists("JMSXDeliveryCount") is False


def test_a_client_cannot_forge_the_delivery_count(jms: Provider) -> None:
    """PROP-20: only the provider sets it, whatever a client tries."""
    line = Line(jms)
    message = line.session.create_message()
    with suppress(JMSError, ValueError):
        message.set_int_property("JMSXDeliveryCount", 99)
    assert line.through(message).get_int_property("JMSXDeliveryCount") == 1


def test_properties_are_also_a_mapping(jms: Provider) -> None:
    """PROP-01, PROP-03: message.properties holds the same values by the same types."""
    line = Line(jms)
    message = line.session.create_text_message("text")
    message.properties.update({"flag": True, "n": 5, "big": 2**40, "x": 0.5, "s": "t"})
    del message.properties["s"]
    with pytest.raises(MessageFormatError):
        message.properties["bad"] = b"bytes"  # type: ignore[assignment]
    received = line.through(message)
    assert isinstance(received, TextMessage)
    assert {name: value for name, value in received.properties.items() if not name.startswith("JMSX")} == {
        "flag": True,
        "n": 5,
        "big": 2**40,
        "x": 0.5,
    }
    assert type(received.get_object_property("big")) is Long
    assert "n" in received.properties
    assert "s" not in received.properties
