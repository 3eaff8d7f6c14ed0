"""Messages of other clients: bodies that a broker loses on the way to STOMP, and the warning of a consumer."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jmslike.codec import KIND
from jmslike.spi import Destination, Envelope
from jmslike_transports.shared.text_forms import LOST_BODY
from jmslike_transports.stomp.mapping import ID

if TYPE_CHECKING:
    from jmslike_transports.stomp.dialects.base import Dialect

_log = logging.getLogger("jmslike.stomp")


def is_strange(raw: Mapping[str, str], id_headers: Iterable[str]) -> bool:
    """Whether a message came from another client than jmslike, which writes these headers, or one of its own."""
    if KIND in raw:
        return False
    for name in id_headers:
        if name not in raw:
            return ID not in raw
    return False


def lost(raw: dict[str, str], kind: str) -> tuple[str, Any]:
    """Return the content of a message without its body, and note in its headers, which become properties, its kind."""
    raw[LOST_BODY] = kind
    return "message", None


def doubt_about_body(envelope: Envelope, raw: Mapping[str, str], id_headers: Iterable[str]) -> str | None:
    """Return what a message of another client may have been, if its body is lost; None for one that is whole."""
    if envelope.body or not is_strange(raw, id_headers):
        return None
    kind = envelope.properties.get(LOST_BODY)
    if kind is not None:
        return f"a {kind} of another client, whose body was lost: it is a Message with the property {LOST_BODY}"
    if envelope.kind == "text":
        return "an empty text of another client, which may have been a map, a stream, an object or a bare Message"
    return None


class Doubts:
    """Warns, once for each consumer or browser, when it gets a message that is not what its sender made."""

    __slots__ = ("_destination", "_doubt", "_has_warned")

    def __init__(self, dialect: Dialect, destination: Destination) -> None:
        self._doubt = dialect.doubt
        self._destination = destination
        self._has_warned = False

    def look(self, envelope: Envelope, raw: Mapping[str, str]) -> None:
        """Look at a message that is handed over, and at its headers on the wire."""
        if self._has_warned:
            return
        doubt = self._doubt(envelope, raw)
        if doubt is not None:
            self._has_warned = True
            _log.warning("%s from %s is %s (said once for each consumer)", envelope.id, self._destination, doubt)
