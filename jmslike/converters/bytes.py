"""BytesConverter: bytes as they are."""

from __future__ import annotations

from typing import Final

from jmslike.converters.content import bytes_in, bytes_message
from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import BytesMessage, Message
from jmslike.message_factory import MessageFactory


class BytesConverter:
    """Bytes, which go into a bytes message as they are. It reads the bytes of any bytes message, whatever they are."""

    content_type: Final = "application/octet-stream"

    def to_message(self, object: bytes | bytearray | memoryview, session: MessageFactory) -> BytesMessage:  # noqa: A002
        """Make a bytes message. Raises MessageFormatError for what is not bytes-like."""
        if not isinstance(object, (bytes, bytearray, memoryview)):
            raise MessageFormatError(f"a BytesConverter takes bytes, not {type_name(object)}")
        return bytes_message(session, bytes(object), self.content_type)

    def from_message(self, message: Message) -> bytes:
        """Return the bytes. Raises MessageFormatError for another kind of message."""
        return bytes_in(message)
