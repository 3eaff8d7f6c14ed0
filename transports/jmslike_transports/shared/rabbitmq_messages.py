"""Messages on RabbitMQ as AMQP 0-9-1 carries them, for every protocol that reaches it.

A body is in the clear, or is the object stream of RabbitMQ's Java client, which holds the whole message. With a body in
the clear, AMQP's own fields and the headers of that Java client have what they can. `jmslike_types` has the types of
the properties. What AMQP has no field for is in headers that begin with `rmq.jmslike.`: the Java client hides them.

RabbitMQ's STOMP shows AMQP's headers as texts. It drops booleans and numbers with a fraction, and a property may have
the name of a header of STOMP, so one header more repeats such properties as JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple
from uuid import uuid4

from jmslike.codec import (
    TYPES,
    connection_of,
    decode_body,
    decode_properties,
    encode_properties,
    java_text,
)
from jmslike.spi import (
    NO_HEADERS,
    NO_PROPERTIES,
    Destination,
    Envelope,
    Headers,
    PropertyValue,
    Queue,
    TemporaryQueue,
    Topic,
)
from jmslike.values import Byte, Float, Long, Short
from jmslike_transports.shared import jms_body
from jmslike_transports.shared.dead_letters import came_from
from jmslike_transports.shared.java_destinations import TEMPORARY_QUEUE
from jmslike_transports.shared.java_objects import MAGIC
from jmslike_transports.shared.rabbitmq import JMS_HEADERS, ROUTING_HEADERS, is_finite, queue_of_death, short
from jmslike_transports.shared.text_forms import ESCAPED, KIND_NAMES, KINDS, OWN, STOMP_HEADERS, moment, octets_of

MESSAGE_ID: Final = "JMSMessageID"
TIMESTAMP: Final = "JMSTimestamp"
EXPIRATION: Final = "JMSExpiration"
TYPE: Final = "JMSType"
TEXT: Final = "TextMessage"
"""The JMSType by which the Java client knows a text in the clear."""

_PREFIX: Final = "rmq."
ORIGIN: Final = "rmq.jmslike.origin"
_DUE: Final = "rmq.jmslike.due"
_CORRELATION: Final = "rmq.jmslike.correlation"
_CORRELATION_BYTES: Final = "rmq.jmslike.correlation.bytes"
_REPLY_TO: Final = "rmq.jmslike.reply.to"
_TYPE: Final = "rmq.jmslike.type"
_UNSEEN: Final = "rmq.jmslike.properties"

_OWN: Final = (OWN, _PREFIX, "x-")
"""How the names begin that are no properties."""

DECLARING: Final = frozenset(
    {"app-id", "auto-delete", "content-encoding", "durable", "exclusive", "expiration", "user-id"}
)
"""Headers by which a SEND of STOMP would declare its queue or set AMQP's own fields."""
_OF_STOMP: Final = STOMP_HEADERS | DECLARING
_LEFT_BY_STOMP: Final = frozenset({"content-length", "receipt", "transaction"})
"""Headers of a SEND that RabbitMQ leaves among those of the message."""
_HIDDEN_BY_STOMP: Final = JMS_HEADERS | _LEFT_BY_STOMP

DIRECT_REPLY: Final = "amq.rabbitmq.reply-to."
"""How the name begins under which RabbitMQ delivers replies to a requester without a queue."""
_UNDECLARABLE: Final = ("amq.", TEMPORARY_QUEUE)
"""How the names of queues begin that only their owner may declare."""
_STOMP_QUEUES: Final = ("/queue/", "/amq/queue/")
_STOMP_REPLIES: Final = "/reply-queue/"
_STOMP_TOPIC: Final = "/topic/"
"""How RabbitMQ's STOMP clients write destinations."""

_SECONDS_UNTIL: Final = 10**11
"""A larger timestamp is in milliseconds, which some programs write."""
_INT: Final = 2**31
_NOTHING: Final[Mapping[str, str]] = {}
_NATIVE: Final[Mapping[str, Callable[[Any], PropertyValue]]] = {"b": Byte, "s": Short, "f": Float, "d": float}
"""Types that a number of an AMQP table may have had."""
_DROPPED_BY_STOMP: Final = frozenset({bool, float, Float})
_as_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_READ: Final = frozenset({str, bool, float, Byte, Short, Long, Float, type(None)})


class Properties(NamedTuple):
    """The properties of a message as AMQP names them, for a protocol without them."""

    headers: Mapping[str, Any]
    content_type: str | None = None
    delivery_mode: int | None = None
    priority: int | None = None
    correlation_id: str | None = None
    reply_to: str | None = None
    expiration: str | None = None
    message_id: str | None = None
    timestamp: int | None = None
    type: str | None = None


# ---- writing ---------------------------------------------------------------------------------------------------------


def long(number: int) -> Long:
    """Return a number of at most 64 bits, unchecked."""
    return int.__new__(Long, number)


