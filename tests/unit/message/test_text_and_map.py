"""TextMessage and MapMessage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jmslike.errors import JMSError, MessageFormatError, MessageNotWriteableError
from jmslike.message import MapMessage, TextMessage, new_message
from jmslike.values import Long
from tests.unit.message.support import delivered, sent

VALUES: dict[str, Any] = {
    "boolean": True,
    "byte": 1,
    "short": 1,
    "char": "c",
    "int": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "string": "x",
    "bytes": b"x",
    "object": 1,
}


@pytest.mark.parametrize("text", [None, "", "x", "\0", "\U0001f600", "ü" * 3_000_000])
def test_texts_survive(text: str | None) -> None:
    """MSG-08, MSG-09: None and "" differ; any Unicode of any length."""
    message = new_message(TextMessage)
    assert message.text is None
    message.text = text
    assert delivered(message).text == text


@pytest.mark.parametrize("wrong", [5, b"x", ["x"], True, 1.5])
def test_texts_are_str(wrong: Any) -> None:
    """MSG-08: anything else raises MessageFormatError and changes nothing."""
    message = new_message(TextMessage)
    message.text = "before"
    with pytest.raises(MessageFormatError, match="wanted a str or None, not"):
        message.text = wrong
    assert message.text == "before"


def test_received_texts_are_read_only() -> None:
    """MSG-03, MSG-04: until clear_body, which leaves the properties as they are."""
    message = new_message(TextMessage)
    message.text = "x"
    message.properties["n"] = 5
    copy = delivered(message)
    for value in ("y", None, 5):
        with pytest.raises(MessageNotWriteableError, match="clear_body"):
            copy.text = value  # type: ignore[assignment]
    copy.clear_body()
    assert copy.text is None
    copy.text = "y"
    assert (copy.text, message.text) == ("y", "x")
    assert copy.get_int_property("n") == 5
    with pytest.raises(MessageNotWriteableError):
        copy.properties["n"] = 6


SETTERS = [
    *(pytest.param(lambda m, n, kind=kind: getattr(m, f"set_{kind}")(n, VALUES[kind]), id=kind) for kind in VALUES),
    pytest.param(lambda m, n: m.__setitem__(n, 1), id="mapping"),
]
Setter = Callable[[MapMessage, Any], None]


@pytest.mark.parametrize("setter", SETTERS)
def test_item_names(setter: Setter) -> None:
    """MSG-14: None, "" and what is no str raise a plain ValueError; any other text is a name."""
    message = new_message(MapMessage)
    for name in (None, "", 5, b"a"):
        with pytest.raises(ValueError, match="non-empty str") as caught:
            setter(message, name)
        assert not isinstance(caught.value, JMSError)
    for name in ("a b", "1", "NULL", "JMSPriority", "\0"):
        setter(message, name)
        assert message.item_exists(name)
    assert len(message.map_names) == 5


@pytest.mark.parametrize("setter", SETTERS)
def test_received_maps_are_read_only(setter: Setter) -> None:
    """MSG-03, MSG-13: readable and writable when new, read-only when received, both again after clear_body."""
    message = new_message(MapMessage)
    message["n"] = 5
    assert message["n"] == 5
    copy = delivered(message)
    with pytest.raises(MessageNotWriteableError):
        setter(copy, "m")
    with pytest.raises(MessageNotWriteableError):
        del copy["n"]
    assert copy.get_int("n") == 5
    copy.clear_body()
    assert copy.map_names == []
    setter(copy, "m")
    assert copy.map_names == ["m"]
    assert message.map_names == ["n"]


def test_a_new_map_is_empty() -> None:
    """MSG-15: and true: a message without items is still a message."""
    message = new_message(MapMessage)
    assert message.map_names == []
    assert len(message) == 0
    assert bool(message) is True
    assert dict(message) == {}


def test_items_set_to_none_exist() -> None:
    """MSG-17: None is a value."""
    message = new_message(MapMessage)
    message.set_object("o", None)
    message.set_string("s", None)
    message.set_bytes("b", None)
    assert message.item_exists("o")
    assert not message.item_exists("p")
    assert sorted(message.map_names) == ["b", "o", "s"]


def test_a_map_message_is_a_mutable_mapping() -> None:
    """MSG-13, MSG-18: Python types decide."""
    message = new_message(MapMessage)
    message.update({"n": 5, "big": 1 << 40, "b": b"x"}, f=True)
    assert type(message["big"]) is Long
    assert message["f"] is True
    assert list(message) == ["n", "big", "b", "f"]
    assert len(message) == 4
    assert "n" in message
    assert message.get("absent", 7) == 7
    del message["n"]
    assert message.pop("b") == b"x"
    with pytest.raises(KeyError):
        message["n"]
    with pytest.raises(KeyError):
        del message["n"]
    assert dict(message.items()) == {"big": 1 << 40, "f": True}
    message.clear()
    assert message.map_names == []


def test_bad_values_change_nothing() -> None:
    """MSG-18: a value of another type raises MessageFormatError."""
    message = new_message(MapMessage)
    message["n"] = 5
    for value in ([], {}, object(), (1,)):
        with pytest.raises(MessageFormatError):
            message["n"] = value  # type: ignore[assignment]
    with pytest.raises(ValueError, match="range"):
        message.set_byte("n", 128)
    assert dict(message) == {"n": 5}


def test_map_messages_are_equal_to_themselves_only() -> None:
    """MSG-07: two messages with the same items are two messages, and can be in a set."""
    first, second = new_message(MapMessage), new_message(MapMessage)
    assert first != second
    assert first == first
    assert len({first, second}) == 2


@pytest.mark.parametrize("make", [bytearray, memoryview])
def test_bytes_are_copied(make: Callable[[bytes], Any]) -> None:
    """MSG-06: later changes of the argument have no effect, and what is read cannot be changed."""
    source = bytearray(b"abc")
    message = new_message(MapMessage)
    message.set_bytes("b", source if make is bytearray else memoryview(source))
    message.set_object("c", source)
    source[0] = 0
    assert message.get_bytes("b") == message.get_bytes("c") == b"abc"
    assert type(message["b"]) is type(message["c"]) is bytes


def test_sent_items_are_not_changed_by_the_sender() -> None:
    """PROD-15, MSG-07: items are shared until one of the holders changes them."""
    message = new_message(MapMessage)
    message["n"] = 1
    first = sent(message)
    copy, other = delivered(message), delivered(message)
    assert copy._body is message._body
    message["n"] = 2
    second = sent(message)
    del message["n"]
    copy.clear_body()
    copy["n"] = 3
    assert (first.body, second.body, dict(message)) == ({"n": 1}, {"n": 2}, {})
    assert (dict(copy), dict(other)) == ({"n": 3}, {"n": 1})
    assert dict(new_message(MapMessage)) == {}


def test_assigning_a_header_does_not_open_shared_items() -> None:
    """PROD-15: the body stays shared behind a changed header."""
    message = new_message(MapMessage)
    message["n"] = 1
    envelope = sent(message)
    message.priority = 1
    message["n"] = 2
    assert envelope.body == {"n": 1}


def test_two_writes_copy_once() -> None:
    """PROD-15: what is the message's own already is not copied again."""
    message = new_message(MapMessage)
    message["a"] = 1
    own = message._body
    message["b"] = 2
    assert message._body is own
