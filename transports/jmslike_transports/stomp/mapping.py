"""Envelopes as SEND frames, and MESSAGE frames as envelopes, as far as all brokers agree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jmslike.codec import ITEMS, KIND, TYPES, connection_of, decode_body, decode_properties, encode_properties
from jmslike.spi import NO_HEADERS, Destination, Envelope, Headers, PropertyValue
from jmslike.values.spelled import marked_like
from jmslike_transports.shared.text_forms import ESCAPED, OWN, STOMP_HEADERS, octets_of, unescaped

# Java's client libraries hide names that begin with JMS: most of Artemis' do, and all do so with that of a header
ID: Final = "jmslike_id"
TIMESTAMP: Final = "JMSTimestamp"
DUE: Final = "JMSjmslike_due"
ORIGIN: Final = "JMSjmslike_origin"
CORRELATION_BYTES: Final = "JMSjmslike_correlation"
GROUP_SEQ: Final = "JMSjmslike_group_seq"

GROUP: Final = "JMSXGroupID"
SEQ: Final = "JMSXGroupSeq"


def property_headers(properties: Mapping[str, PropertyValue]) -> dict[str, str]:
    """Return the headers of the properties, without JMSXGroupID and JMSXGroupSeq: brokers have headers for those."""
    if GROUP in properties or SEQ in properties:
        others = {name: value for name, value in properties.items() if name not in (GROUP, SEQ)}
        properties = marked_like(properties, others)
    if STOMP_HEADERS.isdisjoint(properties) and OWN not in ",".join(properties):
        return encode_properties(properties)
    taken = [name for name in properties if name in STOMP_HEADERS or name.startswith(OWN)]
    return encode_properties(properties, {name: f"{ESCAPED}{name}" for name in taken})


def common_headers(envelope: Envelope) -> dict[str, str]:
    """Return the headers that only some messages have, in the form that all brokers share."""
    headers = {}
    properties = envelope.properties
    if properties:
        headers = property_headers(properties)
        group = properties.get(GROUP)
        if isinstance(group, str):
            headers[GROUP] = group
    if envelope.headers is not NO_HEADERS:
        correlation_id, _, message_type = envelope.headers
        if isinstance(correlation_id, bytes):
            headers[CORRELATION_BYTES] = correlation_id.hex()
        elif correlation_id is not None:
            headers["correlation-id"] = correlation_id
        if message_type is not None:
            headers["type"] = message_type
    if envelope.due:
        headers[DUE] = str(envelope.due)
    return headers


def read_envelope(
    frame: Any,
    destination: Destination,
    *,
    is_text: bool,
    hidden: frozenset[str],
    hidden_prefixes: tuple[str, ...],
    message_id: str,
    reply_to: Destination | None,
    group: str | None,
    group_seq: str | None,
    expiration: int,
    content: tuple[str, Any] | None = None,
) -> Envelope:
    """Return the envelope of a MESSAGE frame, from any client. The arguments are what brokers write differently.

    `content` is the kind and the body where they are not what the marks or `is_text` say.
    """
    raw: dict[str, str] = frame.headers
    known = _known(hidden)
    properties = {
        name: text for name, text in raw.items() if name not in known and not name.startswith(hidden_prefixes)
    }
    values = decode_properties(unescaped(properties), raw.get(TYPES))
    if group is not None:
        values = marked_like(values, {**values, GROUP: group})
    if group_seq is not None and _is_number(group_seq):
        values = marked_like(values, {**values, SEQ: int(group_seq)})
    kind, body = content or decode_body(frame.body or b"", is_text, raw)
    timestamp = milliseconds(raw.get(TIMESTAMP) or raw.get("timestamp"))
    return Envelope.make(
        id=raw.get(ID) or message_id,
        destination=destination,
        kind=kind,
        body=body,
        delivery_mode=2 if raw.get("persistent") == "true" else 1,
        priority=_priority(raw.get("priority")),
        timestamp=timestamp,
        expiration=expiration,
        delivery_time=milliseconds(raw.get(DUE)),
        headers=_client_headers(raw, reply_to),
        properties=values,
        origin=raw.get(ORIGIN) or connection_of(raw.get(ID) or message_id),
    )


def bare_envelope(frame: Any, destination: Destination) -> Envelope:
    """Return the envelope of a frame that `read_envelope` could not read: its body as bytes, its headers unchanged."""
    raw: dict[str, str] = frame.headers
    return Envelope.make(
        id=f"ID:{raw.get('message-id', '')}",
        destination=destination,
        kind="bytes",
        body=frame.body or b"",
        properties={name: text for name, text in raw.items() if name not in STOMP_HEADERS},
    )


_OWN: Final = frozenset({ID, TIMESTAMP, DUE, ORIGIN, CORRELATION_BYTES, GROUP_SEQ, KIND, ITEMS, TYPES, GROUP, SEQ})


@cache
def _known(hidden: frozenset[str]) -> frozenset[str]:
    return STOMP_HEADERS | _OWN | hidden


def _client_headers(raw: Mapping[str, str], reply_to: Destination | None) -> Headers:
    correlation_id: str | bytes | None = raw.get("correlation-id")
    octets = raw.get(CORRELATION_BYTES)
    if octets is not None:
        correlation_id = octets_of(octets)
    message_type = raw.get("type")
    if correlation_id is None and reply_to is None and message_type is None:
        return NO_HEADERS
    return Headers(correlation_id, reply_to, message_type)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and text.isascii()


def milliseconds(text: str | None) -> int:
    """Read a time in milliseconds since the epoch; 0 if there is none."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() else 0


def _priority(text: str | None) -> int:
    return int(text) if text is not None and len(text) == 1 and text.isdecimal() else 4
