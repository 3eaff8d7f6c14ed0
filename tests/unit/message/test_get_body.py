"""`get_body` and `is_body_assignable_to`."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import pytest

from jmslike.errors import MessageFormatError, MessageNotWriteableError
from jmslike.message import BytesMessage, MapMessage, Message, ObjectMessage, StreamMessage, TextMessage, new_message
from tests.unit.message.support import delivered


def text() -> Message:
    """A text."""
    message = new_message(TextMessage)
    message.text = "x"
    return message


def items() -> Message:
    """A map."""
    message = new_message(MapMessage)
    message["a"] = 1
    return message


def octets() -> Message:
    """Bytes that are being written."""
    message = new_message(BytesMessage)
    message.write_bytes(b"abc")
    return message


def an_object() -> Message:
    """An object."""
    message = new_message(ObjectMessage)
    message.object = [1]
    return message


def an_empty_text() -> Message:
    """A text without characters, which is a body."""
    message = new_message(TextMessage)
    message.text = ""
    return message


GOOD = [
    (text, str, "x"),
    (text, object, "x"),
    (an_empty_text, str, ""),
    (items, dict, {"a": 1}),
    (items, Mapping, {"a": 1}),
    (items, MutableMapping, {"a": 1}),
    (items, object, {"a": 1}),
    (octets, bytes, b"abc"),
    (octets, object, b"abc"),
    (an_object, list, [1]),
    (an_object, object, [1]),
]
BAD = [
    (text, bytes),
    (text, dict),
    (text, int),
    (an_empty_text, bytes),
    (items, str),
    (items, list),
    (octets, str),
    (octets, bytearray),
    (an_object, dict),
    (an_object, str),
]


@pytest.mark.parametrize(("make", "wanted", "body"), GOOD)
def test_the_body_as_its_type(make: Any, wanted: type, body: Any) -> None:
    """MSG-40, MSG-44: and as a superclass of it; sent or received."""
    for message in (make(), delivered(make())):
        assert message.is_body_assignable_to(wanted) is True
        got = message.get_body(wanted)
        assert got == body
        assert type(got) is type(body)


@pytest.mark.parametrize(("make", "wanted"), BAD)
def test_the_body_as_another_type(make: Any, wanted: type) -> None:
    """MSG-40, MSG-44: MessageFormatError, which is_body_assignable_to predicts."""
    for message in (make(), delivered(make())):
        assert message.is_body_assignable_to(wanted) is False
        with pytest.raises(MessageFormatError, match=f"cannot be read as {wanted.__name__}"):
            message.get_body(wanted)


@pytest.mark.parametrize("cls", [Message, TextMessage, MapMessage, BytesMessage, ObjectMessage])
@pytest.mark.parametrize("wanted", [str, dict, bytes, object, int])
def test_no_body(cls: type[Message], wanted: type) -> None:
    """MSG-42: None for any type."""
    for message in (new_message(cls), delivered(new_message(cls))):
        assert message.is_body_assignable_to(wanted) is True
        assert message.get_body(wanted) is None


@pytest.mark.parametrize("fields", [[], [1]])
@pytest.mark.parametrize("wanted", [list, tuple, object])
def test_streams(fields: list[int], wanted: type) -> None:
    """MSG-41: never, also without fields."""
    message = new_message(StreamMessage)
    for value in fields:
        message.write_object(value)
    for each in (message, delivered(message)):
        assert each.is_body_assignable_to(wanted) is False
        with pytest.raises(MessageFormatError, match="field by field"):
            each.get_body(wanted)


def test_bytes_are_reset() -> None:
    """MSG-43: before and after, so that the whole body is returned, and reading begins at its start."""
    message = octets()
    assert isinstance(message, BytesMessage)
    assert message.is_body_assignable_to(bytes)
    message.write_byte(1)
    assert message.get_body(bytes) == b"abc\x01"
    with pytest.raises(MessageNotWriteableError):
        message.write_byte(2)
    assert message.read_byte() == 97
    assert message.get_body(bytes) == b"abc\x01"
    assert message.read_byte() == 97
    with pytest.raises(MessageFormatError):
        message.get_body(str)
    assert message.read_byte() == 97


def test_bodies_are_copies() -> None:
    """MSG-06: changing the result of get_body changes no message."""
    message = items()
    body = message.get_body(dict)
    assert body is not None
    body["b"] = 2
    assert message.get_body(dict) == {"a": 1}
    thing = an_object()
    thing.get_body(list).append(2)  # type: ignore[union-attr]
    assert thing.get_body(list) == [1]


def test_an_object_that_cannot_be_decoded() -> None:
    """MSG-44: is not assignable to anything."""
    message = an_object()
    message._body = b"{"
    assert message.is_body_assignable_to(object) is False
    with pytest.raises(MessageFormatError, match="decoded"):
        message.get_body(object)


@pytest.mark.parametrize("wrong", [5, "str", None, dict[str, int]])
@pytest.mark.parametrize("make", [text, lambda: new_message(Message)])
def test_what_is_no_class(make: Any, wrong: Any) -> None:
    """MSG-40: a plain ValueError."""
    with pytest.raises(ValueError, match="a class such as str"):
        make().get_body(wrong)
    with pytest.raises(ValueError, match="a class such as str"):
        make().is_body_assignable_to(wrong)
