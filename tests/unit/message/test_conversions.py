"""The conversion tables, cell by cell, through every kind of accessor."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.errors import JMSError, MessageFormatError
from jmslike.message import MapMessage, Message, StreamMessage, TextMessage, new_message
from jmslike.values import Byte, Char, Float, Long, Short

# set as -> read as -> what is read; "5" is a text that is a number, and reads as a boolean, too
TABLE: dict[str, tuple[Any, dict[str, Any]]] = {
    "boolean": (True, {"boolean": True, "string": "true"}),
    "byte": (-5, {"byte": -5, "short": -5, "int": -5, "long": -5, "string": "-5"}),
    "short": (300, {"short": 300, "int": 300, "long": 300, "string": "300"}),
    "char": ("x", {"char": "x", "string": "x"}),
    "int": (70_000, {"int": 70_000, "long": 70_000, "string": "70000"}),
    "long": (1 << 40, {"long": 1 << 40, "string": "1099511627776"}),
    "float": (0.1, {"float": 0.10000000149011612, "double": 0.10000000149011612, "string": "0.1"}),
    "double": (1e10, {"double": 1e10, "string": "1.0E10"}),
    "string": (
        "5",
        {"boolean": False, "byte": 5, "short": 5, "int": 5, "long": 5, "float": 5.0, "double": 5.0, "string": "5"},
    ),
    "bytes": (b"ab", {"bytes": b"ab"}),
}
PYTHON_TYPES = {
    "boolean": bool,
    "byte": int,
    "short": int,
    "char": str,
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "string": str,
    "bytes": bytes,
}
STORED_TYPES = PYTHON_TYPES | {"byte": Byte, "short": Short, "char": Char, "long": Long, "float": Float}
MISSING: dict[str, Any] = {
    "boolean": False,
    "byte": ValueError,
    "short": ValueError,
    "char": ValueError,
    "int": ValueError,
    "long": ValueError,
    "float": ValueError,
    "double": ValueError,
    "string": None,
    "bytes": None,
}
ITEM_TYPES = tuple(TABLE)
PROPERTY_TYPES = tuple(name for name in TABLE if name not in ("char", "bytes"))
Read = Callable[[str], Any]


def as_property(kind: str, value: Any) -> Read:
    """Set a property as one type; return how to read it as another."""
    message = new_message(TextMessage)
    getattr(message, f"set_{kind}_property")("name", value)
    return lambda target: getattr(message, f"get_{target}_property")("name")


def as_item(kind: str, value: Any) -> Read:
    """Set an item of a map as one type; return how to read it as another."""
    message = new_message(MapMessage)
    getattr(message, f"set_{kind}")("name", value)
    return lambda target: getattr(message, f"get_{target}")("name")


def as_field(kind: str, value: Any) -> Read:
    """Write a field as one type; return how to read it as another, which begins again each time."""
    message = new_message(StreamMessage)
    getattr(message, f"write_{kind}")(value)

    def read(target: str) -> Any:
        message.reset()
        return getattr(message, f"read_{target}")()

    return read


CELLS = [
    pytest.param(make, kind, target, id=f"{make.__name__}-{kind}-{target}")
    for make, kinds in ((as_property, PROPERTY_TYPES), (as_item, ITEM_TYPES), (as_field, ITEM_TYPES))
    for kind in kinds
    for target in kinds
]
MAKERS = pytest.mark.parametrize("make", [as_property, as_item, as_field])


@pytest.mark.parametrize(("make", "kind", "target"), CELLS)
def test_every_cell_of_the_tables(make: Callable[[str, Any], Read], kind: str, target: str) -> None:
    """PROP-04, MSG-19, MSG-20, MSG-21: a value is read as the types of its row, and as no other."""
    value, row = TABLE[kind]
    read = make(kind, value)
    if target not in row:
        with pytest.raises(MessageFormatError) as caught:
            read(target)
        assert str(caught.value).endswith(f": a {kind} cannot be read as a {target}")
    else:
        assert read(target) == row[target]
        assert type(read(target)) is PYTHON_TYPES[target]


@MAKERS
def test_objects_keep_their_type(make: Callable[[str, Any], Read]) -> None:
    """PROP-03, MSG-31: the object accessor returns a value as the type that it was set as."""
    for kind in PROPERTY_TYPES if make is as_property else ITEM_TYPES:
        value = make(kind, TABLE[kind][0])("object")
        assert type(value) is STORED_TYPES[kind]


@MAKERS
def test_none_is_false_nothing_or_an_error(make: Callable[[str, Any], Read]) -> None:
    """PROP-05, MSG-16, MSG-23: None reads as False, None, or for a number or char raises a plain ValueError."""
    read = make("object", None)
    for target in PROPERTY_TYPES if make is as_property else ITEM_TYPES:
        if MISSING[target] is ValueError:
            with pytest.raises(ValueError, match="neither a number nor a char") as caught:
                read(target)
            assert not isinstance(caught.value, JMSError)
        else:
            assert read(target) is MISSING[target]
    assert read("object") is None


def test_what_is_missing_reads_as_none() -> None:
    """PROP-05, MSG-16: an absent name reads as one that is None."""
    message = new_message(MapMessage)
    for target, expected in MISSING.items():
        readers = [getattr(message, f"get_{target}")]
        if target in PROPERTY_TYPES:
            readers.append(getattr(message, f"get_{target}_property"))
        for reader in readers:
            if expected is ValueError:
                with pytest.raises(ValueError, match="'absent': missing or None"):
                    reader("absent")
            else:
                assert reader("absent") is expected
    assert message.get_object("absent") is None
    assert message.get_object_property("absent") is None


@MAKERS
@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("TRUE", True), ("tRuE", True), ("false", False), ("1", False), ("yes", False), (" true", False)],
)
def test_texts_as_booleans(make: Callable[[str, Any], Read], text: str, expected: bool) -> None:
    """PROP-06: only "true", in any case, is True; nothing is an error."""
    assert make("string", text)("boolean") is expected


LIMITS = {"byte": 1 << 7, "short": 1 << 15, "int": 1 << 31, "long": 1 << 63}


@MAKERS
@pytest.mark.parametrize("width", LIMITS)
def test_texts_as_integers_have_the_range_of_the_type(make: Callable[[str, Any], Read], width: str) -> None:
    """PROP-07, MSG-22: a text is checked against the range; beyond it, a plain ValueError."""
    limit = LIMITS[width]
    for number in (limit - 1, -limit, 0):
        assert make("string", str(number))(width) == number
    assert make("string", f"+{limit - 1}")(width) == limit - 1
    for number in (limit, -limit - 1):
        with pytest.raises(ValueError, match="out of range") as caught:
            make("string", str(number))(width)
        assert not isinstance(caught.value, JMSError)


@MAKERS
@pytest.mark.parametrize("width", LIMITS)
def test_set_integers_have_the_range_of_the_type(make: Callable[[str, Any], Read], width: str) -> None:
    """PROP-11: typed setters and writers refuse what does not fit, and what is no int."""
    limit = LIMITS[width]
    for number in (limit - 1, -limit):
        assert make(width, number)(width) == number
    for number in (limit, -limit - 1):
        with pytest.raises(ValueError, match=f": {number} is out .* {width}: {-limit} to {limit - 1}$") as caught:
            make(width, number)
        assert not isinstance(caught.value, JMSError)
    for wrong in (True, 1.0, "1", None, b"1"):
        with pytest.raises(MessageFormatError, match=": wanted an int, not"):
            make(width, wrong)


@MAKERS
def test_wrong_types_for_the_other_setters(make: Callable[[str, Any], Read]) -> None:
    """PROP-02, MSG-18: MessageFormatError says the expected and the actual type."""
    wrong: dict[str, tuple[str, list[Any]]] = {
        "boolean": ("a bool", [1, 0, "true", None]),
        "float": ("a float", [True, "1.0", None]),
        "double": ("a float", [False, "1.0", None]),
        "string": ("a str or None", [5, b"x", True, ["x"]]),
        "object": ("bool, int, float, str", [[1], {"a": 1}, object(), 1j, (1,), {1}]),
    }
    if make is not as_property:
        wrong |= {
            "char": ("a str of one character", [5, b"x", None]),
            "bytes": ("a bytes-like object or None", ["x", 5, [1]]),
        }
    for kind, (wanted, values) in wrong.items():
        for value in values:
            with pytest.raises(MessageFormatError, match=f": wanted {wanted}.*, not {type(value).__name__}$"):
                make(kind, value)


def test_properties_are_neither_chars_nor_bytes() -> None:
    """PROP-01, PROP-02: bytes and chars are for bodies only."""
    for value in (b"x", bytearray(b"x"), memoryview(b"x"), Char("x")):
        with pytest.raises(MessageFormatError):
            as_property("object", value)
        assert as_item("object", value)("object") == value


@MAKERS
@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (True, bool),
        (1, int),
        ((1 << 31) - 1, int),
        (-(1 << 31), int),
        (1 << 31, Long),
        (-(1 << 31) - 1, Long),
        ((1 << 63) - 1, Long),
        (1.5, float),
        ("x", str),
        (Byte(1), Byte),
        (Short(1), Short),
        (Long(1), Long),
        (Float(1), Float),
    ],
)
def test_python_types_decide(make: Callable[[str, Any], Read], value: Any, stored: type) -> None:
    """PROP-11, MSG-18: an int is an int or a long by its size, a float is a double, a bool stays a bool."""
    got = make("object", value)("object")
    assert got == value
    assert type(got) is stored


@MAKERS
def test_integers_beyond_64_bits(make: Callable[[str, Any], Read]) -> None:
    """PROP-11: no JMS type holds them."""
    for value in (1 << 63, -(1 << 63) - 1):
        with pytest.raises(MessageFormatError, match="64 bits"):
            make("object", value)


class Text(str):
    """A str of the application's own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class Number(int):
    """An int of the application's own."""


