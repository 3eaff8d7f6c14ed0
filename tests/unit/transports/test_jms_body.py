"""What is written is read back whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike import Byte, Char, Float, Long, MessageFormatError, Queue, Short, TemporaryQueue, TemporaryTopic, Topic
from jmslike.spi import Envelope, Headers
from jmslike_transports.shared.jms_body import decode, encode
from tests.unit.transports.test_golden import ELSEWHERE, all_of

NAMES = st.text(min_size=1, max_size=300) | st.sampled_from(["jmslike_kind", "jmslike_types", "jmslike_p_kind"])
TEXTS = st.text(max_size=300) | st.sampled_from(["x" * 65_535, "x" * 65_536, "\0" * 40_000, "\U0001d11e" * 30_000])
SURROGATES = st.text(st.characters(), max_size=5) | st.just("\ud800")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-128, 127).map(Byte),
    st.integers(-(2**15), 2**15 - 1).map(Short),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**63), 2**63 - 1).map(Long),
    st.floats(width=32).map(Float),
    st.floats(),
    TEXTS,
    SURROGATES,
)
ITEMS = VALUES | st.binary(max_size=2000) | st.characters(max_codepoint=0xFFFF).map(Char)
DESTINATIONS = st.builds(
    lambda kind, name: kind(name), st.sampled_from([Queue, Topic, TemporaryQueue, TemporaryTopic]), NAMES
)
TIMES = st.integers(0, 2**42)
BODIES = st.one_of(
    st.tuples(st.just("message"), st.none()),
    st.tuples(st.just("text"), st.none() | TEXTS),
    st.tuples(st.just("bytes"), st.binary(max_size=2000)),
    st.tuples(st.just("map"), st.dictionaries(NAMES, ITEMS)),
    st.tuples(st.just("stream"), st.lists(ITEMS).map(tuple)),
    st.tuples(st.just("object"), st.none() | st.binary() | st.text().map(lambda text: json.dumps(text).encode())),
)


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    kind, body = draw(BODIES)
    return Envelope.make(
        id=f"ID:{draw(st.uuids())}:1:1:1:{draw(st.integers(1))}",
        destination=draw(DESTINATIONS),
        kind=kind,
        body=body,
        delivery_mode=draw(st.integers(1, 2)),
        priority=draw(st.integers(0, 9)),
        timestamp=draw(TIMES),
        expiration=draw(TIMES),
        delivery_time=draw(TIMES),
        headers=Headers(draw(st.none() | TEXTS | st.binary()), draw(st.none() | DESTINATIONS), draw(st.none() | TEXTS)),
        properties=draw(st.dictionaries(NAMES, VALUES)),
        origin=draw(NAMES),
    )


@given(envelopes())
def test_a_message_comes_back_whole(envelope: Envelope) -> None:
    assert all_of(decode(encode(envelope), ELSEWHERE)) == all_of(envelope)


def made(kind: str = "text", body: Any = None, **more: Any) -> Envelope:
    return Envelope.make(id="ID:1:1:1:1:1", destination=Queue("q"), kind=kind, body=body, **more)


@pytest.mark.parametrize(
    "value",
    [None, True, False, Byte(-1), Short(-1), -1, Long(-1), Float(0.1), 0.1, "", "\0", Char("\0"), b"", "\ud800"],
    ids=repr,
)
def test_a_value_keeps_its_type(value: Any) -> None:
    (item,) = decode(encode(made("stream", (value,))), ELSEWHERE).body
    assert repr(item) == repr(value)


def test_a_big_body_of_any_kind() -> None:
    for kind, body in {
        "text": "ä" * 1_000_000,
        "bytes": b"w\x01" * 1_000_000,
        "map": {str(number): "x" * 1000 for number in range(1000)},
        "stream": tuple(range(100_000)),
        "object": json.dumps("ä" * 100_000).encode(),
    }.items():
        assert decode(encode(made(kind, body)), ELSEWHERE).body == body


def test_a_long_name_of_a_property_is_refused() -> None:
    with pytest.raises(MessageFormatError, match="65535"):
        encode(made(properties={"x" * 65_536: 1}))


def test_half_of_a_surrogate_pair_in_a_text_is_refused() -> None:
    with pytest.raises(MessageFormatError, match="surrogate"):
        encode(made("text", "\ud800"))


def test_an_encoded_str_is_a_string_to_java() -> None:
    body = encode(made("object", b'"gr\\u00fcn"'))
    assert body.endswith(b"\xac\xed\x00\x05\x74\x00\x05gr\xc3\xbcn")


def test_json_is_a_string_to_java() -> None:
    body = encode(made("object", b'{"n":1}'))
    assert body.endswith(b"\xac\xed\x00\x05\x74\x00\x07" + b'{"n":1}')


def test_what_only_we_understand_stands_among_the_headers() -> None:
    """A correlation id that a Java program has set since does away with the bytes that it was."""
    sent = made(headers=Headers(correlation_id=b"\xff1"))
    body = encode(sent)
    assert decode(body, ELSEWHERE).headers.correlation_id == b"\xff1"
    changed = body.replace("\ufffd1".encode(), b"abcd")
    assert decode(changed, ELSEWHERE).headers.correlation_id == "abcd"


def test_the_origin_is_the_client_id_or_the_connection() -> None:
    assert decode(encode(made(origin="client")), ELSEWHERE).origin == "client"
    assert decode(encode(made()), ELSEWHERE).origin == "1"


def test_who_sends_a_message_on_is_its_origin() -> None:
    body = encode(made(origin="client")).replace(b"ID:1:1:1:1:1", b"ID:uuid-uuid")
    assert decode(body, ELSEWHERE).origin == "uuid-uuid"
