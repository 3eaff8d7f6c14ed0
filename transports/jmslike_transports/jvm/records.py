"""Messages as records: the binary form in which a whole message crosses between Python and Java.

`java/Records.java` writes the same, and `java/Outgoing.java` reads it. All numbers are big-endian. A record has these
parts:

- a head of 64 bytes: kind of the body, flags, delivery mode, priority, kind of the destination and of the reply's, two
  bytes that are not used; timestamp, expiration, delivery time; count of deliveries; the sizes of five texts; the
  number of properties; the size of the body, or the number of its items,
- the texts: id, destination, correlation id, reply's destination, type,
- the properties, each as an entry,
- the body: a text, bytes, or the entries of its items.

An entry is a letter for the type of its value, as in `jmslike.codec`, the size of its name, the size of the value, then
both. A text is in UTF-8, and its size is the number of bytes. The size -1 stands for null. A text with half of a
surrogate pair is in UTF-16, and n bytes of it have the size -2 - n; Java writes every text with surrogates so.

On the way to Java a record has an id and a timestamp only where the message keeps those that it had before. In any
other record, expiration and delivery time are durations.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is a class
from typing import Any, Final
from uuid import uuid4

from jmslike.codec import encode_body
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.envelope import NO_HEADERS, NO_PROPERTIES, Envelope, Headers
from jmslike.errors import InvalidDestinationError, MessageFormatError
from jmslike_transports.jvm.entries import (
    NULL,
    UTF_16,
    TextForm,
    read_entries,
    read_items,
    read_octets,
    read_text,
    units_of,
    utf8_of,
    write_entry,
)
from jmslike_transports.jvm.marks import without_marks
from jmslike_transports.shared.java_objects import MAGIC
from jmslike_transports.shared.jms_body import read_object
from jmslike_transports.shared.text_forms import ESCAPED, LOST_BODY, OWN, moment

_HEAD: Final = Struct(">6B2x3q8i")
_pack_head, _read_head = _HEAD.pack, _HEAD.unpack_from

_KINDS: Final = ("message", "text", "bytes", "map", "stream", "object")
_MESSAGE, _TEXT, _BYTES, _MAP, _STREAM, _OBJECT = range(6)
_CODES: Final = {kind: code for code, kind in enumerate(_KINDS)}

_REDELIVERED: Final = 1
_CORRELATION_IS_BYTES: Final = 2
_MARKED: Final = 4
"""Another jmslike wrote properties for what the message's headers or body cannot hold."""
_LOST: Final = 8
"""Java could not get the body."""
_ENCODED: Final = 16
"""The serialised String or byte[] is an object in the form of our serializer."""

_SERIALISED_NULL: Final = MAGIC + b"\x70"

_DESTINATIONS: Final = (Queue, Topic, TemporaryQueue, TemporaryTopic)
_CODES_OF_DESTINATIONS: Final[Mapping[type, int]] = {kind: code for code, kind in enumerate(_DESTINATIONS)}


_SET_BY_PROVIDERS: Final = frozenset(
    {
        "JMSXAppID",
        "JMSXConsumerTXID",
        "JMSXDeliveryCount",
        "JMSXProducerTXID",
        "JMSXRcvTimestamp",
        "JMSXState",
        "JMSXUserID",
    }
)
"""Properties of a message that was received, which some providers refuse in one that is sent."""


# ---- to Java ---------------------------------------------------------------------------------------------------------


def encode(envelope: Envelope) -> bytes:
    """Return the record of a message to send.

    Raises MessageFormatError for half of a surrogate pair in a new message, which some providers would send as another
    character, or not at all. One that was received is sent on as it is.
    """
    try:
        return _encoded(envelope, utf8_of)
    except UnicodeEncodeError as error:
        if envelope.terms.id_prefix:
            raise MessageFormatError(
                "the message has half of a surrogate pair, which cannot be encoded: it was not sent"
            ) from error
        return _encoded(envelope, units_of)