class Real(float):
    """A float of the application's own."""


@MAKERS
@pytest.mark.parametrize(("value", "plain"), [(Text("x"), "x"), (Number(5), 5), (Real(2.5), 2.5)])
def test_subclasses_become_plain(make: Callable[[str, Any], Read], value: Any, plain: Any) -> None:
    """PROP-03: only the library's own types are kept; what is stored cannot be changed through the argument."""
    stored = make("object", value)("object")
    assert stored == plain
    assert type(stored) is type(plain)
    if isinstance(value, str):
        assert type(make("string", value)("object")) is str


@MAKERS
def test_floats_are_single(make: Callable[[str, Any], Read]) -> None:
    """PROP-10: a float is rounded to 32 bits when it is set; what is too large is refused."""
    assert make("float", 0.1)("double") == 0.10000000149011612
    assert make("float", 3)("float") == 3.0
    assert make("float", math.inf)("string") == "Infinity"
    for value in (1e39, -1e39, 10**400):
        with pytest.raises(ValueError, match="out of the range"):
            make("float", value)


@MAKERS
def test_doubles(make: Callable[[str, Any], Read]) -> None:
    """PROP-01: an int becomes a double, unless it is too large for one."""
    got = make("double", 3)("object")
    assert (got, type(got)) == (3.0, float)
    assert type(make("double", Float(0.5))("object")) is float
    with pytest.raises(ValueError, match="out of the range of a double"):
        make("double", 10**400)


