"""ProtobufConverter, ThriftConverter and BytesConverter: the bytes of other programs, and nothing that is damaged."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import BytesMessage, JMSError, MessageFormatError
from jmslike.converters import BytesConverter, ProtobufConverter, ThriftConverter
from tests.unit.converters.examples import ProtobufOrder, ThriftOrder
from tests.unit.converters.steps import a_context

CONTEXT = a_context()
PROTOBUF: ProtobufConverter[Any] = ProtobufConverter(ProtobufOrder)
THRIFT = ThriftConverter(ThriftOrder)
CODED = pytest.mark.parametrize(
    ("converter", "form"), [(PROTOBUF, ProtobufOrder), (THRIFT, ThriftOrder)], ids=["protobuf", "thrift"]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ORDERS = st.fixed_dictionaries({"id": TEXTS, "count": st.integers(-(2**63), 2**63 - 1), "lines": st.lists(TEXTS)})


def message_of(body: bytes) -> BytesMessage:
    message = CONTEXT.create_bytes_message()
    message.write_bytes(body)
    return message


@given(ORDERS)
def test_orders_come_back_equal(order: dict[str, Any]) -> None:
    protobuf = ProtobufOrder(**order)
    assert PROTOBUF.from_message(PROTOBUF.to_message(protobuf, CONTEXT)) == protobuf
    thrift = ThriftOrder(**order)
    assert THRIFT.from_message(THRIFT.to_message(thrift, CONTEXT)) == thrift


def test_the_bytes_are_those_of_other_programs() -> None:
    order: dict[str, Any] = {"id": "7", "count": 2}
    assert PROTOBUF.to_message(ProtobufOrder(**order), CONTEXT).get_body(bytes) == b"\n\x017\x10\x02"
    assert THRIFT.to_message(ThriftOrder(**order), CONTEXT).get_body(bytes) == (
        b"\x0b\0\1\0\0\0\x017" + b"\x0a\0\2\0\0\0\0\0\0\0\2" + b"\0"
    )


@given(st.binary())
def test_bytes_come_back_equal(body: bytes) -> None:
    converter = BytesConverter()
    for form in (bytes, bytearray, memoryview):
        assert converter.from_message(converter.to_message(form(body), CONTEXT)) == body


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for converter in (PROTOBUF, THRIFT):
        message = message_of(body)
        with suppress(MessageFormatError):
            converter.from_message(message)
        message.reset()
        assert message.read_bytes() == body


@CODED
def test_half_an_order_is_refused(converter: Any, form: Any) -> None:
    body = converter.to_message(form(id="7", count=2, lines=["lamp"]), CONTEXT).get_body(bytes)
    with pytest.raises(MessageFormatError, match=r"the bytes are no \w*Order"):
        converter.from_message(message_of(body[:-2]))


@CODED
def test_an_order_without_what_is_required_is_refused(converter: Any, form: Any) -> None:
    with pytest.raises(MessageFormatError, match=r"cannot be encoded: .*\bid\b"):
        converter.to_message(form(count=1), CONTEXT)
    with pytest.raises(MessageFormatError, match=r"\bid\b"):
        converter.from_message(message_of(b"\x10\x02" if converter is PROTOBUF else b"\0"))


def test_more_than_one_struct_is_refused() -> None:
    body = THRIFT.to_message(ThriftOrder("7"), CONTEXT).get_body(bytes)
    assert body is not None
    with pytest.raises(MessageFormatError, match="more bytes follow the ThriftOrder"):
        THRIFT.from_message(message_of(body + body))


@pytest.mark.parametrize(
    "body",
    [
        b"\x0c\0\x09" * 1_000_000,
        b"\x0b\0\1\x7f\xff\xff\xff",
        b"\x0b\0\1\xff\xff\xff\xff",
        b"\x0f\0\3\x0b\x7f\xff\xff\xff",
        b"\x0f\0\x09\x02\x7f\xff\xff\xff",
        b"\x0d\0\x09\x0b\x0b\x7f\xff\xff\xff",
    ],
    ids=["nested", "long text", "negative text", "long list", "long unknown list", "long unknown map"],
)
def test_lengths_that_cannot_be_are_refused_before_room_is_made_for_them(body: bytes) -> None:
    with pytest.raises(MessageFormatError, match="the bytes are no ThriftOrder"):
        THRIFT.from_message(message_of(body))


@CODED
@pytest.mark.parametrize("thing", [None, "7", {"id": "7"}, object()], ids=["None", "text", "mapping", "object"])
def test_another_object_is_refused(converter: Any, form: Any, thing: Any) -> None:
    with pytest.raises(MessageFormatError, match=r"wanted a \w*Order, not"):
        converter.to_message(thing, CONTEXT)


@pytest.mark.parametrize("wrong", [{"count": "two"}, {"count": 2**63}, {"lines": 7}], ids=str)
def test_values_that_a_struct_cannot_have_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MessageFormatError, match="the ThriftOrder cannot be encoded"):
        THRIFT.to_message(ThriftOrder(id="7", **wrong), CONTEXT)


@pytest.mark.parametrize("thing", ["lamp", 7, None, [1]], ids=repr)
def test_only_bytes_are_taken_as_bytes(thing: Any) -> None:
    with pytest.raises(MessageFormatError, match="a BytesConverter takes bytes, not"):
        BytesConverter().to_message(thing, CONTEXT)


@pytest.mark.parametrize("make", [ProtobufConverter, ThriftConverter])
@pytest.mark.parametrize("form", [dict, "Order", None, object()], ids=["dict", "text", "None", "object"])
def test_a_class_of_the_format_is_needed(make: Any, form: Any) -> None:
    with pytest.raises(ValueError, match="takes a class that"):
        make(form)


@pytest.mark.parametrize(
    ("make", "module", "library"),
    [(ProtobufConverter, "google.protobuf.message", "protobuf"), (ThriftConverter, "thrift.protocol", "thrift")],
    ids=["protobuf", "thrift"],
)
def test_a_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, make: Any, module: str, library: str
) -> None:
    for name in [*sys.modules]:
        if name.startswith(module):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(JMSError, match=rf"needs the library {library}: .*pip install 'jmslike\[formats\]'"):
        make(object)