def typed_headers(envelope: Envelope, *, is_text: bool) -> dict[str, Any]:
    """Return the headers of a message in the clear, for AMQP; they do not describe the body."""
    headers: dict[str, Any] = {MESSAGE_ID: envelope.id, TIMESTAMP: long(envelope.timestamp)}
    if is_text:
        headers[TYPE] = TEXT
    if envelope.origin is not None and envelope.origin != connection_of(envelope.id):
        headers[ORIGIN] = envelope.origin
    if envelope.constraints is not None or envelope.headers is not NO_HEADERS:
        headers.update(_rare_headers(envelope, long))
    properties = envelope.properties
    if properties:
        names = _escaped(properties, _NOTHING)
        headers.update(encode_properties(properties, names, _native))
        unseen = {
            name: java_text(value)
            for name, value in properties.items()
            if value.__class__ in _DROPPED_BY_STOMP or name in _OF_STOMP
        }
        if unseen:
            headers[_UNSEEN] = _as_json(unseen)
    return headers


def _native(value: PropertyValue) -> Any:
    return value if is_finite(value) else java_text(value)


def text_headers(envelope: Envelope) -> dict[str, str]:
    """Return the headers of a message in the clear that only some messages have, for STOMP."""
    properties = envelope.properties
    headers = encode_properties(properties, _escaped(properties, _OF_STOMP)) if properties else {}
    headers.update(_rare_headers(envelope, str))
    return headers


def _escaped(properties: Mapping[str, PropertyValue], others: Collection[str]) -> dict[str, str]:
    return {
        name: f"{ESCAPED}{name}"
        for name in properties
        if name in JMS_HEADERS or name in ROUTING_HEADERS or name in others or name.startswith(_OWN)
    }


