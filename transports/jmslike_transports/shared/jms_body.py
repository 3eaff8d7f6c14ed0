"""The bodies of rabbitmq-jms-client: a message with all its headers and properties, as a Java object stream.

What only a jmslike peer uses is in headers that Java programs do not see, but keep when they forward a message.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from struct import Struct
from typing import Any, Final

from jmslike.codec import KIND, connection_of, decode_body
from jmslike.destinations import Destination
from jmslike.errors import MessageFormatError
from jmslike.spi import NO_HEADERS, NO_PROPERTIES, Envelope, Headers
from jmslike.values import Char, Long
from jmslike_transports.shared.java_destinations import serialised
from jmslike_transports.shared.java_objects import MAGIC, ObjectParser, StreamError
from jmslike_transports.shared.java_stream import BlockReader, BlockWriter
from jmslike_transports.shared.java_values import ENCODERS, INT, LONG, byte_array, short_text, string
from jmslike_transports.shared.text_forms import ESCAPED, OWN, moment, unescaped

__all__ = ["StreamError", "decode", "encode", "read_object"]

_PREFIX: Final = "rmq.jms.message."
_ID: Final = f"{_PREFIX}id"
_DESTINATION: Final = f"{_PREFIX}destination"
_REPLY_TO: Final = f"{_PREFIX}reply.to"
_CORRELATION_ID: Final = f"{_PREFIX}correlation.id"
_TYPE: Final = f"{_PREFIX}type"
_DELIVERY_MODE: Final = f"{_PREFIX}delivery.mode"
_PRIORITY: Final = f"{_PREFIX}priority"
_TIMESTAMP: Final = f"{_PREFIX}timestamp"
_EXPIRATION: Final = f"{_PREFIX}expiration"
_DELIVERY_TIME: Final = f"{_PREFIX}delivery.type"  # the Java client names it so

_ORIGIN: Final = "rmq.jmslike.origin"
_CORRELATION_BYTES: Final = "rmq.jmslike.correlation"
_ENCODED_OBJECT: Final = "rmq.jmslike.object"
"""Marks a Java String, or an array of bytes, as an object in the form of our serializer."""

_DELIVERY_COUNT: Final = "JMSXDeliveryCount"

_CLASSES: Final = {
    "message": "com.rabbitmq.jms.client.RMQNullMessage",
    "text": "com.rabbitmq.jms.client.message.RMQTextMessage",
    "bytes": "com.rabbitmq.jms.client.message.RMQBytesMessage",
    "map": "com.rabbitmq.jms.client.message.RMQMapMessage",
    "stream": "com.rabbitmq.jms.client.message.RMQStreamMessage",
    "object": "com.rabbitmq.jms.client.message.RMQObjectMessage",
}
_KINDS: Final = {name: kind for kind, name in _CLASSES.items()}
_CLASS_TEXTS: Final = {kind: short_text(name) for kind, name in _CLASSES.items()}

_DESTINATION_TEXT: Final = short_text(_DESTINATION)
_REPLY_TO_TEXT: Final = short_text(_REPLY_TO)

_ALWAYS_THERE: Final = 5
_MODE_TEXT: Final = short_text(_DELIVERY_MODE) + bytes((INT,))
_PRIORITY_TEXT: Final = short_text(_PRIORITY) + bytes((INT,))
_TIMESTAMP_TEXT: Final = short_text(_TIMESTAMP) + bytes((LONG,))
_EXPIRATION_TEXT: Final = short_text(_EXPIRATION) + bytes((LONG,))
_numbers = Struct(f">{len(_MODE_TEXT)}si{len(_PRIORITY_TEXT)}si{len(_TIMESTAMP_TEXT)}sq{len(_EXPIRATION_TEXT)}sq").pack
_i32 = Struct(">i").pack
_NULL, _NOT_NULL = b"\1", b"\0"

_ITEM_TYPES: Final = frozenset(ENCODERS)
_PROPERTY_TYPES: Final = _ITEM_TYPES - {bytes, Char}
_STRINGS: Final = (MAGIC + b"\x74", MAGIC + b"\x7c")


def encode(envelope: Envelope) -> bytes:
    """Return the body that carries the whole message. Raises MessageFormatError for what Java cannot hold."""
    terms, reply_to = envelope.terms, envelope.headers.reply_to
    others = _other_headers(envelope)
    writer = BlockWriter()
    parts = writer.parts
    parts += (
        _CLASS_TEXTS[envelope.kind],
        short_text(envelope.id.removeprefix("ID:")),
        _i32(_ALWAYS_THERE + len(others) + (reply_to is not None)),
        _DESTINATION_TEXT,
    )
    writer.object(serialised(terms.destination, first=True))
    if reply_to is not None:
        parts.append(_REPLY_TO_TEXT)
        writer.object(serialised(reply_to, first=False))
    mode, priority = (_MODE_TEXT, terms.delivery_mode), (_PRIORITY_TEXT, envelope.priority)
    times = (_TIMESTAMP_TEXT, envelope.timestamp, _EXPIRATION_TEXT, envelope.expiration)
    parts.append(_numbers(*mode, *priority, *times))
    writer.named(others)
    properties = envelope.properties
    if OWN in ",".join(properties):
        properties = {f"{ESCAPED}{name}" if name.startswith(OWN) else name: properties[name] for name in properties}
    writer.entries(properties)
    return _PAYLOADS[envelope.kind](writer, envelope.body)


def _other_headers(envelope: Envelope) -> dict[str, Any]:
    values: dict[str, Any] = {_ID: envelope.id}
    if envelope.headers is not NO_HEADERS:
        correlation_id, _, message_type = envelope.headers
        if isinstance(correlation_id, bytes):
            values[_CORRELATION_ID] = correlation_id.decode(errors="replace")
            values[_CORRELATION_BYTES] = correlation_id.hex()
        elif correlation_id is not None:
            values[_CORRELATION_ID] = correlation_id
        if message_type is not None:
            values[_TYPE] = message_type
    if envelope.due:
        values[_DELIVERY_TIME] = Long(envelope.due)
    origin = envelope.origin
    if origin is not None and origin != connection_of(envelope.id):
        values[_ORIGIN] = origin
    if envelope.kind == "object" and envelope.body is not None and _plain_string(envelope.body) is None:
        values[_ENCODED_OBJECT] = True
    return values


def _write_text(writer: BlockWriter, text: str | None) -> bytes:
    if text is None:
        writer.parts.append(_NULL)
    else:
        try:
            octets = text.encode()
        except UnicodeEncodeError as error:
            raise MessageFormatError("a text with half of a surrogate pair is not valid Unicode") from error
        writer.parts += (_NOT_NULL, _i32(len(octets)), octets)
    return writer.finish()


def _write_map(writer: BlockWriter, items: Mapping[str, Any]) -> bytes:
    writer.entries(items)
    return writer.finish()


def _write_stream(writer: BlockWriter, items: tuple[Any, ...]) -> bytes:
    inner = BlockWriter()
    inner.items(items)
    octets = inner.finish()
    writer.parts += (_i32(len(octets)), octets)
    return writer.finish()


def _write_object(writer: BlockWriter, body: bytes | None) -> bytes:
    if body is None:
        writer.parts.append(_NULL)
    else:
        text = _plain_string(body)
        if text is None:
            with suppress(UnicodeDecodeError):
                text = body.decode()
        octets = MAGIC + (byte_array(body) if text is None else string(text))
        writer.parts += (_NOT_NULL, _i32(len(octets)), octets)
    return writer.finish()


def _plain_string(body: bytes) -> str | None:
    """Return the str that an encoded object is; None if it is anything else."""
    if body[:1] != b'"':
        return None
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, str) and _json(value) == body else None


def _json(text: str) -> bytes:
    return json.dumps(text).encode()


_PAYLOADS: Final[Mapping[str, Callable[[BlockWriter, Any], bytes]]] = {
    "message": lambda writer, _: writer.finish(),
    "text": _write_text,
    "bytes": BlockWriter.finish,
    "map": _write_map,
    "stream": _write_stream,
    "object": _write_object,
}


def decode(body: bytes, source: Destination) -> Envelope:
    """Return the message that the body carries; `source` is its destination if the body names none.

    Raises StreamError for anything else than such a body.
    """
    try:
        return _decoded(body, source)
    except StreamError:
        raise
    except (ValueError, IndexError, KeyError, struct.error) as error:
        raise StreamError(f"the body is not a JMS message: {error!r}") from error


def _decoded(body: bytes, source: Destination) -> Envelope:
    reader = BlockReader(body)
    kind = _KINDS[reader.text()]
    internal_id = reader.text()
    headers = reader.entries()
    properties = reader.entries()
    _require(_PROPERTY_TYPES, properties.values())
    properties.pop(_DELIVERY_COUNT, None)  # how often its sender had received it
    kind, content = _read_content(reader, kind, headers.get(_ENCODED_OBJECT) is True)
    mark = properties.pop(KIND, None)
    if mark is not None and kind in ("text", "bytes"):  # another jmslike sent it through the Java client
        octets = content if isinstance(content, bytes) else (content or "").encode()
        kind, content = decode_body(octets, kind == "text", {KIND: mark} if isinstance(mark, str) else {})
    message_id = headers.get(_ID)
    if message_id.__class__ is not str:
        message_id = f"ID:{internal_id}"
    destination = headers.get(_DESTINATION)
    return Envelope.make(
        id=message_id,
        destination=destination if isinstance(destination, Destination) else source,
        kind=kind,
        body=content,
        delivery_mode=1 if headers.get(_DELIVERY_MODE) == 1 else 2,
        priority=priority if 0 <= (priority := _whole(headers, _PRIORITY, 4)) <= 9 else 4,
        timestamp=moment(_whole(headers, _TIMESTAMP)),
        expiration=moment(_whole(headers, _EXPIRATION)),
        delivery_time=moment(_whole(headers, _DELIVERY_TIME)),
        headers=_client_headers(headers),
        properties=unescaped(properties) or NO_PROPERTIES,
        origin=_origin(headers, message_id),
    )


def _read_content(reader: BlockReader, kind: str, is_encoded: bool) -> tuple[str, Any]:
    if kind == "text":
        return kind, None if reader.boolean() else reader.octets().decode()
    if kind == "bytes":
        return kind, reader.unframed()
    if kind == "map":
        named = reader.entries()
        _require(_ITEM_TYPES, named.values())
        return kind, named
    if kind == "stream":
        items = BlockReader(reader.octets()).items()
        _require(_ITEM_TYPES, items)
        return kind, items
    if kind == "object":
        return (kind, None) if reader.boolean() else read_object(reader.octets(), is_encoded)
    return kind, None


def read_object(octets: bytes, is_encoded: bool) -> tuple[str, Any]:
    """Return a serialised object that Python has a type for in the form of our default serializer, any other as its
    bytes. Where it is encoded, it is the String or byte[] that our serializer made.

    Raises StreamError or another ValueError, IndexError or struct.error for what is no object.
    """
    if is_encoded or octets.startswith(_STRINGS):
        value, _ = ObjectParser(octets).parse(len(MAGIC))
        if value.__class__ is str:
            return "object", value.encode() if is_encoded else _json(value)
        if value.__class__ is bytes:
            return "object", value
    return "bytes", octets


def _require(types: frozenset[type], values: Iterable[Any]) -> None:
    for value in values:
        if value.__class__ not in types:
            raise StreamError("an object where only values are allowed")


def _client_headers(headers: Mapping[str, Any]) -> Headers:
    correlation_id: str | bytes | None = _text(headers, _CORRELATION_ID)
    hexadecimal = _text(headers, _CORRELATION_BYTES)
    if hexadecimal is not None:
        octets = bytes.fromhex(hexadecimal)
        if octets.decode(errors="replace") == correlation_id:  # else a Java program has set another since
            correlation_id = octets
    reply_to = headers.get(_REPLY_TO)
    if not isinstance(reply_to, Destination):
        reply_to = None
    message_type = _text(headers, _TYPE)
    if correlation_id is None and reply_to is None and message_type is None:
        return NO_HEADERS
    return Headers(correlation_id, reply_to, message_type)


def _origin(headers: Mapping[str, Any], message_id: str) -> str:
    """Return the connection that sent it. A Java program that forwards our message gives it an id of its own."""
    connection = connection_of(message_id)
    is_ours = connection != message_id[3:]
    return (_text(headers, _ORIGIN) if is_ours else None) or connection


def _text(headers: Mapping[str, Any], name: str) -> str | None:
    value = headers.get(name)
    return value if isinstance(value, str) else None


def _whole(headers: Mapping[str, Any], name: str, default: int = 0) -> int:
    value = headers.get(name)
    return int(value) if isinstance(value, int) else default
