"""How a durable engine writes messages, and reads them again.

A message is the length of its head (4 bytes, the lowest first), the head (`jmslike_transports.native.head`) in UTF-8,
and the bytes of a text, bytes or object message: a text in UTF-8, an object as its serializer made it. Nothing is
unpickled here. In UTF-8, half of a surrogate pair has three bytes, as any other character of its size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from jmslike import selector
from jmslike.envelope import Envelope
from jmslike_transports.native.head import encode_head, envelope_of, fields_of

__all__ = ["EnvelopeFormat"]

_PERSISTENT: Final = 2
_LENGTH: Final = 4


class EnvelopeFormat:
    """The record format of envelopes, see native_engine.journal.RecordFormat."""

    def is_persistent(self, record: Envelope) -> bool:
        """See RecordFormat."""
        return record.terms.delivery_mode == _PERSISTENT

    def encode(self, record: Envelope) -> bytes:
        """See RecordFormat. Raises MessageFormatError for a value that no message has."""
        head = encode_head(record).encode("utf-8", "surrogatepass")
        body = record.body
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        elif not isinstance(body, bytes):
            body = b""  # it stands in the head
        return b"".join((len(head).to_bytes(_LENGTH, "little"), head, body))

    def decode(self, data: bytes) -> Envelope:
        """See RecordFormat."""
        end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
        if len(data) < end:
            raise ValueError("the message ends within its head")
        fields = fields_of(data[_LENGTH:end].decode("utf-8", "surrogatepass"))
        octets = data[end:]
        return envelope_of(fields, octets.decode("utf-8", "surrogatepass") if fields[7] == "text" else octets)

    def matches(self, selector_text: str) -> Callable[[Envelope], bool]:
        """See RecordFormat. Raises InvalidSelectorError."""
        return selector.parse(selector_text).matches
