"""What a durable engine writes of a message is all of it, and what it reads again is a message or a ValueError."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jmslike.destinations import Queue, TemporaryQueue
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Envelope, Headers
from jmslike.errors import InvalidSelectorError, MessageFormatError
from jmslike_transports.native.record_format import EnvelopeFormat
from native_engine.journal import RecordFormat
from tests.unit.native.envelopes import envelopes, everything

FORMAT: RecordFormat = EnvelopeFormat()


def message(**fields: Any) -> Envelope:
    """Return a message, of which only these fields matter."""
    return Envelope.make(**{"id": "ID:1", "destination": Queue("q"), "kind": "message", **fields})


@given(envelopes())
def test_a_message_comes_back_as_it_was(envelope: Envelope) -> None:
    assert everything(FORMAT.decode(FORMAT.encode(envelope))) == everything(envelope)


@given(envelopes())
def test_a_message_that_was_read_is_written_alike(envelope: Envelope) -> None:
    data = FORMAT.encode(envelope)
    assert FORMAT.encode(FORMAT.decode(data)) == data


@given(envelopes(), st.data())
def test_what_is_damaged_is_a_message_or_a_value_error(envelope: Envelope, data: st.DataObject) -> None:
    octets = bytearray(FORMAT.encode(envelope))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(octets)))
        octets[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    _read_or_refuse(bytes(octets))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["text", "queue://q", "zi"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
EXTRAS = ["expiration", "due", "group", "closes_group", "correlation_id", "correlation_id_bytes", "reply_to", "type"]
EXTRAS += ["properties", "property_types", "spelled", "body", "body_types"]


@given(envelopes(), st.integers(0, 8), st.sampled_from(EXTRAS), JSON, st.binary(max_size=3))
def test_a_head_with_any_other_value_is_a_message_or_a_value_error(
    envelope: Envelope, place: int, name: str, value: Any, body: bytes
) -> None:
    data = FORMAT.encode(envelope)
    end = 4 + int.from_bytes(data[:4], "little")
    fields = json.loads(data[4:end].decode("utf-8", "surrogatepass"))
    if place < 8:
        fields[place] = value
    else:
        fields[8:] = [{**(fields[8] if len(fields) == 9 else {}), name: value}]
    head = json.dumps(fields).encode()
    _read_or_refuse(len(head).to_bytes(4, "little") + head + (data[end:] or body))


@given(st.binary(max_size=40))
@example(b"")
@example(b"\0\0\0\0")
@example(b"\2\0\0\0[]")
@example((100_000).to_bytes(4, "little") + b"[" * 100_000)
@example((5_000).to_bytes(4, "little") + b"9" * 5_000)
def test_any_bytes_are_a_message_or_a_value_error(data: bytes) -> None:
    _read_or_refuse(data)


def _read_or_refuse(data: bytes) -> None:
    try:
        read = FORMAT.decode(data)
    except ValueError:
        return
    everything(read)
    assert read.timestamp is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"priority": 10},
        {"priority": True},
        {"delivery_mode": 3},
        {"kind": "letter"},
        {"priority": -1},
        {"kind": "message", "body": b"octets"},
        {"expiration": 1 << 63},
        {"delivery_time": 1 << 63},
    ],
)
def test_what_no_message_has_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"message|out of range|delivery mode"):
        FORMAT.decode(FORMAT.encode(message(**fields)))


@pytest.mark.parametrize("body", [{"a": [1]}, {"a": object()}])
def test_a_value_that_no_message_has_is_not_written(body: Any) -> None:
    with pytest.raises(MessageFormatError, match="of a type that no message has"):
        FORMAT.encode(message(kind="map", body=body))


def test_messages_of_one_producer_have_their_terms_in_common() -> None:
    first, second = (FORMAT.decode(FORMAT.encode(message(id=f"ID:{number}"))) for number in (1, 2))
    assert first.terms is second.terms
    assert first.headers is NO_HEADERS
    assert first.properties is NO_PROPERTIES
    assert first.constraints is None


def test_what_is_written_can_be_read_without_this_library() -> None:
    envelope = message(
        kind="text",
        body="Grüße",
        timestamp=1_700_000_000_000,
        headers=Headers(b"\1", TemporaryQueue("answers"), "order"),
        properties={"price": 1.5, "n": 7},
    )
    data = FORMAT.encode(envelope)
    end = 4 + int.from_bytes(data[:4], "little")
    assert json.loads(data[4:end]) == [
        "queue://q", 2, None, "", "ID:1", 1_700_000_000.0005, 4, "text",
        {
            "correlation_id_bytes": "AQ==",
            "reply_to": "temporary-queue://answers",
            "type": "order",
            "properties": {"price": 1.5, "n": 7},
            "property_types": "di",
        },
    ]  # fmt: skip
    assert data[end:].decode() == "Grüße"


def test_persistent_messages_are_those_of_delivery_mode_2() -> None:
    assert FORMAT.is_persistent(message(delivery_mode=2))
    assert not FORMAT.is_persistent(message(delivery_mode=1))


def test_a_selector_is_known_by_its_text() -> None:
    matches = FORMAT.matches("price > 1")
    assert matches(message(properties={"price": 2}))
    assert not matches(message(properties={"price": 1}))
    with pytest.raises(InvalidSelectorError):
        FORMAT.matches("price >")
