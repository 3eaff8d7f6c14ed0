"""ActiveMQ Classic's transformations: bodies that the broker turns from its own form into XML, and back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from jmslike.codec import KIND, Body, utf8
from jmslike.errors import ConnectionLostError, MessageFormatError
from jmslike.spi import Envelope
from jmslike_transports.shared.text_forms import LOST_BODY
from jmslike_transports.stomp.dialects.base import encode_envelope
from jmslike_transports.stomp.frames import header_lines
from jmslike_transports.stomp.strangers import lost
from jmslike_transports.stomp.wire import Wire
from jmslike_transports.stomp.xstream import read_map, read_object, write_map

_log = logging.getLogger("jmslike.stomp")

_MAP: Final = "jms-map-xml"
_REPLACEMENT: Final = "\ufffd"


def require_transformations(wire: Wire, address: Mapping[str, str]) -> None:
    """Have the broker transform an empty map for that address. Raises ConnectionLostError if it cannot.

    A broker without the libraries ends the connection at the first frame that asks for a transformation.
    """
    try:
        wire.wait(wire.request("SEND", header_lines({**address, "transformation": _MAP}), b"<map/>"), "SEND")
    except ConnectionLostError as error:
        raise ConnectionLostError(
            "the broker ended the connection when it was asked for a transformation: give it the libraries XStream and"
            f" Jettison, or leave transformations=true out of the URL: {error}"
        ) from error


def encode_for_transformation(envelope: Envelope) -> Body:
    """Return a map as XML, of which the broker makes a MapMessage, and what it would not make exact as without it.

    The mark tells such a map to consumers that do not ask for transformations, and get it without its body.
    """
    if envelope.kind == "map":
        document = write_map(envelope.body)
        if document is not None:
            return Body(utf8(document), True, {KIND: "map", "transformation": _MAP})
    return encode_envelope(envelope)


def read_transformed(raw: dict[str, str], body: bytes) -> tuple[str, Any] | None:
    """Return the content of a message that the broker transforms, or should have; None for any other.

    A map that came from jmslike is XML also where the broker could not make a MapMessage of it, and sends it as text.
    """
    transformation, is_own_map = raw.get("transformation"), raw.get(KIND) == "map"
    if is_own_map and not body:
        return lost(raw, "map")
    try:
        if transformation == _MAP or (is_own_map and body.startswith(b"<")):
            return "map", read_map(body.decode())
        if transformation == "jms-object-xml":
            return "object", read_object(body.decode())
    except (ValueError, TypeError, MessageFormatError):
        _log.debug("a message has no content that JMS can hold, and is its XML: %r", body[:200])
    return None


def doubt_about_map(envelope: Envelope, raw: Mapping[str, str]) -> str | None:
    """Return what is wrong with a map that came without its body or with changed characters; None if nothing is."""
    if not envelope.body and raw.get(KIND) == "map" and envelope.kind == "message":
        return (
            f"a Message with the property {LOST_BODY}, instead of a map: the broker brings a map's body only with the"
            " option transformations"
        )
    if envelope.kind == "map" and KIND not in raw and any(map(_is_replaced, envelope.body.values())):
        return (
            "a map of another client with the character U+FFFD, which the broker also puts for a NUL or an emoji in a"
            " map: have the sender send a text"
        )
    return None


def _is_replaced(value: Any) -> bool:
    return isinstance(value, str) and _REPLACEMENT in value
