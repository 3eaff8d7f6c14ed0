"""ObjectMessage: one Python object, encoded (section 3.11.5)."""

from __future__ import annotations

from typing import Any, Final

from jmslike.errors import MessageFormatError
from jmslike.exact import type_name
from jmslike.message import typed
from jmslike.message.base import Message
from jmslike.message.serializers import JSONSerializer, ObjectSerializer

DEFAULT_SERIALIZER: Final[ObjectSerializer] = JSONSerializer()


class ObjectMessage(Message):
    """A message whose body is an object, kept as it was when it was set."""

    __slots__ = ("_serializer",)  # of the session that made it; unset for others
    kind = "object"
    _body: bytes | None
    _serializer: ObjectSerializer

    @property
    def object(self) -> Any:
        """The object, a new copy at each look; None by default.

        Assigning encodes it at once, and raises MessageNotWriteableError if the body is read-only, MessageFormatError
        for what cannot be encoded or would not come back equal. Reading raises MessageFormatError for what cannot be
        decoded.
        """
        body = self._body
        if body is None:
            return None
        try:
            return self._codec().decode(body)
        except Exception as error:
            raise MessageFormatError(f"the object cannot be decoded: {error}") from error

    @object.setter
    def object(self, value: Any) -> None:
        self._require_writable_body()
        if value is None:
            self._body = None
            return
        try:
            self._body = typed.octets(self._codec().encode(value))
        except Exception as error:
            raise MessageFormatError(
                f"the object, of type {type_name(value)}, cannot be encoded for an ObjectMessage: {error}"
            ) from error

    def _codec(self) -> ObjectSerializer:
        try:
            return self._serializer
        except AttributeError:
            return DEFAULT_SERIALIZER if self._owner is None else self._owner.serializer

    def _content(self) -> Any:
        return self.object
