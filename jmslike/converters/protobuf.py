"""ProtobufConverter: messages of Protocol Buffers, in their binary encoding."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from jmslike.converters.content import bytes_in, bytes_message, check_content_type
from jmslike.converters.extras import missing
from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import BytesMessage, Message
from jmslike.message_factory import MessageFactory

T = TypeVar("T")


class ProtobufConverter(Generic[T]):
    """Objects of one class that protoc made, or that the library `protobuf` made at run time.

    As everywhere in Protocol Buffers, fields that the class does not have are kept and not read: the bytes of another
    class are found out only where they contradict this one.
    """

    content_type: Final = "application/protobuf"

    def __init__(self, message_class: type[T]) -> None:
        """Keep the class. Raises JMSError without the extra `formats`, ValueError for what is no such class."""
        try:
            from google.protobuf.message import Message as Base
        except ImportError as error:
            raise missing("ProtobufConverter", "protobuf") from error
        if not (isinstance(message_class, type) and issubclass(message_class, Base)):
            raise ValueError(f"a ProtobufConverter takes a class that protoc made, not {message_class!r}")
        self._class: Any = message_class

    def to_message(self, object: T, session: MessageFactory) -> BytesMessage:  # noqa: A002
        """Make a bytes message. Raises MessageFormatError for another class, and if a required field is missing."""
        if not isinstance(object, self._class):
            raise MessageFormatError(f"wanted a {self._class.__name__}, not {type_name(object)}")
        try:
            body = object.SerializeToString()
        except Exception as error:
            raise MessageFormatError(f"the {self._class.__name__} cannot be encoded: {error}") from error
        return bytes_message(session, body, self.content_type)

    def from_message(self, message: Message) -> T:
        """Return the object. Raises MessageFormatError for bytes that are none, and if a required field is missing."""
        check_content_type(message, self.content_type)
        body = bytes_in(message)
        try:
            object: T = self._class.FromString(body)  # noqa: A001
            lacking = object.FindInitializationErrors()  # type: ignore[attr-defined]
        except Exception as error:
            raise MessageFormatError(f"the bytes are no {self._class.__name__}: {error}") from error
        if lacking:
            raise MessageFormatError(f"the {self._class.__name__} lacks {', '.join(lacking)}")
        return object