def _encoded(envelope: Envelope, octets_of: TextForm) -> bytes:
    terms, properties, kind, body = envelope.terms, envelope.properties, envelope.kind, envelope.body
    flags = timestamp = expiration = due = reply_code = count = 0
    id_size = correlation_size = reply_size = type_size = NULL
    parts = [b""]  # the head comes last
    if not terms.id_prefix and envelope.id_or_number.__class__ is str:
        octets, id_size = octets_of(envelope.id)
        parts.append(octets)
        timestamp = envelope.timestamp
    octets, name_size = octets_of(terms.destination.name)
    parts.append(octets)
    if envelope.headers is not NO_HEADERS:
        flags, reply_code, correlation_size, reply_size, type_size = _write_headers(parts, envelope.headers, octets_of)
    constraints = envelope.constraints
    if constraints is not None:
        expiration, due = constraints.expiration, constraints.due
        if id_size == NULL:  # a new message: the provider counts from the moment of its own timestamp
            sent_at = envelope.timestamp or time.time_ns() // 1_000_000
            expiration, due = expiration and max(1, expiration - sent_at), due and max(1, due - sent_at)
    if properties:
        count = _write_properties(parts, properties, octets_of)
        if OWN in ",".join(properties):
            flags |= _MARKED
    if kind == "object":
        octets, is_text, marks = encode_body(kind, body)
        for mark, value in marks.items():
            write_entry(parts, mark, value, octets_of)
        count += len(marks)
        flags |= _MARKED
        kind, body = ("text", octets.decode()) if is_text else ("bytes", octets)
    code = _CODES[kind]
    size = _write_body(parts, code, body, octets_of)
    parts[0] = _pack_head(
        code, flags, terms.delivery_mode, envelope.priority, _CODES_OF_DESTINATIONS[terms.destination.__class__],
        reply_code, timestamp, expiration, due, 0,
        id_size, name_size, correlation_size, reply_size, type_size, count, size,
    )  # fmt: skip
    return b"".join(parts)


def _write_headers(parts: list[bytes], headers: Headers, octets_of: TextForm) -> tuple[int, int, int, int, int]:
    """Append what the client sets, and return flags, the kind of the reply's destination, and three sizes."""
    correlation_id, reply_to, message_type = headers
    flags = reply_code = 0
    correlation_size = reply_size = type_size = NULL
    if isinstance(correlation_id, bytes):
        parts.append(correlation_id)
        flags, correlation_size = _CORRELATION_IS_BYTES, len(correlation_id)
    elif correlation_id is not None:
        octets, correlation_size = octets_of(correlation_id)
        parts.append(octets)
    if reply_to is not None:
        reply_code = _CODES_OF_DESTINATIONS[reply_to.__class__]
        octets, reply_size = octets_of(reply_to.name)
        parts.append(octets)
    if message_type is not None:
        octets, type_size = octets_of(message_type)
        parts.append(octets)
    return flags, reply_code, correlation_size, reply_size, type_size


def _write_body(parts: list[bytes], code: int, body: Any, octets_of: TextForm) -> int:
    """Append the body, and return its size or the number of its items."""
    if code == _TEXT:
        if body is None:
            return NULL
        octets, size = octets_of(body)
        parts.append(octets)
        return size
    if code == _BYTES:
        parts.append(body)
        return len(body)
    if code == _MAP:
        for name, value in body.items():
            write_entry(parts, name, value, octets_of)
        return len(body)
    if code == _STREAM:
        for value in body:
            write_entry(parts, "", value, octets_of)
        return len(body)
    return 0


def _write_properties(parts: list[bytes], properties: Mapping[str, Any], octets_of: TextForm) -> int:
    """Append the properties, and return their number."""
    count = 0
    for name, value in properties.items():
        if name not in _SET_BY_PROVIDERS:
            write_entry(parts, f"{ESCAPED}{name}" if name.startswith(OWN) else name, value, octets_of)
            count += 1
    return count


# ---- from Java -------------------------------------------------------------------------------------------------------


