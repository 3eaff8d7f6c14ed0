"""What the Java client of RabbitMQ wrote is read as it was meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jmslike import Queue
from jmslike.spi import Envelope
from jmslike_transports.shared.jms_body import StreamError, decode, encode
from tests.unit.transports.golden import FOLDER, GOLDEN, Golden

ELSEWHERE = Queue("elsewhere")
SERIALISED = {
    "object-long": b"\xac\xed\x00\x05sr\x00\x0ejava.lang.Long",
    "object-bytes": b"\xac\xed\x00\x05ur\x00\x02[B",
}

each = pytest.mark.parametrize(("name", "golden"), GOLDEN.items(), ids=GOLDEN)


def body_of(name: str) -> bytes:
    return (FOLDER / f"{name}.bin").read_bytes()


def content(golden: Golden) -> tuple[str, Any]:
    """Return kind and body as an envelope holds them."""
    match golden.kind:
        case "message":
            return "text", None  # the Java client makes no difference
        case "stream":
            return "stream", tuple(golden.body)
        case "object" if golden.body is not None:
            return "object", json.dumps(golden.body).encode()
    return golden.kind, golden.body


@each
def test_the_body_is_read(name: str, golden: Golden) -> None:
    envelope = decode(body_of(name), ELSEWHERE)
    if name in SERIALISED:
        assert envelope.kind == "bytes"
        assert envelope.body.startswith(SERIALISED[name])
    elif golden.kind == "map":
        assert envelope.kind == "map"
        assert {item: repr(value) for item, value in envelope.body.items()} == {
            item: repr(value) for item, value in golden.body.items()
        }
    else:
        assert repr((envelope.kind, envelope.body)) == repr(content(golden))


@each
def test_the_headers_are_read(name: str, golden: Golden) -> None:
    envelope = decode(body_of(name), ELSEWHERE)
    assert len(envelope.id.removeprefix("ID:")) == len("11cd6b75-b3b2-476e-b63f-2d3a16a2fe69")
    assert (type(envelope.destination), envelope.destination) == (type(golden.destination), golden.destination)
    assert (envelope.delivery_mode, envelope.priority) == (golden.delivery_mode, golden.priority)
    assert 1.7e12 < envelope.timestamp < 2e12
    assert envelope.expiration == (envelope.timestamp + golden.time_to_live * 1000 if golden.time_to_live else 0)
    assert envelope.due == 0
    assert (envelope.headers.correlation_id, envelope.headers.type) == (golden.correlation_id, golden.type)
    reply_to = envelope.headers.reply_to
    assert type(reply_to) is type(golden.reply_to)
    if reply_to is not None and golden.reply_to is not None:
        begins = reply_to.name.startswith if reply_to.is_temporary else reply_to.name.__eq__
        assert begins(golden.reply_to.name)


@each
def test_the_properties_are_read(name: str, golden: Golden) -> None:
    properties = decode(body_of(name), ELSEWHERE).properties
    assert {name: repr(value) for name, value in properties.items()} == {
        name: repr(value) for name, value in (golden.properties or {}).items()
    }


@each
def test_what_was_read_is_written_and_read_again(name: str, golden: Golden) -> None:
    envelope = decode(body_of(name), ELSEWHERE)
    assert all_of(decode(encode(envelope), ELSEWHERE)) == all_of(envelope)


def test_messages_are_read_alike_whatever_was_read_before() -> None:
    expected = {name: all_of(decode(body_of(name), ELSEWHERE)) for name in GOLDEN}
    for name in (*GOLDEN, *reversed(GOLDEN)):
        assert all_of(decode(body_of(name), ELSEWHERE)) == expected[name]


@each
def test_a_body_that_is_cut_short_is_refused_or_read(name: str, golden: Golden) -> None:
    body = body_of(name)
    step = 1 + len(body) // 2000
    for size in range(0, len(body), step):
        try:
            envelope = decode(body[:size], ELSEWHERE)
        except StreamError:
            continue
        assert envelope.kind == "bytes"  # which go as far as there are any


def all_of(envelope: Envelope) -> str:
    """Return all that an envelope says, with types."""
    body = dict(sorted(envelope.body.items())) if envelope.kind == "map" else envelope.body
    times = (envelope.timestamp, envelope.expiration, envelope.due)
    terms = (envelope.id, envelope.destination, envelope.delivery_mode, envelope.priority, envelope.origin)
    return repr((terms, times, envelope.headers, sorted(envelope.properties.items()), envelope.kind, body))
