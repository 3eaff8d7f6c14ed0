"""The head of a message: all of it but a text or bytes, as JSON.

It is a list of eight: destination, delivery mode, origin, prefix of the id, id, sending time, priority, kind. Most
messages have no more. Others have an object as the ninth, with what `_extras` names.

A destination is a text, such as "queue://orders" or "temporary-topic://a1". An id that is a number follows the prefix;
one that is a text is complete. The sending time is in seconds since the epoch, the others in milliseconds. Strings are
as they are in Python: half of a surrogate pair is one character.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any, Final

from jmslike.codec import decode_items, encode_items
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Constraints, Envelope, Headers, Terms
from jmslike.errors import JMSError, MessageFormatError
from jmslike.values.spelled import SpelledProperties, spelled_names

__all__ = [
    "LATEST",
    "MOST_MILLISECONDS",
    "address_of",
    "destination_of",
    "encode_head",
    "envelope_of",
    "fields_of",
    "json_text",
]

_ADDRESSES: Final[Mapping[type[Destination], str]] = {
    Queue: "queue",
    Topic: "topic",
    TemporaryQueue: "temporary-queue",
    TemporaryTopic: "temporary-topic",
}
_DESTINATIONS: Final = {word: kind for kind, word in _ADDRESSES.items()}

_OUTSIDE: Final[Mapping[str, type]] = {"text": str, "bytes": bytes, "object": bytes}
"""The kinds whose bodies, where there is one, are no part of the head, and the types of these bodies."""
_INSIDE: Final = frozenset({"map", "stream"})

_EXTRAS: Final = frozenset(
    {"expiration", "due", "group", "closes_group"}
    | {"correlation_id", "correlation_id_bytes", "reply_to", "type"}
    | {"properties", "property_types", "spelled"}
    | {"body", "body_types"}
)

_MOST_TERMS: Final = 1_000
"""How many producers' part of a head is kept: what all messages of one producer have in common."""
LATEST: Final = 1e16
"""Seconds: more than 64 bits of milliseconds can hold."""
MOST_MILLISECONDS: Final = (1 << 63) - 1
"""What an entry of the journal can hold."""
_IDS: Final = (int, str)
_TIMES: Final = (int, float)

_blank: Final = Envelope.__new__
json_text: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_parse: Final = json.JSONDecoder().raw_decode


def encode_head(envelope: Envelope) -> str:
    """Return the head. Raises MessageFormatError for a value that no message has."""
    number = envelope.id_or_number  # read once: another thread may make a text of it
    text = (
        f"{_shared(envelope.terms)},{quoted(number) if isinstance(number, str) else number},"
        f'{envelope.sent_at!r},{envelope.priority},"{envelope.kind}"'
    )
    if (
        envelope.constraints is None
        and envelope.headers is NO_HEADERS
        and not envelope.properties
        and envelope.body.__class__ is _OUTSIDE.get(envelope.kind)
    ):
        return f"{text}]"
    try:
        extras = _extras(envelope)
    except LookupError as error:
        raise MessageFormatError(f"the message holds a value of a type that no message has: {error}") from error
    return f"{text},{json_text(extras)}]" if extras else f"{text}]"


@lru_cache(_MOST_TERMS)
def _shared(terms: Terms) -> str:
    return json_text([address_of(terms.destination), terms.delivery_mode, terms.origin, terms.id_prefix])[:-1]


def address_of(destination: Destination) -> str:
    """Return the destination as a text, of which `destination_of` makes an equal one of the same class."""
    return f"{_ADDRESSES[type(destination)]}://{destination.name}"


def _extras(envelope: Envelope) -> dict[str, Any]:
    """Return what most messages do not have."""
    extras: dict[str, Any] = {}
    constraints, headers, body = envelope.constraints, envelope.headers, envelope.body
    if constraints is not None:
        extras["expiration"] = constraints.expiration
        extras["due"] = constraints.due
        extras["group"] = constraints.group
        extras["closes_group"] = constraints.closes_group
    if isinstance(headers.correlation_id, bytes):
        extras["correlation_id_bytes"] = base64.b64encode(headers.correlation_id).decode()
    elif headers.correlation_id is not None:
        extras["correlation_id"] = headers.correlation_id
    if headers.reply_to is not None:
        extras["reply_to"] = address_of(headers.reply_to)
    if headers.type is not None:
        extras["type"] = headers.type
    if envelope.properties:
        extras["properties"], extras["property_types"] = encode_items(envelope.properties)
        spelled = spelled_names(envelope.properties)
        if spelled:
            extras["spelled"] = sorted(spelled)
    if envelope.kind in _INSIDE:
        extras["body"], extras["body_types"] = encode_items(body)
    elif body is None and envelope.kind in _OUTSIDE:
        extras["body"] = None
    return extras


