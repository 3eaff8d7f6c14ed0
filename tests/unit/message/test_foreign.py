"""Messages of other implementations."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jmslike.destinations import Queue, Topic
from jmslike.errors import MessageEOFError, MessageFormatError, MessageNotReadableError
from jmslike.message import (
    BytesMessage,
    MapMessage,
    Message,
    ObjectMessage,
    PickleSerializer,
    StreamMessage,
    TextMessage,
    adopt,
    new_message,
)
from jmslike.message.foreign import stamp
from jmslike.values import Byte, Char
from tests.unit.message.support import sent

FIELDS = [True, Byte(1), Char("c"), 1 << 40, 1.5, "x", b"x", None]


class Bytes:
    """A foreign message of bytes, being written."""

    properties: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self) -> None:
        self.rest: bytes | None = None

    @property
    def body_length(self) -> int:
        """The length, which is not known while the body is written."""
        if self.rest is None:
            raise MessageNotReadableError
        return 3

    def reset(self) -> None:
        """Read from the start."""
        self.rest = b"abc"

    def read_bytes(self, n: int | None = None) -> bytes:
        """Read all that is left."""
        if self.rest is None:
            raise MessageNotReadableError
        result, self.rest = self.rest, b""
        return result


class Stream:
    """A foreign stream, partly read."""

    property_names = ("n",)

    def __init__(self) -> None:
        self.fields = FIELDS[3:]

    def get_object_property(self, name: str) -> int:
        """Return the one property."""
        return {"n": 5}[name]

    def reset(self) -> None:
        """Read from the start."""
        self.fields = FIELDS[:]

    def read_object(self) -> Any:
        """Read a field."""
        if not self.fields:
            raise MessageEOFError
        return self.fields.pop(0)


def test_our_own_messages_stay_themselves() -> None:
    """MSG-45: nothing is copied."""
    for cls in (Message, TextMessage, MapMessage):
        message = new_message(cls)
        assert adopt(message) is message


def test_texts() -> None:
    """MSG-45: with the headers of the client and all properties."""
    foreign = SimpleNamespace(
        text="x", correlation_id="c", type="t", reply_to=Topic("r"), properties={"n": 5, "JMSXDeliveryCount": 3}
    )
    ours = adopt(foreign)
    assert type(ours) is TextMessage
    assert ours.text == "x"
    assert (ours.correlation_id, ours.type, ours.reply_to) == ("c", "t", Topic("r"))
    assert dict(ours.properties) == {"n": 5}


def test_a_reply_to_of_another_make_is_dropped() -> None:
    """MSG-45: no program here could use it."""
    assert adopt(SimpleNamespace(text="x", reply_to="theirs", properties={})).reply_to is None


def test_maps() -> None:
    """MSG-45: each item by its type."""
    foreign = SimpleNamespace(map_names=["a", "b"], get_object={"a": Byte(1), "b": None}.get, properties={})
    ours = adopt(foreign)
    assert isinstance(ours, MapMessage)
    assert dict(ours) == {"a": 1, "b": None}
    assert type(ours["a"]) is Byte


def test_bytes() -> None:
    """MSG-45: also while the foreign body is write-only."""
    ours = adopt(Bytes())
    assert type(ours) is BytesMessage
    assert sent(ours).body == b"abc"


def test_streams() -> None:
    """MSG-45: from the start, each field by its type; properties by the methods."""
    ours = adopt(Stream())
    assert type(ours) is StreamMessage
    body = sent(ours).body
    assert body == tuple(FIELDS)
    assert [type(each) for each in body][:3] == [bool, Byte, Char]
    assert ours.get_int_property("n") == 5


def test_objects() -> None:
    """MSG-45: encoded here, by the serializer that is given."""
    ours = adopt(SimpleNamespace(object=[1], properties={}))
    assert isinstance(ours, ObjectMessage)
    assert ours.object == [1]
    pickled = adopt(SimpleNamespace(object=(1,), properties={}), PickleSerializer([]))
    assert isinstance(pickled, ObjectMessage)
    assert pickled.object == (1,)
    with pytest.raises(MessageFormatError):
        adopt(SimpleNamespace(object=(1,), properties={}))


def test_bare_messages() -> None:
    """MSG-45: headers and properties only."""
    ours = adopt(SimpleNamespace(properties={"n": 5}, correlation_id="c"))
    assert type(ours) is Message
    assert (ours.get_int_property("n"), ours.correlation_id) == (5, "c")


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "x",
        5,
        b"x",
        {"a": 1},
        object(),
        Queue("q"),
        SimpleNamespace(text="x"),
        SimpleNamespace(property_names=[]),
        SimpleNamespace(get_object_property=len),
    ],
)
def test_what_is_no_message(wrong: Any) -> None:
    """PROD-12, MSG-45: MessageFormatError that says what it was."""
    with pytest.raises(MessageFormatError, match=f"wanted a message, not {type(wrong).__name__}"):
        adopt(wrong)


@pytest.mark.parametrize(
    "foreign",
    [
        SimpleNamespace(text=5, properties={}),
        SimpleNamespace(properties={"n": []}),
        SimpleNamespace(correlation_id=5, properties={}),
        SimpleNamespace(type=5, properties={}),
        SimpleNamespace(map_names=["a"], get_object=lambda _: [], properties={}),
    ],
)
def test_what_ours_cannot_hold(foreign: Any) -> None:
    """MSG-45: MessageFormatError."""
    with pytest.raises(MessageFormatError):
        adopt(foreign)


def test_headers_are_set_back() -> None:
    """MSG-45: what send sets is seen on the foreign message."""
    foreign = SimpleNamespace(text="x", properties={}, message_id=None)
    ours = adopt(foreign)
    stamp(foreign, sent(ours))
    assert vars(foreign) == {
        "text": "x",
        "properties": {},
        "message_id": "ID:1",
        "destination": Queue("q"),
        "delivery_mode": 2,
        "priority": 4,
        "timestamp": 1_700_000_000_123,
        "expiration": 0,
        "delivery_time": 1_700_000_000_123,
    }
