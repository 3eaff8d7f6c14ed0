"""A line of JSON has all of a message, and all of a durable subscription."""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jmslike.destinations import Topic
from jmslike.envelope import Constraints, Envelope
from jmslike_transports.native import line_values
from jmslike_transports.native.json_lines import (
    Message,
    Place,
    Waiting,
    message_line,
    read_line,
    subscription_line,
)
from jmslike_transports.native.record_format import EnvelopeFormat
from native_engine.journal import layout
from native_engine.journal.layout import Definition
from native_engine.journal.stored import stored
from tests.unit.native.envelopes import LINE, NAMES, TEXTS, envelopes, everything

PLACES = st.one_of(
    st.builds(Place, st.just("queue"), NAMES, st.none()),
    st.builds(Place, st.just("subscription"), NAMES, st.none() | NAMES),
)
WAITS = st.lists(
    st.builds(Waiting, PLACES, st.integers(0, 2**31 - 2), st.integers(0, 2**63 - 1)),
    min_size=1,
    max_size=3,
    unique_by=lambda each: each.place,
)
SELECTORS = st.sampled_from([None, "price > 1", "name = '\u20ac'"])
SUBSCRIPTIONS = st.one_of(
    st.builds(Definition, NAMES, NAMES, NAMES, st.booleans(), SELECTORS, st.none() | TEXTS),
    st.builds(Definition, NAMES, NAMES, st.none(), st.just(True), SELECTORS, st.none()),
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


NAMES_OF_VALUES = [*line_values.MESSAGE, "waits_in"]


@given(envelopes(), st.sampled_from(NAMES_OF_VALUES), VALUES)
def test_a_line_with_one_value_more_is_a_line_or_a_value_error(envelope: Envelope, name: str, value: Any) -> None:
    line = message_line(Message(envelope, [Waiting(Place("queue", "q"))]))
    document = {**json.loads(line.decode("utf-8", "surrogatepass")), name: value}
    _read_or_refuse(json.dumps(document).encode())


def _read_or_refuse(line: bytes) -> None:
    """Read the line, unless it is refused: what is read is all of it, and can be written to a journal."""
    try:
        read = read_line(line)
    except ValueError:
        return
    assert isinstance(read, Message)
    again = json.loads(message_line(read).decode("utf-8", "surrogatepass"))
    for name, value in json.loads(line.removeprefix(BOM_UTF8).decode("utf-8", "surrogatepass")).items():
        assert _alike(again.get(name), value) or (name == "spelled" and again.get(name, []) == sorted(value)), name
    held = stored(read.envelope, EnvelopeFormat().encode(read.envelope))
    limits = read.envelope.constraints or Constraints()
    places = [layout.Destination(1, *each[1:]) for each in read.waits_in]
    times = limits.expiration, limits.due
    layout.sent(layout.Sent(held.priority, *times, limits.group, limits.closes_group, places, held.data or b""))


def _alike(first: Any, second: Any) -> bool:
    """Whether two values of lines mean the same: a number is rounded to what its type can hold."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_alike(first[name], second[name]) for name in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_alike, first, second))
    return bool(first == second) or (isinstance(first, float) and math.isclose(first, second, rel_tol=1e-6))


def changed(document: Mapping[str, Any], **changes: Any) -> bytes:
    """Return a line in which these values differ; ... leaves one out."""
    return json.dumps({name: value for name, value in {**document, **changes}.items() if value is not ...}).encode()


def line(**changes: Any) -> bytes:
    return changed(LINE, **changes)


def read(text: bytes) -> Message:
    message = read_line(text)
    assert isinstance(message, Message)
    return message


def test_limits_that_are_not_named_are_none() -> None:
    for limits in ({"due": 7}, {"expiration": 7}, {"group": "g"}, {"group": "g", "closes_group": True}):
        constraints = read(line(**limits)).envelope.constraints
        assert constraints is not None
        assert {
            "expiration": constraints.expiration,
            "due": constraints.due,
            "group": constraints.group,
            "closes_group": constraints.closes_group,
        } == {"expiration": 0, "due": 0, "group": None, "closes_group": False, **limits}


def test_names_of_properties_are_those_of_any_client() -> None:
    """JMS refuses some of them; a message that came from a broker may have them, and is exported with them."""
    names = {"content-type": "a", "1 a": "b", "NULL": "c", "JMSXUserID": "d", "": "e"}
    assert read(line(properties=names, property_types="SSSSS")).envelope.properties == names


def test_a_mark_of_utf_8_is_left_out() -> None:
    assert read(BOM_UTF8 + line()).envelope.body == "two lamps"


SUBSCRIPTION = {"durable_subscription": "s", "topic": "t", "shared": True}
PRICE = {"properties": {"price": 32}, "property_types": "i"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "it is no JSON, from character 2 on"),
        (b'{"id": "\n"}', "it is no JSON, from character 9 on"),
        (b"\xff\xfe", "it is no UTF-8, from byte 1 on"),
        (b'{"id": ' + b"9" * 5_000 + b"}", "it has a number of 5,000 digits, which is too large for any value"),
        (b'{"id": "a", "id": "b"}', "'id' stands twice in one object"),
        (b"[]", "it is no JSON object"),
        (b"[" * 100_000, "it is nested too deeply"),
        (line(id=...), "id is missing"),
        (line(id=7), "id is not a text"),
        (line(destination=["queue://orders"]), "destination is not a destination such as queue://orders"),
        (line(reply_to="orders"), "reply_to is not a destination such as queue://orders or null"),
        (line(delivery_mode=3), "delivery_mode is not 1 or 2"),
        (line(sent_at=1e17), "sent_at is not a number of seconds since the epoch"),
        (line(priority=True), "priority is not a whole number of 0 to 9"),
        (line(origin=7), "origin is not a text or null"),
        (line(kind="letter"), "kind is not one of message, text, bytes, object, map, stream"),
        (line(colour="red"), "colour is not known here"),
        (line(body=...), "body is missing"),
        (line(body=7), "body is not a text or null"),
        (line(kind="bytes", body="?"), "body is not base64"),
        (line(kind="bytes", body=None), "body is not base64"),
        (line(kind="bytes", body="AR=="), "body is not base64"),
        (line(kind="message"), "body is not for a message of the kind message"),
        (line(kind="map"), "body is not a JSON object"),
        (line(kind="stream", body=[1]), "body_types is missing"),
        (line(body_types="i"), "body_types is not for a message of the kind text"),
        (line(kind="stream", body=[1, "?"], body_types="ix"), "body: 2 is no text of bytes in base64"),
        (
            line(kind="map", body={"a": 1}, body_types="ii"),
            "body_types has to have a letter for each of body: 1",
        ),
        (line(correlation_id="a", correlation_id_bytes="YQ=="), "correlation_id and correlation_id_bytes exclude each"),
        (line(correlation_id_bytes="?"), "correlation_id_bytes is not base64 or null"),
        (line(expiration=0, due=1 << 63), "due is not a whole number of milliseconds, 0 to 9,223,372,036,854,775,807"),
        (line(expiration=1 << 63), "expiration is not a whole number of milliseconds"),
        (line(group=5), "group is not a text that is not empty or null"),
        (line(group=""), "group is not a text that is not empty or null"),
        (line(closes_group=1), "closes_group is not true or false"),
        (line(properties={"price": 32}), "property_types has to have a letter for each of properties: 1, not 0"),
        (line(property_types="i"), "property_types has to have a letter for each of properties: 0, not 1"),
        (
            line(**{**PRICE, "property_types": "x"}),
            "property_types has 'x', which is none of z, b, s, i",
        ),
        (
            line(**{**PRICE, "property_types": "c"}),
            "property_types has 'c', which is none of z, b, s, i",
        ),
        (line(**{**PRICE, "property_types": "n"}), "properties: 'price' is no null"),
        (line(**{**PRICE, "property_types": "z"}), "properties: 'price' is no boolean"),
        (line(properties={"n": 1 << 31}, property_types="i"), "properties: 'n' is no int .an integer of 32 bits"),
        (line(properties={"n": 1e300}, property_types="f"), "properties: 'n' is no float"),
        (line(properties={"n": 10**310}, property_types="d"), "properties: 'n' is no double"),
        (line(properties={"n": "1.5"}, property_types="d"), "properties: 'n' is no double"),
        (line(**PRICE, spelled=["price"]), "spelled names 'price', which is no property that is a text"),
        (line(spelled="price"), "spelled is not a list of texts that differ"),
        (line(waits_in=[]), "waits_in is not a list of the places where the message waits"),
        (line(waits_in={"queue": "a"}), "waits_in is not a list of the places where the message waits"),
        (line(waits_in=[{"queue": "a"}, {"queue": "a"}]), "waits_in names a place twice"),
        (line(waits_in=[{"topic": "a"}]), "topic is not known here"),
        (line(waits_in=[{"attempts": 1}]), "waits_in has to have one of queue, subscription, unknown for each place"),
        (
            line(waits_in=[{"queue": "a", "subscription": "a"}]),
            "waits_in has to have one of queue",
        ),
        (line(waits_in=[{"queue": "a", "client_id": "b"}]), "client_id is that of a subscription"),
        (line(waits_in=[{"queue": ""}]), "queue is not a name: a text that is not empty"),
        (line(waits_in=[{"queue": "$temporary.queue.1"}]), "queue is not a name: .* not begin as temporary ones do"),
        (line(waits_in=[{"subscription": ""}]), "subscription is not a text that is not empty"),
        (line(waits_in=[{"queue": "a", "attempts": -1}]), "attempts is not a whole number of 0 to 2,147,483,646"),
        (
            line(waits_in=[{"queue": "a", "attempts": 2**31 - 1}]),
            "attempts is not a whole number of 0 to 2,147,483,646",
        ),
        (line(waits_in=[{"queue": "a", "until": 1.5}]), "until is not a whole number of milliseconds"),
        (b'{"durable_subscription": "s", "topic": "t"}', "shared is missing"),
        (changed(SUBSCRIPTION, shared=1), "shared is not true or false"),
        (changed(SUBSCRIPTION, x=1), "x is not known here"),
        (changed(SUBSCRIPTION, durable_subscription=""), "durable_subscription is not a text that is not empty"),
        (changed(SUBSCRIPTION, topic=""), "topic is not a name: a text that is not empty"),
        (changed(SUBSCRIPTION, client_id=""), "client_id is not a text that is not empty or null"),
        (changed(SUBSCRIPTION, selector="price >"), "selector is not a selector or null"),
        (changed(SUBSCRIPTION, selector=" "), "selector is not a selector or null"),
        (changed(SUBSCRIPTION, shared=False), "client_id is missing: only a shared subscription can do without one"),
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
