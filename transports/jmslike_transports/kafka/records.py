"""Messages as Kafka's records: the body as the value, everything else as headers, the message group as the key.

A header is called jms.<type>.<name>, as by Confluent's JMS bridge for Kafka. Its value is what Kafka's own serializer
of that type writes, so that any program that knows Kafka reads it. The marks of `jmslike.codec`, which tell a jmslike
peer the kind of the body, keep their own names, and so does a trace context.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from struct import Struct
from typing import Any, Final, NamedTuple, TypeAlias

from jmslike.codec import ITEMS, KIND, connection_of, decode_body, encode_body, utf8
from jmslike.errors import InvalidDestinationError
from jmslike.spi import (
    NO_HEADERS,
    NO_PROPERTIES,
    Destination,
    Envelope,
    Headers,
    PropertyValue,
)
from jmslike.values import Byte, Float, Long, Short
from jmslike.values.spelled import without_types
from jmslike_transports.shared.text_forms import KINDS, moment

Header: TypeAlias = "tuple[str, bytes]"

_ID: Final = "jms.string.JMSMessageID"
_TIMESTAMP: Final = "jms.long.JMSTimestamp"
_MODE: Final = "jms.int.JMSDeliveryMode"
_PRIORITY: Final = "jms.int.JMSPriority"
_EXPIRATION: Final = "jms.long.JMSExpiration"
_CORRELATION: Final = "jms.string.JMSCorrelationID"
_CORRELATION_BYTES: Final = "jms.bytes.JMSCorrelationID"
_REPLY_TO: Final = "jms.string.JMSReplyTo"
_TYPE: Final = "jms.string.JMSType"
_ORIGIN: Final = "jmslike_origin"

_GROUP: Final = "JMSXGroupID"
_TRACE_CONTEXT: Final = frozenset({"traceparent", "tracestate", "baggage"})
"""Properties whose headers have their plain names: those by which Kafka's clients look for them, as the W3C has it."""

_SCHEMES: Final = {kind: f"{word}://" for word, kind in KINDS.items()}

_byte, _short, _int, _long, _float, _double = (Struct(f">{letter}") for letter in "bhiqfd")
_new_integer, _new_float = int.__new__, float.__new__

_TEXTS: Final = ("text/", "application/json", "application/xml")


class Record(NamedTuple):
    """A message as a producer of kafka-python takes it."""

    key: bytes | None
    value: bytes
    headers: list[Header]


# ---- writing ---------------------------------------------------------------------------------------------------------

_WRITERS: Final[Mapping[type, tuple[str, Callable[[Any], bytes]]]] = {
    str: ("jms.string.", utf8),
    bool: ("jms.boolean.", {False: b"\0", True: b"\1"}.__getitem__),
    Byte: ("jms.byte.", _byte.pack),
    Short: ("jms.short.", _short.pack),
    int: ("jms.int.", _int.pack),
    Long: ("jms.long.", _long.pack),
    Float: ("jms.float.", _float.pack),
    float: ("jms.double.", _double.pack),
    type(None): ("jms.null.", lambda _: b""),
}
_MODES: Final = {mode: (_MODE, _int.pack(mode)) for mode in (1, 2)}
_PRIORITIES: Final = [(_PRIORITY, _int.pack(priority)) for priority in range(10)]
_IS_TEXT: Final = (KIND, b"text")


def write_record(envelope: Envelope) -> Record:
    """Return the record of a message. Raises MessageFormatError for text that UTF-8 cannot hold."""
    message_id, origin, expiration = envelope.id, envelope.origin, envelope.expiration
    octets, _, marks = encode_body(envelope.kind, envelope.body)
    key = None
    headers: list[Header] = []
    for name, value in envelope.properties.items():
        if name == _GROUP and value and value.__class__ is str:
            key = utf8(value)
        elif name in _TRACE_CONTEXT and value.__class__ is str:
            headers.append((name, utf8(value)))
        else:
            prefix, write = _WRITERS[value.__class__]
            headers.append((prefix + name, write(value)))
    # after the properties: of several headers with the same name the last counts
    headers += (
        (_ID, utf8(message_id)),
        (_TIMESTAMP, _long.pack(envelope.timestamp)),
        _MODES[envelope.delivery_mode],
        _PRIORITIES[envelope.priority],
    )
    if expiration:
        headers.append((_EXPIRATION, _long.pack(expiration)))
    if envelope.headers is not NO_HEADERS:
        headers += _client_headers(envelope.headers)
    if origin is not None and origin != connection_of(message_id):
        headers.append((_ORIGIN, utf8(origin)))
    if marks:
        headers += [(name, mark.encode()) for name, mark in marks.items()]
    elif envelope.kind == "text":
        headers.append(_IS_TEXT)
    return Record(key, octets, headers)


def _client_headers(given: Headers) -> list[Header]:
    correlation_id, reply_to, message_type = given
    headers: list[Header] = []
    if isinstance(correlation_id, bytes):
        headers.append((_CORRELATION_BYTES, correlation_id))
    elif correlation_id is not None:
        headers.append((_CORRELATION, utf8(correlation_id)))
    if reply_to is not None:
        headers.append((_REPLY_TO, utf8(_SCHEMES[type(reply_to)] + reply_to.name)))
    if message_type is not None:
        headers.append((_TYPE, utf8(message_type)))
    return headers