def fields_of(head: str) -> list[Any]:
    """Return the values of a head, for `envelope_of`. Raises ValueError for what is no JSON list of eight or nine."""
    try:
        fields, end = _parse(head)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the head of the message is no JSON: {error}") from error
    if fields.__class__ is not list or not 8 <= len(fields) <= 9 or end != len(head):
        raise ValueError("the head of the message is no list of eight or nine values")
    return fields


def envelope_of(fields: list[Any], body: str | bytes) -> Envelope:
    """Return the message with these values in its head, and with a body that is not there, empty if all of it is.

    Raises ValueError for values that no message has.
    """
    try:
        return _envelope_of(fields, body)
    except (JMSError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise ValueError(f"the head of the message holds a value that no message has: {error}") from error


def _envelope_of(fields: list[Any], body: Any) -> Envelope:
    envelope = _blank(Envelope)
    envelope.terms = _terms(fields[0], fields[1], fields[2], fields[3])
    number, sent_at, priority, kind = fields[4], fields[5], fields[6], fields[7]
    if number.__class__ not in _IDS or sent_at.__class__ not in _TIMES or priority.__class__ is not int:
        raise ValueError("an id, sending time or priority is of another type")
    if not (-LATEST < sent_at < LATEST and 0 <= priority <= 9):
        raise ValueError("a sending time or priority is out of range")
    envelope.id_or_number = number
    envelope.sent_at = sent_at
    envelope.priority = priority
    envelope.kind = kind
    if len(fields) == 8:
        envelope.constraints = None
        envelope.headers = NO_HEADERS
        envelope.properties = NO_PROPERTIES
    else:
        extras = fields[8]
        if not extras.keys() <= _EXTRAS:
            raise ValueError(f"no message has {', '.join(sorted(extras.keys() - _EXTRAS))}")
        envelope.constraints = _constraints(extras)
        envelope.headers = _headers(extras)
        envelope.properties = _properties(extras)
        if "body" in extras:
            return _with_inner_body(envelope, extras, body)
    if kind == "message" and not body:
        envelope.body = None
    elif body.__class__ is _OUTSIDE.get(kind):
        envelope.body = body
    else:
        raise ValueError(f"a message of the kind {kind!r} has no such body")
    return envelope


def _with_inner_body(envelope: Envelope, extras: Mapping[str, Any], outer: str | bytes) -> Envelope:
    inner = extras["body"]
    if outer:
        raise ValueError("the message has two bodies")
    if envelope.kind in _INSIDE:
        envelope.body = decode_items(envelope.kind, inner, extras["body_types"])
    elif inner is None and envelope.kind in _OUTSIDE:
        envelope.body = None
    else:
        raise ValueError(f"a message of the kind {envelope.kind!r} has no such body")
    return envelope


@lru_cache(_MOST_TERMS)
def _terms(address: str, delivery_mode: int, origin: str | None, id_prefix: str) -> Terms:
    if delivery_mode.__class__ is not int or not 1 <= delivery_mode <= 2:
        raise ValueError(f"{delivery_mode!r} is no delivery mode")
    return Terms(destination_of(address), delivery_mode, _text_or_none(origin), _text(id_prefix))


def destination_of(address: str) -> Destination:
    """Return the destination of a text that `address_of` made. Raises ValueError for others."""
    word, separator, name = _text(address).partition("://")
    kind = _DESTINATIONS.get(word)
    if kind is None or not separator or not name:
        raise ValueError(f"{address!r} is no destination")
    return kind(name)


def _constraints(extras: Mapping[str, Any]) -> Constraints | None:
    if "expiration" not in extras:
        return None
    expiration, due, closes_group = extras["expiration"], extras["due"], extras["closes_group"]
    if expiration.__class__ is not int or due.__class__ is not int or closes_group.__class__ is not bool:
        raise ValueError("a time or the mark of a group's end is of another type")
    if not (0 <= expiration <= MOST_MILLISECONDS and 0 <= due <= MOST_MILLISECONDS):
        raise ValueError("a time is out of range")
    return Constraints(expiration, due, _text_or_none(extras["group"]), closes_group)


def _headers(extras: Mapping[str, Any]) -> Headers:
    octets, reply_to = extras.get("correlation_id_bytes"), extras.get("reply_to")
    headers = Headers(
        _text_or_none(extras.get("correlation_id")) if octets is None else base64.b64decode(octets, validate=True),
        None if reply_to is None else destination_of(reply_to),
        _text_or_none(extras.get("type")),
    )
    return NO_HEADERS if headers == NO_HEADERS else headers


def _properties(extras: Mapping[str, Any]) -> Mapping[str, Any]:
    if "properties" not in extras:
        return NO_PROPERTIES
    properties = decode_items("map", extras["properties"], extras["property_types"])
    spelled = frozenset(extras.get("spelled", ()))
    if not spelled:
        return properties  # type: ignore[no-any-return]
    if not all(properties[name].__class__ is str for name in spelled):
        raise ValueError("a property that is known by its spelling only is no text")
    return SpelledProperties(properties, spelled)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)
