"""What another jmslike wrote into properties becomes headers and bodies again."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.codec import ITEMS, KIND, TYPES
from jmslike.destinations import Queue
from jmslike.envelope import Envelope, Headers
from jmslike.values import Long
from jmslike.values.spelled import spelled_names
from jmslike_transports.jvm.marks import without_marks

OURS = "ID:0b0a9026-613e-4616-8aef-b97259fc8a07:1:1:1:7"
OPENWIRE = "ID:host-39005-1795979620686-1:1:1:1:1"


def read(kind: str = "text", body: Any = "a", /, **properties: Any) -> Envelope:
    """Return the message of these properties, as Java gives them."""
    return without_marks(
        Envelope.make(
            id="ID:java",
            destination=Queue("q"),
            kind=kind,
            body=body,
            timestamp=5,
            headers=Headers("c"),
            properties=properties,
        )
    )


@pytest.mark.parametrize(
    ("mark", "items", "body", "content"),
    [
        ("map", "i", '{"a":1}', ("map", {"a": 1})),
        ("stream", "lS", '[1,"x"]', ("stream", (Long(1), "x"))),
        ("object", None, '{"a":1}', ("object", b'{"a":1}')),
        ("null object", None, "", ("object", None)),
        ("null text", None, None, ("text", None)),
        ("message", None, None, ("message", None)),
        ("bytes", None, "", ("bytes", b"")),
        ("map", "i", "no JSON", ("text", "no JSON")),
        ("unknown", None, "a", ("text", "a")),
        (7, None, "a", ("text", "a")),
    ],
)
def test_a_kind_is_that_of_the_mark(mark: Any, items: str | None, body: str | None, content: Any) -> None:
    marks = {KIND: mark} if items is None else {KIND: mark, ITEMS: items}
    message = read("text", body, **marks)
    assert (message.kind, message.body, message.properties) == (*content, {})


def test_bytes_with_a_mark_are_read_too() -> None:
    message = read("bytes", b"a\0b", **{KIND: "text"})
    assert (message.kind, message.body) == ("text", "a\0b")


def test_a_map_of_java_stays_one() -> None:
    message = read("map", {"a": 1}, **{KIND: "stream", ITEMS: ""})
    assert (message.kind, message.body) == ("map", {"a": 1})


def test_properties_get_their_types() -> None:
    message = read(n="7", s="07", t="other", **{TYPES: "n=l;s=S;gone=n"})
    assert message.properties == {"n": Long(7), "s": "07", "t": "other", "gone": None}
    assert type(message.properties["n"]) is Long
    assert spelled_names(message.properties) == frozenset()


def test_an_id_and_a_timestamp_that_were_kept_are_the_messages() -> None:
    message = read(JMS_jmslike_id="ID:first", JMS_jmslike_timestamp=Long(1_700_000_000_123))
    assert (message.id, message.timestamp, message.properties) == ("ID:first", 1_700_000_000_123, {})


def test_headers_of_stomp_are_read() -> None:
    message = read(
        jmslike_id=OURS,
        JMSTimestamp="1700000000123",
        JMSjmslike_due="1700000005000",
        JMSjmslike_origin="a client",
        JMSjmslike_correlation="00ff",
        JMSXGroupID="g",
        JMSjmslike_group_seq="-1",
        receipt="r1",
        destination="q",
        jmslike_p_receipt="of the application",
    )
    assert (message.id, message.timestamp, message.due, message.origin) == (
        OURS,
        1_700_000_000_123,
        1_700_000_005_000,
        "a client",
    )
    assert message.headers.correlation_id == b"\0\xff"
    assert message.properties == {"JMSXGroupID": "g", "JMSXGroupSeq": -1, "receipt": "of the application"}
    assert message.constraints is not None
    assert message.constraints.closes_group


@pytest.mark.parametrize("name", ["NATIVE_MESSAGE_ID", "__HDR_MESSAGE_ID"])
def test_artemis_has_the_id_in_a_property_of_its_own(name: str) -> None:
    message = read(**{name: OURS, "receipt": "r1", "p": 1})
    assert (message.id, message.properties) == (OURS, {"p": 1})


def test_properties_of_another_protocols_message_stay() -> None:
    message = read(__HDR_MESSAGE_ID=OPENWIRE, receipt="of the application")
    assert message.id == "ID:java"
    assert message.properties == {"__HDR_MESSAGE_ID": OPENWIRE, "receipt": "of the application"}


@pytest.mark.parametrize("value", [b"", 7, None, True, "x", ""])
def test_marks_of_other_types_change_nothing_but_are_gone(value: Any) -> None:
    names = ["jmslike_id", "JMS_jmslike_id", "JMSjmslike_due", "JMSjmslike_origin", KIND, ITEMS, TYPES]
    message = read(**dict.fromkeys(names, value))
    assert (message.kind, message.body, message.headers, message.properties) == ("text", "a", Headers("c"), {})
