"""ThriftConverter: structs of Apache Thrift, in its binary protocol."""

from __future__ import annotations

from typing import Any, Final, Generic, TypeVar

from jmslike.converters.content import bytes_in, bytes_message, check_content_type
from jmslike.converters.extras import missing
from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import BytesMessage, Message
from jmslike.message_factory import MessageFactory

T = TypeVar("T")


class ThriftConverter(Generic[T]):
    """Objects of one class that the compiler of Thrift made for Python, or one with the same `read` and `write`.

    As everywhere in Thrift, fields that the class does not have, or has with another type, are not read.
    """

    content_type: Final = "application/vnd.apache.thrift.binary"

    def __init__(self, struct_class: type[T]) -> None:
        """Keep the class. Raises JMSError without the extra `formats`, ValueError for what is no such class."""
        try:
            from thrift.protocol.TBinaryProtocol import TBinaryProtocolAccelerated
            from thrift.transport.TTransport import TMemoryBuffer
        except ImportError as error:
            raise missing("ThriftConverter", "thrift") from error
        if not isinstance(struct_class, type) or not all(hasattr(struct_class, name) for name in ("read", "write")):
            raise ValueError(f"a ThriftConverter takes a class that the compiler of Thrift made, not {struct_class!r}")
        self._class: Any = struct_class
        self._protocol = TBinaryProtocolAccelerated
        self._buffer = TMemoryBuffer

    def to_message(self, object: T, session: MessageFactory) -> BytesMessage:  # noqa: A002
        """Make a bytes message. Raises MessageFormatError for another class, and for values that it cannot have."""
        if not isinstance(object, self._class):
            raise MessageFormatError(f"wanted a {self._class.__name__}, not {type_name(object)}")
        buffer = self._buffer()
        try:
            _validate(object)
            object.write(self._protocol(buffer))
        except Exception as error:
            raise MessageFormatError(f"the {self._class.__name__} cannot be encoded: {error}") from error
        return bytes_message(session, buffer.getvalue(), self.content_type)

    def from_message(self, message: Message) -> T:
        """Return the object. Raises MessageFormatError for bytes that are none, or more than one."""
        check_content_type(message, self.content_type)
        body = bytes_in(message)
        buffer = self._buffer(body)
        size = len(body)  # an element takes a byte or more: a length beyond this is damage, and must not be allocated
        object: T = self._class()  # noqa: A001
        try:
            object.read(self._protocol(buffer, string_length_limit=size, container_length_limit=size))  # type: ignore[attr-defined]
            _validate(object)
        except Exception as error:
            raise MessageFormatError(f"the bytes are no {self._class.__name__}: {error}") from error
        if buffer.read(1):
            raise MessageFormatError(f"more bytes follow the {self._class.__name__}")
        return object


def _validate(struct: Any) -> None:
    """Check for required fields, as the compiler's classes do only where they read and write without acceleration."""
    check = getattr(struct, "validate", None)
    if check is not None:
        check()
