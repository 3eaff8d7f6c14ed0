"""What all converters have in common: the media type, and that a message which is read stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike import BytesMessage, Message, MessageFormatError
from jmslike.converters import (
    CONTENT_TYPE,
    BytesConverter,
    CsvConverter,
    JsonConverter,
    ProtobufConverter,
    ThriftConverter,
    XmlConverter,
)
from tests.unit.converters.examples import ProtobufOrder, ThriftOrder
from tests.unit.converters.steps import a_context

CONTEXT = a_context()
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "application/json": (JsonConverter(), [1]),
    "text/csv": (CsvConverter(["id"]), {"id": "7"}),
    "application/xml": (XmlConverter("order"), {"id": "7"}),
    "application/protobuf": (ProtobufConverter(ProtobufOrder), ProtobufOrder(id="7")),
    "application/vnd.apache.thrift.binary": (ThriftConverter(ThriftOrder), ThriftOrder("7")),
    "application/octet-stream": (BytesConverter(), b"7"),
}

every = pytest.mark.parametrize("content_type", EXAMPLES)


@every
def test_the_media_type_is_in_the_property(content_type: str) -> None:
    converter, thing = EXAMPLES[content_type]
    assert converter.content_type == content_type
    assert converter.to_message(thing, CONTEXT).get_string_property("JMS_jmslike_content_type") == content_type
    assert CONTENT_TYPE == "JMS_jmslike_content_type"


@every
def test_a_message_without_the_property_is_read(content_type: str) -> None:
    converter, thing = EXAMPLES[content_type]
    message = converter.to_message(thing, CONTEXT)
    message.clear_properties()
    assert converter.from_message(message) == thing


@pytest.mark.parametrize("content_type", [each for each in EXAMPLES if each != "application/octet-stream"])
def test_a_message_of_another_media_type_is_refused_and_parameters_are_not_looked_at(content_type: str) -> None:
    converter, thing = EXAMPLES[content_type]
    message = converter.to_message(thing, CONTEXT)
    message.properties[CONTENT_TYPE] = f"{content_type.upper()} ; charset=utf-8"
    assert converter.from_message(message) == thing
    message.properties[CONTENT_TYPE] = "text/plain"
    with pytest.raises(MessageFormatError, match=f"the message says that it is 'text/plain', not '{content_type}'"):
        converter.from_message(message)


def test_bytes_of_any_media_type_are_read_as_bytes() -> None:
    message = ProtobufConverter(ProtobufOrder).to_message(ProtobufOrder(id="7"), CONTEXT)
    assert BytesConverter().from_message(message) == b"\n\x017"


@every
def test_reading_leaves_a_message_as_it_was(content_type: str) -> None:
    """Its body may still be written, or is read on from where reading was."""
    converter, thing = EXAMPLES[content_type]
    message = converter.to_message(thing, CONTEXT)
    assert [converter.from_message(message) for _ in range(2)] == [thing, thing]
    if isinstance(message, BytesMessage):
        message.write_bytes(b"tail")
        message.reset()
        first = message.read_bytes(1)
        with_tail = BytesConverter().from_message(message)
        assert with_tail.endswith(b"tail")
        assert first + message.read_bytes() == with_tail


@every
@pytest.mark.parametrize("kind", ["message", "map", "stream", "object", "empty text", "garbage", "garbage text"])
def test_what_cannot_be_read_leaves_a_message_as_it_was(content_type: str, kind: str) -> None:
    converter, _ = EXAMPLES[content_type]
    garbage = CONTEXT.create_bytes_message()
    garbage.write_bytes(b"\xff\xfe\xfd")
    garbage.reset()
    assert garbage.read_bytes(1) == b"\xff"
    messages: dict[str, Message] = {
        "message": CONTEXT.create_message(),
        "map": CONTEXT.create_map_message(),
        "stream": CONTEXT.create_stream_message(),
        "object": CONTEXT.create_object_message({"id": "7"}),
        "empty text": CONTEXT.create_text_message(),
        "garbage": garbage,
        "garbage text": CONTEXT.create_text_message('"{<,'),
    }
    message = messages[kind]
    if isinstance(converter, BytesConverter) and kind == "garbage":
        assert converter.from_message(message) == b"\xff\xfe\xfd"
    else:
        before = repr(message)
        with pytest.raises(MessageFormatError):
            converter.from_message(message)
        assert repr(message) == before
    assert garbage.read_bytes() == b"\xfe\xfd"
