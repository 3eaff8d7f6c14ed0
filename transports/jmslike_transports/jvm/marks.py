"""Properties by which another jmslike says what a message's headers or body do not hold on its wire.

Those of STOMP have names that begin with `JMSjmslike_`, which some Java clients do not list: Java asks for them where
it finds an id of STOMP. Those of this transport begin with `JMS_jmslike_`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from jmslike.codec import ITEMS, KIND, TYPES, connection_of, decode_body, decode_properties
from jmslike.envelope import NO_PROPERTIES, Envelope
from jmslike_transports.shared.text_forms import ESCAPED, STOMP_HEADERS, moment, octets_of

_ID: Final = "JMS_jmslike_id"
_TIMESTAMP: Final = "JMS_jmslike_timestamp"
_EXPIRATION: Final = "JMS_jmslike_expiration"
_CORRELATION: Final = "JMS_jmslike_correlation"
CORRELATION_TEXT: Final = "JMS_jmslike_correlation_text"
TYPE: Final = "JMS_jmslike_type"
EMPTY_TEXT: Final = "JMS_jmslike_empty_text"
"""What the client of OpenMQ loses, or its broker cannot read."""

_STOMP_ID: Final = "jmslike_id"
_ARTEMIS_IDS: Final = ("NATIVE_MESSAGE_ID", "__HDR_MESSAGE_ID")
"""Properties of Artemis, for the ids of messages that come by STOMP or OpenWire."""
_OURS: Final = re.compile(r"ID:[0-9a-f-]{36}:1:1:1:[0-9]+")
"""How an id of jmslike looks."""
_STOMP_TIMESTAMP: Final = "JMSTimestamp"
_STOMP_DUE: Final = "JMSjmslike_due"
_STOMP_ORIGIN: Final = "JMSjmslike_origin"
_STOMP_CORRELATION: Final = "JMSjmslike_correlation"
_STOMP_GROUP_SEQ: Final = "JMSjmslike_group_seq"

_NAMES: Final = (
    _ID, _TIMESTAMP, _EXPIRATION, _CORRELATION, CORRELATION_TEXT, TYPE, EMPTY_TEXT,
    _STOMP_ID, _STOMP_TIMESTAMP, _STOMP_DUE, _STOMP_ORIGIN, _STOMP_CORRELATION, _STOMP_GROUP_SEQ,
    KIND, ITEMS, TYPES,
)  # fmt: skip

_GROUP: Final = "JMSXGroupID"
_SEQ: Final = "JMSXGroupSeq"


def without_marks(envelope: Envelope) -> Envelope:
    """Return the message that the marks among the properties describe, without them."""
    named: dict[str, Any] = dict(envelope.properties)
    marks: dict[str, Any] = {name: named.pop(name) for name in _NAMES if name in named}
    stomp_id = _text(marks, _STOMP_ID) or _id_of_artemis(named)
    if stomp_id is not None:
        hidden = STOMP_HEADERS.union(_ARTEMIS_IDS)
        named = {name: value for name, value in named.items() if name not in hidden}
    properties = {name.removeprefix(ESCAPED): value for name, value in named.items()}
    sequence = _whole(marks, _STOMP_GROUP_SEQ)
    if sequence is not None and _GROUP in properties:
        properties[_SEQ] = sequence
    types = _text(marks, TYPES)
    message_id = _text(marks, _ID) or stomp_id or envelope.id
    timestamp = _whole(marks, _TIMESTAMP) or _whole(marks, _STOMP_TIMESTAMP) or envelope.timestamp
    kind, body = _content(envelope, marks)
    headers = envelope.headers
    correlation = marks.get(_CORRELATION, marks.get(_STOMP_CORRELATION))
    if isinstance(correlation, str):
        headers = headers._replace(correlation_id=octets_of(correlation))
    headers = headers._replace(
        correlation_id=marks.get(CORRELATION_TEXT, headers.correlation_id), type=marks.get(TYPE, headers.type)
    )
    return Envelope.make(
        id=message_id,
        destination=envelope.destination,
        kind=kind,
        body=body,
        delivery_mode=envelope.delivery_mode,
        priority=envelope.priority,
        timestamp=moment(timestamp),
        expiration=moment(_whole(marks, _EXPIRATION) or envelope.expiration),
        delivery_time=moment(_whole(marks, _STOMP_DUE) or envelope.due),
        headers=headers,
        properties=decode_properties(properties, types) if types else properties or NO_PROPERTIES,
        origin=_text(marks, _STOMP_ORIGIN) or (connection_of(message_id) if stomp_id is not None else None),
    )


def _id_of_artemis(properties: Mapping[str, Any]) -> str | None:
    """Return the id of a message that jmslike sent to Artemis by STOMP, whose headers became properties there."""
    found = next((text for name in _ARTEMIS_IDS if (text := _text(properties, name)) is not None), "")
    return found if _OURS.fullmatch(found) else None


def _content(envelope: Envelope, marks: Mapping[str, Any]) -> tuple[str, Any]:
    kind, body = envelope.kind, envelope.body
    if kind == "text" and body is None and EMPTY_TEXT in marks:
        return kind, ""
    if KIND not in marks or kind not in ("text", "bytes"):
        return kind, body
    octets = body if isinstance(body, bytes) else (body or "").encode("utf-8", "surrogatepass")
    return decode_body(octets, kind == "text", {name: value for name, value in marks.items() if isinstance(value, str)})


def _text(marks: Mapping[str, Any], name: str) -> str | None:
    value = marks.get(name)
    return value if isinstance(value, str) and value else None


def _whole(marks: Mapping[str, Any], name: str) -> int | None:
    """Return a number, which STOMP writes as a text."""
    value = marks.get(name)
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
        return int(value)
    return int(value) if isinstance(value, int) else None
