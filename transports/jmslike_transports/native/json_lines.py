"""Messages and durable subscriptions as lines of JSON, from which they can be made again.

The line of a message is an object with the names of `jmslike_transports.native.head`, a body, and `waits_in`: where it
waits, such as {"queue": "orders", "attempts": 1}. A text is a string, the body of a bytes or object message is base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from jmslike.envelope import Envelope
from jmslike_transports.native.head import encode_head, envelope_of, fields_of, json_text
from native_engine.journal.layout import Definition

__all__ = ["Line", "Message", "Place", "Waiting", "message_line", "read_line", "subscription_line"]

_KINDS: Final = ("queue", "subscription", "unknown")
_SUBSCRIPTION: Final = "durable_subscription"
_FIRST: Final = ("id", "destination", "delivery_mode", "origin", "sent_at", "priority", "kind")


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
    """Return what the line says. Raises ValueError for anything that the other functions do not write."""
    try:
        document = _parsed(line)
        if not isinstance(document, dict):
            raise ValueError("it is no JSON object")
        return _read_subscription(document) if _SUBSCRIPTION in document else _read_message(document)
    except KeyError as error:
        raise ValueError(f"{error.args[0]} is missing") from None
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"a value is of a wrong type: {error}") from error


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON: {error.msg} at character {error.colno}") from None


def _read_subscription(document: dict[str, Any]) -> Definition:
    name, topic = _text(document, _SUBSCRIPTION), _text(document, "topic")
    shared = document.pop("shared")
    if shared.__class__ is not bool:
        raise ValueError("shared is neither true nor false")
    owner, selector, origin = (_text_or_none(document, each) for each in ("client_id", "selector", "excluded_origin"))
    _end(document)
    return Definition(name, topic, owner, shared, selector, origin)


def _read_message(document: dict[str, Any]) -> Message:
    waits_in = [_read_waiting(each) for each in document.pop("waits_in")]
    if not waits_in or len({each.place for each in waits_in}) < len(waits_in):
        raise ValueError("waits_in is empty, or names a place twice")
    number, destination, delivery_mode, origin, sent_at, priority, kind = map(document.pop, _FIRST)
    body: str | bytes = b""
    if kind == "text" and document["body"] is not None:
        body = _text(document, "body")
    elif kind in ("bytes", "object") and document["body"] is not None:
        body = base64.b64decode(document.pop("body"), validate=True)
    extras = [document] if document else []
    head = [destination, delivery_mode, origin, "", number, sent_at, priority, kind, *extras]
    return Message(envelope_of(head, body), waits_in)


def _read_waiting(document: dict[str, Any]) -> Waiting:
    kind = next((each for each in _KINDS if each in document), None)
    if kind is None:
        raise ValueError(f"waits_in has none of {', '.join(_KINDS)}")
    place = Place(kind, _text(document, kind), _text_or_none(document, "client_id"))
    attempts, until = document.pop("attempts", 0), document.pop("until", 0)
    if attempts.__class__ is not int or not 0 <= attempts < 1 << 32:
        raise ValueError("attempts is no whole number of 0 or more")
    if until.__class__ is not int or not 0 <= until < 1 << 63:
        raise ValueError("until is no whole number of milliseconds, 0 or more")
    _end(document)
    return Waiting(place, attempts, until)


def _end(document: dict[str, Any]) -> None:
    if document:
        raise ValueError(f"{', '.join(sorted(document))} is not known here")


def _text(document: dict[str, Any], name: str) -> str:
    value = document.pop(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text")
    return value


def _text_or_none(document: dict[str, Any], name: str) -> str | None:
    if document.get(name) is not None:
        return _text(document, name)
    document.pop(name, None)
    return None
