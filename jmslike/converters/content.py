"""What a converter puts into a message and reads from it: a text or bytes, and the media type that says what it is."""

from __future__ import annotations

from typing import Final

from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import BytesMessage, Message, TextMessage
from jmslike.message_factory import MessageFactory

CONTENT_TYPE: Final = "JMS_jmslike_content_type"
"""The string property that holds the media type of a message's body, such as application/json."""


def text_message(session: MessageFactory, text: str, content_type: str) -> TextMessage:
    """Make a text message with its media type."""
    message = session.create_text_message(text)
    message.set_string_property(CONTENT_TYPE, content_type)
    return message


def bytes_message(session: MessageFactory, body: bytes, content_type: str) -> BytesMessage:
    """Make a bytes message with its media type."""
    message = session.create_bytes_message()
    message.write_bytes(body)
    message.set_string_property(CONTENT_TYPE, content_type)
    return message


def text_in(message: Message, content_type: str) -> str:
    """Return the text of a text message, or of a bytes message in UTF-8.

    Raises MessageFormatError for another kind, for none, and for a message that says it is of another media type.
    """
    check_content_type(message, content_type)
    if isinstance(message, TextMessage):
        if message.text is None:
            raise MessageFormatError("the message has no text to read")
        return message.text
    try:
        return bytes_in(message, "a TextMessage or a BytesMessage").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MessageFormatError(f"the bytes are no text in UTF-8: {error}") from error


def bytes_in(message: Message, wanted: str = "a BytesMessage") -> bytes:
    """Return the whole body of a bytes message. Raises MessageFormatError for another kind."""
    if not isinstance(message, BytesMessage):
        raise MessageFormatError(f"wanted {wanted}, not a {type_name(message)}")
    return Message.get_body(message, bytes) or b""  # that of a BytesMessage would reset it


def check_content_type(message: Message, content_type: str) -> None:
    """Raise MessageFormatError for a message that says it is of another media type; one that says nothing passes."""
    named = message.get_string_property(CONTENT_TYPE)
    if named is not None and named.partition(";")[0].strip().lower() != content_type:
        raise MessageFormatError(f"the message says that it is {named!r}, not {content_type!r}")
