"""Messages in the clear: AMQP headers for JMS's, and reading what any program may have sent.

AMQP's tables keep boolean, int, long, double and String. For another jmslike, `jmslike_types` names the other types of
properties, and further headers that begin with jmslike_ hold what AMQP has no field for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from pika.compat import long

from jmslike.codec import ITEMS, KIND, TYPES, connection_of, decode_body, java_text
from jmslike.spi import (
    NO_HEADERS,
    NO_PROPERTIES,
    Destination,
    Envelope,
    Headers,
    PropertyValue,
    Queue,
    TemporaryQueue,
)
from jmslike.values import Byte, Float, Long, Short
from jmslike_transports.amqp.headers import is_finite, short
from jmslike_transports.shared.rabbitmq import JMS_HEADERS
from jmslike_transports.shared.text_forms import KIND_NAMES, KINDS, moment, octets_of

_DUE: Final = "jmslike_due"
_ORIGIN: Final = "jmslike_origin"
_CORRELATION: Final = "jmslike_correlation"
_CORRELATION_BYTES: Final = "jmslike_correlation_bytes"
_REPLY_TO: Final = "jmslike_reply_to"
_TYPE: Final = "jmslike_type"
_ESCAPED: Final = "jmslike_p_"
_OWN: Final = "jmslike_"

_TEXT: Final = "TextMessage"
"""The JMSType by which rabbitmq-jms-client knows a text when it reads plain AMQP."""

_LETTERS: Final[Mapping[type, str]] = {Byte: "b", Short: "s", Float: "f", type(None): "n"}
_TYPED: Final[Mapping[str, Callable[[Any], PropertyValue]]] = {"b": Byte, "s": Short, "f": Float, "d": float}
_INFINITE: Final = ("NaN", "Infinity", "-Infinity")
"""Numbers that RabbitMQ refuses in a header: they are sent as texts, spelled as in Java."""
DIRECT_REPLY: Final = "amq.rabbitmq.reply-to."
"""How the name begins under which RabbitMQ delivers replies to a requester without a queue."""
_UNDECLARABLE: Final = ("amq.", "jms-temp-queue-")
"""How the names of queues begin that only their owner may declare."""
_SECONDS_UNTIL: Final = 10**11
"""A larger timestamp is in milliseconds, which some programs write."""
_INT: Final = 2**31


# ---- writing ---------------------------------------------------------------------------------------------------------


def plain_headers(envelope: Envelope, *, is_text: bool) -> dict[str, Any]:
    """Return the headers, without those that describe the body."""
    headers: dict[str, Any] = {"JMSMessageID": envelope.id, "JMSTimestamp": long(envelope.timestamp)}
    if is_text:
        headers["JMSType"] = _TEXT
    if envelope.expiration:
        headers["JMSExpiration"] = long(envelope.expiration)
    if envelope.due:
        headers[_DUE] = long(envelope.due)
    if envelope.origin is not None and envelope.origin != connection_of(envelope.id):
        headers[_ORIGIN] = envelope.origin
    if envelope.headers is not NO_HEADERS:
        _write_client_headers(envelope.headers, headers)
    types = []
    for name, value in envelope.properties.items():
        letter = _LETTERS.get(value.__class__) or (None if is_finite(value) else "d")
        if letter is not None:
            types.append(f"{name}={letter}")
        if value is not None:  # Java clients fail on a header without value
            own = f"{_ESCAPED}{name}" if name in JMS_HEADERS or name.startswith(_OWN) else name
            headers[own] = _header(value)
    if types:
        headers[TYPES] = ";".join(types)
    return headers


def _header(value: PropertyValue) -> Any:
    if value.__class__ is Long:
        return long(value)
    return value if is_finite(value) else java_text(value)


def _write_client_headers(given: Headers, headers: dict[str, Any]) -> None:
    if isinstance(given.correlation_id, bytes):
        headers[_CORRELATION_BYTES] = given.correlation_id.hex()
    elif given.correlation_id is not None and short(given.correlation_id) is None:
        headers[_CORRELATION] = given.correlation_id
    if given.reply_to is not None:
        headers[_REPLY_TO] = f"{KIND_NAMES[type(given.reply_to)]}/{given.reply_to.name}"
    if given.type is not None and short(given.type) is None:
        headers[_TYPE] = given.type


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_plain(properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Return the envelope of a message from any program."""
    raw: dict[str, Any] = properties.headers or {}
    content_type = properties.content_type or ""
    is_text = raw.get("JMSType") == _TEXT or content_type.startswith(("text/", "application/json", "application/xml"))
    marks = {name: text for name in (KIND, ITEMS) if isinstance(text := raw.get(name), str)}
    kind, content = decode_body(body, is_text, marks)
    message_id = _text(raw, "JMSMessageID") or properties.message_id or str(uuid4())
    if not message_id.startswith("ID:"):
        message_id = f"ID:{message_id}"
    timestamp = moment(_timestamp(raw, properties))
    return Envelope.make(
        id=message_id,
        destination=destination,
        kind=kind,
        body=content,
        delivery_mode=2 if properties.delivery_mode == 2 else 1,
        priority=4 if properties.priority is None else min(properties.priority, 9),
        timestamp=timestamp,
        expiration=moment(_expiration(raw, properties, timestamp)),
        delivery_time=moment(_whole(raw, _DUE)),
        headers=_client_headers(raw, properties),
        properties=_user_properties(raw),
        origin=_text(raw, _ORIGIN) or connection_of(message_id),
    )