# ---- reading ---------------------------------------------------------------------------------------------------------


def _number(form: Struct) -> Callable[[bytes], Any]:
    unpack = form.unpack
    return lambda octets: unpack(octets)[0]


def _destination(octets: bytes) -> Destination:
    word, _, name = octets.decode().partition("://")
    return KINDS[word](name)


_read_int, _read_long = _number(_int), _number(_long)

_READERS: Final[Mapping[str, Callable[[bytes], PropertyValue]]] = {
    "string": bytes.decode,
    "boolean": {b"\0": False, b"\1": True, b"false": False, b"true": True}.__getitem__,  # the bridge spells them
    "byte": lambda octets: _new_integer(Byte, _byte.unpack(octets)[0]),  # in range already: no need to check again
    "short": lambda octets: _new_integer(Short, _short.unpack(octets)[0]),
    "int": _read_int,
    "long": lambda octets: _new_integer(Long, _read_long(octets)),
    "float": lambda octets: _new_float(Float, _float.unpack(octets)[0]),
    "double": _number(_double),
    "null": {b"": None}.__getitem__,
    "bytes": bytes.decode,  # no property of JMS is bytes
}

_OURS: Final[Mapping[str, tuple[str, Callable[[bytes], Any]]]] = {
    _ID: ("JMSMessageID", bytes.decode),
    _TIMESTAMP: ("JMSTimestamp", _read_long),
    _MODE: ("JMSDeliveryMode", _read_int),
    _PRIORITY: ("JMSPriority", _read_int),
    _EXPIRATION: ("JMSExpiration", _read_long),
    _CORRELATION: ("JMSCorrelationID", bytes.decode),
    _CORRELATION_BYTES: ("JMSCorrelationID", bytes),
    _REPLY_TO: ("JMSReplyTo", _destination),
    _TYPE: ("JMSType", bytes.decode),
    _ORIGIN: (_ORIGIN, bytes.decode),
    KIND: (KIND, bytes.decode),
    ITEMS: (ITEMS, bytes.decode),
}
"""The headers that are not properties, each with its name here and the reader of its value."""

_UNFIT: Final = (struct.error, LookupError, ValueError, InvalidDestinationError)
"""What readers raise."""


def read_record(record: Any, destination: Destination) -> Envelope:
    """Return the message of a record, which any program may have written."""
    ours: dict[str, Any] = {}
    properties: dict[str, PropertyValue] = {}
    untyped: list[str] = []
    for header, octets in record.headers:
        known = _OURS.get(header)
        name, read = known or _property(header)
        found: dict[str, Any] = ours if known else properties
        if octets is None:
            found[name] = None
            continue
        try:
            found[name] = read(octets)
            if read is _read_any:
                untyped.append(name)
        except _UNFIT:
            properties[name] = octets.decode(errors="replace")
    if record.key:
        with suppress(UnicodeDecodeError):
            properties[_GROUP] = record.key.decode()
    message_id = _message_id(record, ours)
    if record.value is None:  # a tombstone
        kind, body = "message", None
    else:
        content_type = properties.get("content-type")
        is_text = isinstance(content_type, str) and content_type.startswith(_TEXTS)
        kind, body = decode_body(record.value, is_text, ours)
    timestamp, priority = ours.get("JMSTimestamp"), ours.get("JMSPriority")
    return Envelope.make(
        id=message_id,
        destination=destination,
        kind=kind,
        body=body,
        delivery_mode=1 if ours.get("JMSDeliveryMode") == 1 else 2,
        priority=4 if priority is None else min(max(priority, 0), 9),
        timestamp=moment((record.timestamp if timestamp is None else timestamp) or 0),
        expiration=moment(ours.get("JMSExpiration") or 0),
        headers=_read_client_headers(ours),
        properties=(without_types(properties, untyped) if untyped else properties) or NO_PROPERTIES,
        origin=ours.get(_ORIGIN) or connection_of(message_id),
    )


def _read_any(octets: bytes) -> str:
    """Read the value of a header that names no type."""
    return octets.decode()


@lru_cache(1024)
def _property(header: str) -> tuple[str, Callable[[bytes], PropertyValue]]:
    """Return the name of the property that the header holds, and the reader of its value."""
    parts = header.split(".", 2)
    if len(parts) == 3 and parts[0] == "jms":
        read = _READERS.get(parts[1])
        if read is not None:
            return parts[2], read
    return header.removeprefix("jms."), _read_any


def _message_id(record: Any, ours: Mapping[str, Any]) -> str:
    message_id: str = ours.get("JMSMessageID") or f"{record.topic}-{record.partition}-{record.offset}"
    return message_id if message_id.startswith("ID:") else f"ID:{message_id}"


def _read_client_headers(ours: Mapping[str, Any]) -> Headers:
    correlation_id, reply_to, message_type = ours.get("JMSCorrelationID"), ours.get("JMSReplyTo"), ours.get("JMSType")
    if correlation_id is None and reply_to is None and message_type is None:
        return NO_HEADERS
    return Headers(correlation_id, reply_to, message_type)
