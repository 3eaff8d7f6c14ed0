"""The two conversion tables of the specification (3-2 for properties, 3-7 for bodies), over a real send and receive.

A table says as which types a value can be read, and gives for each what is read. What it does not name is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import pytest

from jmslike import Byte, Char, Float, JMSError, Long, MapMessage, Message, MessageFormatError, Short
from jmslike.testing import Provider
from jmslike.testing.line import Line

Readings: TypeAlias = "dict[str, object]"
Row: TypeAlias = "tuple[str, object, Readings]"

PROPERTY_TYPES = ("boolean", "byte", "short", "int", "long", "float", "double", "string")
BODY_TYPES = ("boolean", "byte", "short", "char", "int", "long", "float", "double", "string", "bytes")
TENTH = 0.10000000149011612  # 0.1 in single precision


def _integer(value: int, *types: str) -> Readings:
    return {**dict.fromkeys(types, value), "string": str(value)}


SCALARS: list[Row] = [
    ("boolean", True, {"boolean": True, "string": "true"}),
    ("boolean", False, {"boolean": False, "string": "false"}),
    ("byte", 127, _integer(127, "byte", "short", "int", "long")),
    ("byte", -128, _integer(-128, "byte", "short", "int", "long")),
    ("short", 32767, _integer(32767, "short", "int", "long")),
    ("short", 1, _integer(1, "short", "int", "long")),
    ("int", -(2**31), _integer(-(2**31), "int", "long")),
    ("int", 0, _integer(0, "int", "long")),
    ("long", 2**63 - 1, _integer(2**63 - 1, "long")),
    ("long", 1, _integer(1, "long")),
    ("float", 0.1, {"float": TENTH, "double": TENTH, "string": "0.1"}),
    ("float", -1.5, {"float": -1.5, "double": -1.5, "string": "-1.5"}),
    ("double", 0.1, {"double": 0.1, "string": "0.1"}),
    ("double", 127.0, {"double": 127.0, "string": "127.0"}),
]

NUMBER_TYPES = ("byte", "short", "int", "long")
REAL_TYPES = ("float", "double")


def _string(value: str, boolean: bool, integers: tuple[str, ...] = (), real: float | None = None) -> Row:
    """Return the row of a string: conversions that are not given raise ValueError, as Java's NumberFormatException."""
    readings: Readings = {"boolean": boolean, "string": value}
    for name in NUMBER_TYPES:
        readings[name] = int(value) if name in integers else ValueError
    for name in REAL_TYPES:
        readings[name] = ValueError if real is None else real
    return ("string", value, readings)


STRINGS: list[Row] = [
    _string("true", True),
    _string("TrUe", True),
    _string(" true", False),
    _string("yes", False),
    _string("", False),
    _string("1", False, NUMBER_TYPES, 1.0),
    _string("+7", False, NUMBER_TYPES, 7.0),
    _string("-128", False, NUMBER_TYPES, -128.0),
    _string("128", False, ("short", "int", "long"), 128.0),
    _string("32768", False, ("int", "long"), 32768.0),
    _string("2147483648", False, ("long",), 2147483648.0),
    _string("9223372036854775808", False, (), 9223372036854775808.0),
    _string(" 5", False, (), 5.0),
    _string("5 ", False, (), 5.0),
    _string("1_0", False),
    _string("0x10", False),
    _string("2.5", False, (), 2.5),
    _string(".5e1", False, (), 5.0),
    _string("Infinity", False, (), math.inf),
    _string("-Infinity", False, (), -math.inf),
    _string("NaN", False, (), math.nan),
    _string("inf", False),
    _string("nan", False),
    _string("many", False),
]

PROPERTIES = SCALARS + STRINGS
BODIES: list[Row] = [
    *PROPERTIES,
    ("char", "x", {"char": "x", "string": "x"}),
    ("char", "7", {"char": "7", "string": "7"}),
    ("char", "\uffff", {"char": "\uffff", "string": "\uffff"}),
    ("bytes", b"\x00\xff7", {"bytes": b"\x00\xff7"}),
    ("bytes", b"", {"bytes": b""}),
]

NULL: Readings = {
    "boolean": False,
    **dict.fromkeys(("byte", "short", "int", "long", "float", "double", "char"), ValueError),
    "string": None,
    "bytes": None,
}
"""What None, and what is absent, is read as."""

CLASSES: dict[str, type] = {
    "boolean": bool,
    "byte": Byte,
    "short": Short,
    "int": int,
    "long": Long,
    "float": Float,
    "double": float,
    "char": Char,
    "string": str,
    "bytes": bytes,
}


def check(read: Callable[[], object], expected: object, what: str) -> None:
    """Check one cell: a value, or an exception class. ValueError stands for Java's own and is never a JMSError."""
    if isinstance(expected, type) and issubclass(expected, Exception):
        with pytest.raises(expected) as caught:
            pytest.fail(f"{what} returned {read()!r}, expected {expected.__name__}")
        assert isinstance(caught.value, JMSError) is issubclass(expected, JMSError), what
        return
    value = read()
    if isinstance(expected, float):
        assert value == expected or (math.isnan(expected) and isinstance(value, float) and math.isnan(value)), what
    else:
        assert value == expected, what
    assert isinstance(value, bool) is isinstance(expected, bool), what