@pytest.mark.parametrize("make", [as_item, as_field])
@pytest.mark.parametrize("value", ["", "ab", "\U0001f600"])
def test_a_char_is_one_utf16_unit(make: Callable[[str, Any], Read], value: str) -> None:
    """MSG-20: nothing but one character up to U+FFFF."""
    with pytest.raises(ValueError, match="one character"):
        make("char", value)
    assert make("char", "\uffff")("char") == "\uffff"


FLOATS = st.floats(width=32)
ANY = {
    "boolean": st.booleans(),
    "byte": st.integers(-128, 127),
    "short": st.integers(-(1 << 15), (1 << 15) - 1),
    "char": st.characters(max_codepoint=0xFFFF),
    "int": st.integers(-(1 << 31), (1 << 31) - 1),
    "long": st.integers(-(1 << 63), (1 << 63) - 1),
    "float": FLOATS,
    "double": st.floats(),
    "string": st.text(),
    "bytes": st.binary(),
}


@given(st.data())
def test_any_value_comes_back_as_it_was_set(data: st.DataObject) -> None:
    """PROP-03, MSG-31: the same value and type, for all accessors."""
    kind = data.draw(st.sampled_from(ITEM_TYPES))
    value = data.draw(ANY[kind])
    for make in (as_property, as_item, as_field):
        if make is as_property and kind in ("char", "bytes"):
            continue
        got = make(kind, value)(kind)
        assert got == value or (value != value and got != got)


@given(st.data())
def test_any_value_comes_back_from_its_text(data: st.DataObject) -> None:
    """PROP-09: the text of a value parses to the value."""
    kind = data.draw(st.sampled_from(PROPERTY_TYPES))
    value = data.draw(ANY[kind])
    text = as_item(kind, value)("string")
    assert type(text) is str
    back = as_item("string", text)(kind)
    if isinstance(value, float):
        assert struct.pack(">d", back) == struct.pack(">d", value) or math.isnan(value)
    else:
        assert back == value


def test_bare_messages_have_properties() -> None:
    """MSG-02: a bare Message has them, too."""
    message = new_message(Message)
    message.set_int_property("n", 5)
    assert message.get_long_property("n") == 5
