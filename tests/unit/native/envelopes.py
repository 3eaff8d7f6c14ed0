"""Every message that can be sent, for tests that generate them; and a comparison that sees all of it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Constraints, Envelope, Headers, Terms
from jmslike.values import Byte, Char, Float, Long, Short
from jmslike.values.spelled import SpelledProperties, spelled_names

TEXTS: Final = st.one_of(
    st.text(),
    st.text(
        st.sampled_from('a\0\n"\\\u20ac\ud83d\ude00\U0001f600\x7f\u2028')
    ),  # halves of pairs, also next to each other
)
NAMES: Final = TEXTS.filter(bool)
DESTINATIONS: Final[st.SearchStrategy[Destination]] = st.builds(
    lambda kind, name: kind(name), st.sampled_from([Queue, Topic, TemporaryQueue, TemporaryTopic]), NAMES
)
INTS: Final = st.integers(-(2**31), 2**31 - 1)
LONGS: Final = st.integers(-(2**63), 2**63 - 1)
VALUES: Final[st.SearchStrategy[Any]] = st.one_of(
    st.none(),
    st.booleans(),
    st.builds(Byte, st.integers(-128, 127)),
    st.builds(Short, st.integers(-(2**15), 2**15 - 1)),
    INTS,
    st.builds(Long, LONGS),
    st.builds(Float, st.floats(width=32)),
    st.floats(),
    TEXTS,
)
ITEMS: Final[st.SearchStrategy[Any]] = st.one_of(
    VALUES, st.builds(Char, st.characters(max_codepoint=0xFFFF)), st.binary()
)
BODIES: Final[st.SearchStrategy[tuple[str, Any]]] = st.one_of(
    st.tuples(st.just("message"), st.none()),
    st.tuples(st.just("text"), st.none() | TEXTS),
    st.tuples(st.just("bytes"), st.binary()),
    st.tuples(st.just("object"), st.none() | st.binary()),
    st.tuples(st.just("map"), st.dictionaries(TEXTS, ITEMS, max_size=5)),
    st.tuples(st.just("stream"), st.lists(ITEMS, max_size=5).map(tuple)),
)
HEADERS: Final = st.just(NO_HEADERS) | st.builds(
    Headers, st.none() | TEXTS | st.binary(), st.none() | DESTINATIONS, st.none() | TEXTS
)
TIMES: Final = st.just(0) | st.integers(0, 2**62)
CONSTRAINTS: Final = st.none() | st.builds(Constraints, TIMES, TIMES, st.none() | NAMES, st.booleans())


@st.composite
def properties(draw: st.DrawFn) -> Mapping[str, Any]:
    """Return properties, of which some may be known by their spelling only."""
    values = draw(st.dictionaries(TEXTS, VALUES, max_size=5))
    if not values:
        return NO_PROPERTIES
    texts = [name for name, value in values.items() if type(value) is str]
    spelled = draw(st.frozensets(st.sampled_from(texts))) if texts else frozenset()
    return SpelledProperties(values, spelled) if spelled else values


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    """Return any message, as its producer makes it."""
    envelope = Envelope.__new__(Envelope)
    envelope.terms = Terms(draw(DESTINATIONS), draw(st.sampled_from([1, 2])), draw(st.none() | TEXTS), draw(TEXTS))
    envelope.id_or_number = draw(st.integers(0, 2**63) | TEXTS)
    envelope.sent_at = draw(st.floats(-1e11, 1e11))
    envelope.priority = draw(st.integers(0, 9))
    envelope.constraints = draw(CONSTRAINTS)
    envelope.headers = draw(HEADERS)
    envelope.properties = draw(properties())
    envelope.kind, envelope.body = draw(BODIES)
    return envelope


def everything(envelope: Envelope) -> list[Any]:
    """Return all that an envelope holds, with the types of the values, to compare it with another's."""
    constraints = envelope.constraints
    return [
        exact(envelope.id),
        exact(envelope.destination),
        exact(envelope.delivery_mode),
        exact(envelope.origin),
        exact(envelope.sent_at),
        exact(envelope.priority),
        None
        if constraints is None
        else [
            exact(each)
            for each in (constraints.expiration, constraints.due, constraints.group, constraints.closes_group)
        ],
        [exact(each) for each in envelope.headers],
        exact(dict(envelope.properties)),
        spelled_names(envelope.properties),
        exact(envelope.kind),
        exact(envelope.body),
    ]


def exact(value: Any) -> Any:
    """Return the value with its type: 1, 1.0, True and Byte(1) differ, so do 0.0 and -0.0, and NaN is equal to NaN."""
    if isinstance(value, dict):
        return "dict", [(exact(name), exact(item)) for name, item in value.items()]
    if isinstance(value, tuple):
        return "tuple", [exact(item) for item in value]
    if isinstance(value, Destination):
        return type(value), exact(value.name)
    if isinstance(value, float):
        return type(value), "NaN" if value != value else struct.pack(">d", value)
    return type(value), value


LINE: Final[dict[str, Any]] = {
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
"""The line of an export that has no more than it needs."""