def decode(octets: bytes | bytearray | memoryview, source: Destination | None = None) -> tuple[Envelope, int]:
    """Return the envelope of a record, and how often the message was delivered before.

    `source` is the destination of a message that names none. Raises MessageFormatError for what is no record.
    """
    try:
        return _decoded(octets if octets.__class__ is bytes else bytes(octets), source)
    except (ValueError, LookupError, StructError, InvalidDestinationError) as error:
        raise MessageFormatError(f"what came from the JVM is no record of a message: {error!r}") from error


def _decoded(octets: bytes, source: Destination | None) -> tuple[Envelope, int]:
    (
        code, flags, mode, priority, code_of_destination, reply_code,
        timestamp, expiration, due, deliveries,
        id_size, name_size, correlation_size, reply_size, type_size, count, size,
    ) = _read_head(octets)  # fmt: skip
    at = _HEAD.size
    message_id, at = read_text(octets, at, id_size)
    if name_size == NULL:
        destination = source or Queue("unknown")
    else:
        end = at + (name_size if name_size > NULL else UTF_16 - name_size)
        destination = _destination(code_of_destination, octets[at:end], name_size < NULL)
        at = end
    headers = NO_HEADERS
    if correlation_size != NULL or reply_size != NULL or type_size != NULL:
        correlation_id: str | bytes | None
        if flags & _CORRELATION_IS_BYTES:
            correlation_id, at = read_octets(octets, at, correlation_size)
        else:
            correlation_id, at = read_text(octets, at, correlation_size)
        answers, at = read_text(octets, at, reply_size)
        message_type, at = read_text(octets, at, type_size)
        headers = Headers(correlation_id, _DESTINATIONS[reply_code](answers) if answers else None, message_type)
    properties: Mapping[str, Any] = NO_PROPERTIES
    if count:
        properties, at = read_entries(octets, at, count)
    kind, body, at = _read_body(octets, at, code, size)
    if at != len(octets):
        raise ValueError(f"{len(octets)} bytes instead of {at}")
    if flags & _LOST:
        properties, kind, body = {**properties, LOST_BODY: kind}, "message", None
    elif code == _OBJECT and body is not None:
        kind, body = _object_of(body, bool(flags & _ENCODED))
    envelope = Envelope.make(
        id=message_id or f"ID:{uuid4()}",
        destination=destination,
        kind=kind,
        body=body,
        delivery_mode=1 if mode == 1 else 2,
        priority=priority if priority <= 9 else 4,
        timestamp=moment(timestamp),
        expiration=moment(expiration),
        delivery_time=moment(due) if due > timestamp else 0,
        headers=headers,
        properties=properties,
    )
    if flags & _MARKED:
        envelope = without_marks(envelope)
    return envelope, deliveries - 1 if deliveries > 1 else flags & _REDELIVERED


@lru_cache(maxsize=256)
def _destination(code: int, octets: bytes, is_utf_16: bool) -> Destination:
    return _DESTINATIONS[code](octets.decode("utf-16-be", "surrogatepass") if is_utf_16 else octets.decode())


def _read_body(octets: bytes, at: int, code: int, size: int) -> tuple[str, Any, int]:
    """Return the kind, the body and where it ends; of an object its serialised bytes."""
    body: Any
    if code == _TEXT:
        body, at = read_text(octets, at, size)
    elif code in (_BYTES, _OBJECT):
        if size == NULL:
            return _KINDS[code], None, at
        body, at = read_octets(octets, at, size)
    elif code == _MAP:
        body, at = read_entries(octets, at, size)
    elif code == _STREAM:
        body, at = read_items(octets, at, size)
    else:
        body = None
    return _KINDS[code], body, at


def _object_of(octets: bytes, is_encoded: bool) -> tuple[str, Any]:
    """Return a serialised object in the form of our serializer, as far as it has one, else its bytes."""
    try:
        return ("object", None) if octets == _SERIALISED_NULL else read_object(octets, is_encoded)
    except (ValueError, LookupError, StructError):
        return "bytes", octets