def check_property(message: Message, name: str, readings: Readings) -> None:
    """Check what a property reads as, through every getter."""
    for kind in PROPERTY_TYPES:
        read = partial(getattr(message, f"get_{kind}_property"), name)
        check(read, readings.get(kind, MessageFormatError), f"{name} as {kind}")


def check_item(message: MapMessage, name: str, readings: Readings) -> None:
    """Check what an item reads as, through every getter."""
    for kind in BODY_TYPES:
        read = partial(getattr(message, f"get_{kind}"), name)
        check(read, readings.get(kind, MessageFormatError), f"{name} as {kind}")


def test_properties_convert_by_the_table_after_a_send(jms: Provider) -> None:
    """PROP-04, PROP-06, PROP-07, PROP-08, PROP-09, PROP-10, PROP-21: every cell, in one message."""
    line = Line(jms)
    message = line.session.create_message()
    for number, (kind, value, _) in enumerate(PROPERTIES):
        getattr(message, f"set_{kind}_property")(f"{kind}_{number}", value)
    received = line.through(message)
    for number, (kind, value, readings) in enumerate(PROPERTIES):
        name = f"{kind}_{number}"
        check_property(message, name, readings)
        check_property(received, name, readings)
        assert type(received.get_object_property(name)) is CLASSES[kind], f"{value!r} set as {kind}"


def test_map_items_convert_by_the_table_after_a_send(jms: Provider) -> None:
    """MSG-19, MSG-20, MSG-21, MSG-22: every cell, in one MapMessage."""
    line = Line(jms)
    message = line.session.create_map_message()
    for number, (kind, value, _) in enumerate(BODIES):
        getattr(message, f"set_{kind}")(f"{kind} {number}", value)
    received = line.through(message)
    for number, (kind, value, readings) in enumerate(BODIES):
        name = f"{kind} {number}"
        check_item(message, name, readings)
        check_item(received, name, readings)
        assert type(received.get_object(name)) is CLASSES[kind], f"{value!r} set as {kind}"


def test_stream_fields_convert_by_the_table_after_a_send(jms: Provider) -> None:
    """MSG-19, MSG-20, MSG-21, MSG-22, MSG-27: every cell; a failed conversion leaves the field to be read again."""
    line = Line(jms)
    message = line.session.create_stream_message()
    expected = []
    for kind, value, readings in BODIES:
        for target in BODY_TYPES:
            getattr(message, f"write_{kind}")(value)
            expected.append((kind, value, target, readings.get(target, MessageFormatError)))
    received = line.through(message)
    for kind, value, target, reading in expected:
        check(getattr(received, f"read_{target}"), reading, f"{value!r} written as {kind}, read as {target}")
        if isinstance(reading, type):
            assert type(received.read_object()) is CLASSES[kind], f"{value!r} written as {kind}"


def test_null_and_absent_properties_read_alike(jms: Provider) -> None:
    """PROP-05: None from the string and object getters, False as boolean, ValueError as a number."""
    line = Line(jms)
    message = line.session.create_message()
    message.set_string_property("null_string", None)
    message.set_object_property("null_object", None)
    for seen in (message, line.through(message)):
        for name in ("null_string", "null_object", "absent"):
            for kind in PROPERTY_TYPES:
                read = partial(getattr(seen, f"get_{kind}_property"), name)
                check(read, NULL[kind], f"{name} as {kind}")
            assert seen.get_object_property(name) is None


def test_null_and_absent_map_items_read_alike(jms: Provider) -> None:
    """MSG-16, MSG-17, MSG-23: None, False or ValueError; only the item that was set exists."""
    line = Line(jms)
    message = line.session.create_map_message()
    message.set_string("null string", None)
    message.set_bytes("null bytes", None)
    message.set_object("null object", None)
    for seen in (message, line.through(message)):
        for name in ("null string", "null bytes", "null object", "absent"):
            for kind in BODY_TYPES:
                check(partial(getattr(seen, f"get_{kind}"), name), NULL[kind], f"{name} as {kind}")
            assert seen.get_object(name) is None
            assert seen.item_exists(name) is (name != "absent")


def test_a_null_stream_field_reads_like_none(jms: Provider) -> None:
    """MSG-23, MSG-31: None, False or ValueError; a failed read leaves the field to be read again."""
    line = Line(jms)
    message = line.session.create_stream_message()
    targets = [*BODY_TYPES, "object"]
    for number, _ in enumerate(targets):
        (message.write_string, message.write_bytes, message.write_object)[number % 3](None)
    received = line.through(message)
    for target in targets:
        reading = NULL.get(target)
        check(getattr(received, f"read_{target}"), reading, f"None read as {target}")
        if reading is ValueError:
            assert received.read_object() is None