def _user_properties(raw: Mapping[str, Any]) -> Mapping[str, PropertyValue]:
    properties = {
        name.removeprefix(_ESCAPED): _property(value)
        for name, value in raw.items()
        if name not in JMS_HEADERS
        and not name.startswith("x-")
        and (not name.startswith(_OWN) or name.startswith(_ESCAPED))
    }
    for item in (_text(raw, TYPES) or "").split(";"):
        name, _, letter = item.rpartition("=")
        value, typed = properties.get(name), _TYPED.get(letter)
        if letter == "n" and name:
            properties[name] = None
        elif typed is not None and (isinstance(value, (int, float)) or value in _INFINITE):
            try:
                properties[name] = typed(float(value) if isinstance(value, str) else value)
            except (ValueError, OverflowError):
                continue  # a program on the way has changed the value and not its type
    return properties or NO_PROPERTIES


def _property(value: Any) -> PropertyValue:
    """Return the JMS value for a value of an AMQP table."""
    if value is None or value.__class__ in (str, bool, float):
        return value
    if isinstance(value, int):
        return Long(value) if isinstance(value, long) or not -_INT <= value < _INT else int(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, default=_text_of)
    return _text_of(value)


def _text_of(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _client_headers(raw: Mapping[str, Any], properties: Any) -> Headers:
    correlation_id: str | bytes | None = _text(raw, _CORRELATION) or properties.correlation_id
    octets = _text(raw, _CORRELATION_BYTES)
    if octets is not None:
        correlation_id = octets_of(octets)
    reply_to = _destination(_text(raw, _REPLY_TO), properties.reply_to)
    message_type = _text(raw, _TYPE)
    if message_type is None:
        message_type = properties.type
    if message_type is None and raw.get("JMSType") != _TEXT:
        message_type = _text(raw, "JMSType")
    if correlation_id is None and reply_to is None and message_type is None:
        return NO_HEADERS
    return Headers(correlation_id, reply_to, message_type)


def _destination(own: str | None, name: str | None) -> Destination | None:
    if own is not None:
        kind, _, own_name = own.partition("/")
        if kind in KINDS and own_name:
            return KINDS[kind](own_name)
    if not name:
        return None
    return TemporaryQueue(name) if name.startswith(_UNDECLARABLE) else Queue(name)


def _timestamp(raw: Mapping[str, Any], properties: Any) -> int:
    own = _whole(raw, "JMSTimestamp")
    if own or not properties.timestamp:
        return own
    timestamp = int(properties.timestamp)
    return timestamp if timestamp >= _SECONDS_UNTIL else timestamp * 1000


def _expiration(raw: Mapping[str, Any], properties: Any, timestamp: int) -> int:
    """Return JMSExpiration. The broker counts the lifetime from the arrival, and a sender's timestamp may be wrong: a
    message that is delivered has not expired.
    """
    own = _whole(raw, "JMSExpiration")
    lifetime = properties.expiration
    if own or not timestamp or not lifetime or not lifetime.isdecimal():
        return own
    expiration = timestamp + int(lifetime)
    return expiration if expiration > time.time() * 1000 else 0


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) else None


def _whole(raw: Mapping[str, Any], name: str) -> int:
    value = raw.get(name)
    return int(value) if isinstance(value, int) else 0
