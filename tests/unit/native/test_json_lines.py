"""A line of JSON has all of a message, and all of a durable subscription."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.destinations import Topic
from jmslike.envelope import Envelope
from jmslike_transports.native.json_lines import (
    Message,
    Place,
    Waiting,
    message_line,
    read_line,
    subscription_line,
)
from native_engine.journal.layout import Definition
from tests.unit.native.envelopes import TEXTS, envelopes, everything

PLACES = st.builds(Place, st.just("queue"), TEXTS) | st.builds(Place, st.just("subscription"), TEXTS, st.none() | TEXTS)
WAITS = st.lists(
    st.builds(Waiting, PLACES, st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1)),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.place,
)
SUBSCRIPTIONS = st.builds(
    Definition, TEXTS, TEXTS, st.none() | TEXTS, st.booleans(), st.none() | TEXTS, st.none() | TEXTS
)


@given(envelopes(), WAITS)
def test_a_message_comes_back_as_it_was(envelope: Envelope, waits_in: list[Waiting]) -> None:
    line = message_line(Message(envelope, waits_in))
    assert line.count(b"\n") == 1
    read = read_line(line)
    assert isinstance(read, Message)
    assert everything(read.envelope) == everything(envelope)
    assert read.waits_in == waits_in


@given(SUBSCRIPTIONS)
def test_a_subscription_comes_back_as_it_was(subscription: Definition) -> None:
    line = subscription_line(subscription)
    assert line.count(b"\n") == 1
    assert read_line(line) == subscription


@given(st.builds(lambda each: Message(each, [Waiting(Place("queue", "q"))]), envelopes()), st.data())
def test_what_is_damaged_is_a_line_or_a_value_error(message: Message, data: st.DataObject) -> None:
    line = bytearray(message_line(message))
    at = data.draw(st.integers(0, len(line)))
    line[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    _read_or_refuse(bytes(line))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(envelopes(), st.integers(0), VALUES)
def test_a_line_with_any_other_value_is_a_line_or_a_value_error(envelope: Envelope, number: int, value: Any) -> None:
    line = message_line(Message(envelope, [Waiting(Place("queue", "q"))]))
    document = json.loads(line.decode("utf-8", "surrogatepass"))
    document[list(document)[number % len(document)]] = value
    _read_or_refuse(json.dumps(document).encode())


def _read_or_refuse(line: bytes) -> None:
    try:
        read = read_line(line)
    except ValueError:
        return
    assert isinstance(read, Message)
    everything(read.envelope)


LINE = {
    "waits_in": [{"queue": "orders"}],
    "id": "ID:1",
    "destination": "queue://orders",
    "delivery_mode": 2,
    "origin": None,
    "sent_at": 1.5,
    "priority": 4,
    "kind": "text",
    "body": "two lamps",
}


def line(**changes: Any) -> bytes:
    """Return a line in which these values differ; ... leaves one out."""
    document = {**LINE, **changes}
    return json.dumps({name: value for name, value in document.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "it is no JSON: Expecting property name enclosed in double quotes at character 2"),
        (b"[]", "it is no JSON object"),
        (b"[" * 100_000, "a value is of a wrong type"),
        (line(id=...), "id is missing"),
        (line(body=...), "body is missing"),
        (line(body=7), "body is no text"),
        (line(kind="bytes", body="?"), "base64|padding|characters"),
        (line(kind="letter"), "a message of the kind 'letter' has no such body"),
        (line(colour="red"), "no message has colour"),
        (line(waits_in=[]), "waits_in is empty, or names a place twice"),
        (line(waits_in=[{"queue": "a"}, {"queue": "a"}]), "waits_in is empty, or names a place twice"),
        (line(waits_in=[{"topic": "a"}]), "waits_in has none of queue, subscription, unknown"),
        (line(waits_in=[{"queue": "a", "tries": 1}]), "tries is not known here"),
        (line(waits_in=[{"queue": "a", "attempts": -1}]), "attempts is no whole number of 0 or more"),
        (line(waits_in=[{"queue": "a", "until": 1.5}]), "until is no whole number of milliseconds"),
        (b'{"durable_subscription": "s", "topic": "t"}', "shared is missing"),
        (b'{"durable_subscription": "s", "topic": "t", "shared": 1}', "shared is neither true nor false"),
        (b'{"durable_subscription": "s", "topic": "t", "shared": true, "x": 1}', "x is not known here"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_line(text)


def test_lines_are_for_people_too() -> None:
    envelope = Envelope.make(
        id="ID:1", destination=Topic("prices"), kind="map", body={"EUR": 1.5}, timestamp=1, origin="shop"
    )
    waits_in = [Waiting(Place("subscription", "audit", "shop"), attempts=2)]
    assert message_line(Message(envelope, waits_in)).decode() == (
        '{"waits_in":[{"subscription":"audit","client_id":"shop","attempts":2}],"id":"ID:1",'
        '"destination":"topic://prices","delivery_mode":2,"origin":"shop","sent_at":0.0015,"priority":4,"kind":"map",'
        '"body":{"EUR":1.5},"body_types":"d"}\n'
    )
    assert subscription_line(Definition("audit", "prices", "shop", False, "EUR > 1", None)).decode() == (
        '{"durable_subscription":"audit","client_id":"shop","topic":"prices","shared":false,"selector":"EUR > 1",'
        '"excluded_origin":null}\n'
    )
