"""Messages and durable subscriptions as lines of JSON, from which they can be made again.

The line of a message is an object with the names of `jmslike_transports.native.head`, a body, and `waits_in`: where it
waits, such as {"queue": "orders", "attempts": 1}. A text is a string, the body of a bytes or object message is base64.
"""

from __future__ import annotations

import base64
import json
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from jmslike.envelope import Envelope
from jmslike_transports.native.head import encode_head, envelope_of, fields_of, json_text
from jmslike_transports.native.line_values import (
    BODIES,
    DURABLE_SUBSCRIPTION,
    MESSAGE,
    WAITING,
    check,
    check_items,
    check_properties,
)
from native_engine.journal.layout import Definition

__all__ = ["Line", "Message", "Place", "Waiting", "message_line", "read_line", "subscription_line"]

_KINDS: Final[Sequence[Literal["queue", "subscription", "unknown"]]] = ("queue", "subscription", "unknown")
_SUBSCRIPTION: Final = "durable_subscription"
_FIRST: Final = ("id", "destination", "delivery_mode", "origin", "sent_at", "priority", "kind")
_NO_LIMITS: Final[Mapping[str, Any]] = {"expiration": 0, "due": 0, "group": None, "closes_group": False}
_MOST_DIGITS: Final = 400
"""More than the largest double has."""


class Place(NamedTuple):
    """A queue, or the durable subscription of a client id. One that is "unknown" has a number for its name."""

    kind: Literal["queue", "subscription", "unknown"]
    name: str
    client_id: str | None = None


class Waiting(NamedTuple):
    """Where a message waits, after so many attempts. One that is postponed waits until a time, in milliseconds since
    the epoch."""

    place: Place
    attempts: int = 0
    until: int = 0


class Message(NamedTuple):
    """The message of a line."""

    envelope: Envelope
    waits_in: Sequence[Waiting]


Line = Definition | Message


def message_line(message: Message) -> bytes:
    """Return the line of a message. Raises MessageFormatError for a value that no message has."""
    envelope, waits_in = message
    destination, delivery_mode, origin, _, _, sent_at, priority, kind, *extras = fields_of(encode_head(envelope))
    values = (envelope.id, destination, delivery_mode, origin, sent_at, priority, kind)
    document = {"waits_in": [_place(each) for each in waits_in], **dict(zip(_FIRST, values, strict=True))}
    document.update(*extras)
    if isinstance(envelope.body, str):
        document["body"] = envelope.body
    elif isinstance(envelope.body, bytes):
        document["body"] = base64.b64encode(envelope.body).decode()
    return _line(document)


def _place(waiting: Waiting) -> dict[str, Any]:
    place, attempts, until = waiting
    document: dict[str, Any] = {place.kind: place.name}
    if place.client_id is not None:
        document["client_id"] = place.client_id
    if attempts:
        document["attempts"] = attempts
    if until:
        document["until"] = until
    return document


def subscription_line(subscription: Definition) -> bytes:
    """Return the line of a durable subscription."""
    return _line(
        {
            _SUBSCRIPTION: subscription.name,
            "client_id": subscription.owner,
            "topic": subscription.topic,
            "shared": subscription.shared,
            "selector": subscription.selector_text,
            "excluded_origin": subscription.excluded_origin,
        }
    )


def _line(document: dict[str, Any]) -> bytes:
    return json_text(document).encode("utf-8", "surrogatepass") + b"\n"


def read_line(line: bytes) -> Line:
    """Return what the line says. Raises ValueError for what the other functions do not write: nothing of a line is
    left out, and all of it can be used.
    """
    document = _parsed(line)
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    try:
        return _read_subscription(document) if _SUBSCRIPTION in document else _read_message(document)
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from None


def _parsed(line: bytes) -> Any:
    try:
        text = line.removeprefix(BOM_UTF8).decode("utf-8", "surrogatepass")
        return json.loads(text, object_pairs_hook=_object, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is no UTF-8, from byte {error.start + 1} on") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON, from character {error.pos + 1} on") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(items)
    if len(document) < len(items):
        names = [name for name, _ in items]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands twice in one object")
    return document


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"it has a number of {len(digits):,} digits, which is too large for any value")
    return int(digits)


def _read_subscription(document: dict[str, Any]) -> Definition:
    check(document, DURABLE_SUBSCRIPTION)
    name, topic, shared = document[_SUBSCRIPTION], document["topic"], document["shared"]
    client_id = document.get("client_id")
    if client_id is None and not shared:
        raise ValueError("client_id is missing: only a shared subscription can do without one")
    return Definition(name, topic, client_id, shared, document.get("selector"), document.get("excluded_origin"))


def _read_message(document: dict[str, Any]) -> Message:
    waits_in = _read_places(document.pop("waits_in"))
    check(document, MESSAGE)
    check_properties(document)
    if document.get("correlation_id") is not None and document.get("correlation_id_bytes") is not None:
        raise ValueError("correlation_id and correlation_id_bytes exclude each other")
    number, destination, delivery_mode, origin, sent_at, priority, kind = map(document.pop, _FIRST)
    body = _read_body(kind, document)
    if not _NO_LIMITS.keys().isdisjoint(document):
        document = {**_NO_LIMITS, **document}
    extras = [document] if document else []
    return Message(
        envelope_of([destination, delivery_mode, origin, "", number, sent_at, priority, kind, *extras], body), waits_in
    )


def _read_body(kind: str, document: dict[str, Any]) -> str | bytes:
    """Take the body out of the document and return it, unless it is of those that stand in the head."""
    if kind not in BODIES:
        if "body" in document:
            raise ValueError(f"body is not for a message of the kind {kind}")
    else:
        check({"body": document["body"]}, {"body": BODIES[kind]})
    if kind in ("map", "stream"):
        body = document["body"]
        items = body.items() if kind == "map" else enumerate(body, 1)
        check_items("body", items, "body_types", document["body_types"])
        return b""
    if "body_types" in document:
        raise ValueError(f"body_types is not for a message of the kind {kind}")
    if document.get("body") is None:
        return b""
    body = document.pop("body")
    return body if kind == "text" else base64.b64decode(body)


def _read_places(places: Any) -> list[Waiting]:
    if not isinstance(places, list) or not places or not all(isinstance(each, dict) for each in places):
        raise ValueError("waits_in is not a list of the places where the message waits")
    waits_in = [_read_waiting(each) for each in places]
    if len({each.place for each in waits_in}) < len(waits_in):
        raise ValueError("waits_in names a place twice")
    return waits_in


def _read_waiting(document: dict[str, Any]) -> Waiting:
    check(document, WAITING)
    kinds = [each for each in _KINDS if each in document]
    if len(kinds) != 1:
        raise ValueError(f"waits_in has to have one of {', '.join(_KINDS)} for each place")
    (kind,) = kinds
    client_id = document.get("client_id")
    if client_id is not None and kind != "subscription":
        raise ValueError("client_id is that of a subscription, and the message waits in none there")
    return Waiting(Place(kind, document[kind], client_id), document.get("attempts", 0), document.get("until", 0))
