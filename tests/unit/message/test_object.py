"""ObjectMessage and its serializers."""

from __future__ import annotations

import datetime
import math
import os
import pickle
from collections import OrderedDict
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.errors import MessageFormatError, MessageNotWriteableError
from jmslike.message import (
    DEFAULT_SERIALIZER,
    JSONSerializer,
    ObjectMessage,
    PickleSerializer,
    new_message,
    received_message,
)
from tests.unit.message.support import RecordingSession, delivered, sent


@dataclass
class Order:
    """An object that JSON does not know."""

    number: int
    lines: list[str]


class Forbidden:
    """A class that is not on the allow-list."""


class Pair(NamedTuple):
    """A tuple with names."""

    a: int
    b: int


class Level(IntEnum):
    """A number with a name."""

    LOW = 1


def deep(levels: int) -> list[Any]:
    """Nest lists."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def endless() -> list[Any]:
    """Return a list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return value


def test_no_object() -> None:
    """MSG-10: None by default, and when it is set."""
    message = new_message(ObjectMessage)
    assert message.object is None
    message.object = [1]
    message.object = None
    assert message.object is None
    assert sent(message).body is None


@pytest.mark.parametrize(
    "value",
    [
        0,
        False,
        "",
        [],
        {},
        5,
        -1.5,
        1e300,
        "größe\0\ud800",
        [1, None, "x", {"a": [True]}],
        {"a": {"b": []}},
        OrderedDict(a=1),
        Level.LOW,
        10**100,
    ],
)
def test_objects_come_back_equal(value: Any) -> None:
    """MSG-10: equal, not identical."""
    message = new_message(ObjectMessage)
    message.object = value
    assert message.object == value
    assert delivered(message).object == value


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        [(1,)],
        Pair(1, 2),
        {1: "a"},
        {None: 1},
        {True: 1},
        {1: "a", "1": "b"},
        {(1, 2): 3},
        math.nan,
        [math.inf],
        b"x",
        {1, 2},
        object(),
        Order(1, []),
        datetime.date(2020, 1, 1),
        10**5000,
        1j,
        Order,
        deep(100_000),
        endless(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_would_not_come_back_equal(value: Any) -> None:
    """MSG-11: MessageFormatError when it is set, with the cause; what was set before stays."""
    message = new_message(ObjectMessage)
    message.object = ["before"]
    with pytest.raises(MessageFormatError, match=r"the object, of type .*, cannot be encoded for an") as caught:
        message.object = value
    assert caught.value.linked_exception is not None
    assert message.object == ["before"]


def test_an_object_is_a_snapshot() -> None:
    """MSG-06: later changes have no effect, neither of what was set nor of what was read."""
    value = {"a": [1]}
    message = new_message(ObjectMessage)
    message.object = value
    value["a"].append(2)
    first = message.object
    first["a"].append(3)
    assert message.object == {"a": [1]}
    assert message.object is not message.object


def test_received_objects_are_read_only() -> None:
    """MSG-03, MSG-04: until clear_body."""
    message = new_message(ObjectMessage)
    message.object = [1]
    copy = delivered(message)
    for value in ([2], None, object()):
        with pytest.raises(MessageNotWriteableError):
            copy.object = value
    copy.clear_body()
    assert copy.object is None
    copy.object = [2]
    assert (copy.object, message.object) == ([2], [1])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"NaN", b"[Infinity]", b"[" * 100_000, pickle.dumps([1])])
def test_what_cannot_be_decoded(body: bytes) -> None:
    """MSG-11: MessageFormatError when it is read, with the cause."""
    message = new_message(ObjectMessage)
    message._body = body
    copy = delivered(message)
    with pytest.raises(MessageFormatError, match="cannot be decoded") as caught:
        _ = copy.object
    assert caught.value.linked_exception is not None


class Upper:
    """A serializer of the application's own."""

    def encode(self, value: Any) -> bytes:
        """Encode a text."""
        return str(value).upper().encode()

    def decode(self, body: bytes) -> Any:
        """Decode a text."""
        return body.decode()


def test_whose_serializer() -> None:
    """MSG-12: that which the message was made with; of a received one, its session's; JSON without either."""
    message = new_message(ObjectMessage)
    assert message._codec() is DEFAULT_SERIALIZER
    message._serializer = Upper()
    message.object = "a"
    assert message.object == "A"
    session = RecordingSession()
    session.serializer = Upper()
    copy = received_message(sent(message), session, 0, 1)
    assert isinstance(copy, ObjectMessage)
    assert copy.object == "A"
    copy.clear_body()
    copy.object = "b"
    assert copy.object == "B"
    with pytest.raises(MessageFormatError):
        _ = delivered(message).object


def test_json_is_compact_and_plain() -> None:
    """MSG-12: UTF-8 that others can read, and a body that runs no code."""
    assert JSONSerializer().encode({"a": [1, True, None]}) == b'{"a":[1,true,null]}'
    assert JSONSerializer().decode('{"ü": 1.5}'.encode()) == {"ü": 1.5}
    assert isinstance(DEFAULT_SERIALIZER, JSONSerializer)


def test_pickle_of_allowed_classes() -> None:
    """MSG-12: opt-in; the classes that are named, and built-in containers."""
    serializer = PickleSerializer([Order, datetime.date])
    message = new_message(ObjectMessage)
    message._serializer = serializer
    value = {"order": Order(5, ["x"]), 1: (2, {3}, b"x", 1j.real), "d": datetime.date(2020, 1, 1)}
    message.object = value
    assert message.object == value
    assert message.object["order"] is not value["order"]


class Evil:
    """Would run a command when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.system, ("exit 1",)


@pytest.mark.parametrize("value", [Forbidden(), [Order(1, []), Forbidden()], Evil(), os.system, Order, lambda: 5])
def test_pickle_of_other_classes(value: Any) -> None:
    """MSG-11, MSG-12: refused when the object is set."""
    message = new_message(ObjectMessage)
    message._serializer = PickleSerializer([datetime.date])
    with pytest.raises(MessageFormatError):
        message.object = value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [Evil(), Forbidden()])
def test_received_pickles_run_nothing_else(protocol: int, value: Any) -> None:
    """MSG-12: what is not in the allow-list is refused when it is read."""
    message = new_message(ObjectMessage)
    message._serializer = PickleSerializer([Order])
    message._body = pickle.dumps(value, protocol)
    with pytest.raises(MessageFormatError, match="is not in the allow-list"):
        _ = message.object


def test_dotted_names_are_no_way_around() -> None:
    """MSG-12: a name is looked up as a whole."""
    body = b"\x80\x04\x8c" + bytes([len(Order.__module__)]) + Order.__module__.encode() + b"\x8c\x08Order.eq\x93."
    with pytest.raises(pickle.UnpicklingError, match="allow-list"):
        PickleSerializer([Order]).decode(body)


def test_the_allow_list_is_mandatory() -> None:
    """MSG-12: there is no pickle without one, and it holds classes."""
    with pytest.raises(TypeError):
        PickleSerializer()  # type: ignore[call-arg]
    for wrong in (["Order"], [os.system], [None]):
        with pytest.raises(ValueError, match="holds classes"):
            PickleSerializer(wrong)  # type: ignore[arg-type]
    assert PickleSerializer([]).decode(pickle.dumps([1])) == [1]
    assert PickleSerializer(iter([Order])).encode(Order(1, []))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_any_json_comes_back(value: Any) -> None:
    """MSG-10: whatever JSON can hold."""
    message = new_message(ObjectMessage)
    message.object = value
    assert delivered(message).object == value