def _rare_headers(envelope: Envelope, number: Callable[[int], Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if envelope.expiration:
        headers[EXPIRATION] = number(envelope.expiration)
    if envelope.due:
        headers[_DUE] = number(envelope.due)
    correlation_id, reply_to, message_type = envelope.headers
    if isinstance(correlation_id, bytes):
        headers[_CORRELATION_BYTES] = correlation_id.hex()
    elif correlation_id is not None and short(correlation_id) is None:
        headers[_CORRELATION] = correlation_id
    if reply_to is not None:
        headers[_REPLY_TO] = f"{KIND_NAMES[type(reply_to)]}/{reply_to.name}"
    if message_type is not None and (short(message_type) is None or "type" in envelope.properties):
        headers[_TYPE] = message_type
    return headers


# ---- reading ---------------------------------------------------------------------------------------------------------


def read_message(properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Return the envelope of a message from any program; `properties` are those of AMQP.

    A body that only looks like one of the Java client comes as bytes.
    """
    return came_from(_read(properties, body, destination), queue_of_death(properties.headers or {}))


def _read(properties: Any, body: bytes, destination: Destination) -> Envelope:
    if body.startswith(MAGIC):
        try:
            envelope = jms_body.decode(body, destination)
        except jms_body.StreamError:
            pass
        else:
            answers = _bare(properties.reply_to)
            if answers is not None and answers.startswith(DIRECT_REPLY):  # a name that the broker made after the body
                envelope.headers = envelope.headers._replace(reply_to=TemporaryQueue(answers))
            return envelope
    return read_plain(properties, body, destination)


def read_plain(properties: Any, body: bytes, destination: Destination) -> Envelope:
    """Return the envelope of a message in the clear."""
    raw: Mapping[str, Any] = properties.headers or {}
    content_type = properties.content_type or ""
    is_text = raw.get(TYPE) == TEXT or content_type.startswith(("text/", "application/json", "application/xml"))
    kind, content = decode_body(body, is_text, raw)
    message_id = _text(raw, MESSAGE_ID) or properties.message_id or str(uuid4())
    if not message_id.startswith("ID:"):
        message_id = f"ID:{message_id}"
    timestamp = moment(_timestamp(raw, properties))
    unseen = _unseen(raw) if _UNSEEN in raw else _NOTHING
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
        headers=_client_headers(raw, properties, is_type="type" not in unseen),
        properties=_user_properties(properties, raw, unseen),
        origin=_text(raw, ORIGIN) or connection_of(message_id),
    )


def _unseen(raw: Mapping[str, Any]) -> Mapping[str, str]:
    text = _text(raw, _UNSEEN)
    if text is None:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def _user_properties(given: Any, raw: Mapping[str, Any], unseen: Mapping[str, str]) -> Mapping[str, PropertyValue]:
    """Return the properties. What STOMP wrote or shows are texts, whose types only `jmslike_types` has."""
    came_by_stomp = "content-length" in raw or raw.get(TIMESTAMP).__class__ is str
    hidden = _HIDDEN_BY_STOMP if came_by_stomp else JMS_HEADERS
    properties: dict[str, Any] = dict(unseen)
    for name, value in raw.items():
        if name in hidden:
            continue
        if name.startswith(_OWN):
            if not name.startswith(ESCAPED):
                continue
            name = name.removeprefix(ESCAPED)
        properties[name] = value if value.__class__ in _READ else _property(value)
    types = _text(raw, TYPES)
    if not properties and not types:
        return NO_PROPERTIES
    if came_by_stomp or isinstance(given, Properties):
        return decode_properties(properties, types)
    return properties if types is None else _with_types(properties, types)


def _with_types(properties: dict[str, Any], types: str) -> Mapping[str, PropertyValue]:
    """Return the properties from a table of AMQP, with the types that it does not have."""
    texts = []
    for item in types.split(";"):
        name, _, letter = item.rpartition("=")
        value = properties.get(name)
        if letter == "n" and name:
            properties[name] = None
        elif value.__class__ is str and letter != "S":
            texts.append(item)
        elif letter in _NATIVE and isinstance(value, (int, float)):
            try:
                properties[name] = _NATIVE[letter](value)
            except (ValueError, OverflowError):
                continue  # a program on the way has changed the value and not its type
    return dict(decode_properties(properties, ";".join(texts))) if texts else properties


def _property(value: Any) -> PropertyValue:
    """Return the JMS value for a value of an AMQP table that is none."""
    if isinstance(value, int):
        return int(value) if -_INT <= value < _INT else Long(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, default=_text_of)
    return _text_of(value)


def _text_of(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _client_headers(raw: Mapping[str, Any], properties: Any, *, is_type: bool) -> Headers:
    """Return the headers. Without `is_type`, what STOMP shows as the type is a property of that name."""
    correlation_id: str | bytes | None = _text(raw, _CORRELATION)
    if correlation_id is None:
        correlation_id = properties.correlation_id
    octets = _text(raw, _CORRELATION_BYTES)
    if octets is not None:
        correlation_id = octets_of(octets)
    reply_to = _destination(_text(raw, _REPLY_TO), properties.reply_to)
    message_type = _text(raw, _TYPE)
    if message_type is None and is_type:
        message_type = properties.type
        if message_type is None and raw.get(TYPE) != TEXT:
            message_type = _text(raw, TYPE)
    if correlation_id is None and reply_to is None and message_type is None:
        return NO_HEADERS
    return Headers(correlation_id, reply_to, message_type)


def _destination(own: str | None, given: str | None) -> Destination | None:
    if own is not None:
        kind, _, own_name = own.partition("/")
        if kind in KINDS and own_name:
            return KINDS[kind](own_name)
    if not given:
        return None
    if given.startswith(_STOMP_TOPIC) and given != _STOMP_TOPIC:
        return Topic(_unescaped(given.removeprefix(_STOMP_TOPIC)))
    name = _bare(given)
    if not name:
        return None
    is_others = given.startswith(_STOMP_REPLIES) or name.startswith(_UNDECLARABLE)
    return TemporaryQueue(name) if is_others else Queue(name)


def _bare(address: str | None) -> str | None:
    """Return the name of a queue that a client of AMQP or of STOMP has written."""
    if address is None or not address.startswith("/"):
        return address
    for prefix in (*_STOMP_QUEUES, _STOMP_REPLIES):
        if address.startswith(prefix):
            name = address.removeprefix(prefix)
            return name if prefix == _STOMP_REPLIES else _unescaped(name)
    return address


def _unescaped(name: str) -> str:
    return name.replace("%2F", "/")


def _timestamp(raw: Mapping[str, Any], properties: Any) -> int:
    own = _whole(raw, TIMESTAMP)
    if own or not properties.timestamp:
        return own
    timestamp = int(properties.timestamp)
    return timestamp if timestamp >= _SECONDS_UNTIL else timestamp * 1000


def _expiration(raw: Mapping[str, Any], properties: Any, timestamp: int) -> int:
    """Return JMSExpiration. The broker counts the lifetime from the arrival, and a sender's timestamp may be wrong: a
    message that is delivered has not expired.
    """
    own = _whole(raw, EXPIRATION)
    lifetime = properties.expiration
    if own or not timestamp or not lifetime or not lifetime.isdecimal():
        return own
    expiration = timestamp + int(lifetime)
    return expiration if expiration > time.time() * 1000 else 0


def _text(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if value.__class__ is str else None


def _whole(raw: Mapping[str, Any], name: str) -> int:
    """Return a number, which STOMP shows and sends as its digits."""
    value = raw.get(name)
    if value is None:
        return 0
    return int(value) if isinstance(value, int) else digits(value) or 0


def digits(text: Any) -> int | None:
    """Return the number that a text of digits is, up to 64 bits; None for anything else."""
    if text.__class__ is not str or len(text) >= _LONGEST_NUMBER or not (text.isascii() and text.isdecimal()):
        return None
    return int(text)


_LONGEST_NUMBER: Final = 20
"""Digits of a number of 64 bits, and one more."""
