"""Message: the headers and properties that the six kinds of message share (section 3).

A message belongs to one thread at a time. Its envelope may be shared by others, and is never changed (see `headers`).
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Final, NoReturn, Protocol, Self, TypeVar, cast

from jmslike.constants import DeliveryMode
from jmslike.envelope import NO_PROPERTIES
from jmslike.errors import IllegalStateError, MessageFormatError, MessageNotWriteableError
from jmslike.message.headers import DEFAULT_DELIVERY_MODE, DEFAULT_PRIORITY, HeaderAccess
from jmslike.message.names import DELIVERY_COUNT
from jmslike.message.properties import PropertyAccess
from jmslike.message.serializers import ObjectSerializer
from jmslike.values import PropertyValue

T = TypeVar("T")

PROPERTIES_LOCKED: Final = 1
BODY_LOCKED: Final = 2


class Owner(Protocol):
    """The session that delivered a message, as far as the message knows it (C8)."""

    @property
    def message_types(self) -> Mapping[str, type[Message]]:
        """The class of each kind of message."""

    @property
    def serializer(self) -> ObjectSerializer:
        """The decoder of the bodies of object messages."""

    def acknowledge(self, number: int | None) -> Any:
        """Acknowledge the delivery of that number, as the session's mode says. In `jmslike.aio` a coroutine."""


class _Decoding:
    """An owner that decodes the bodies of object messages."""

    __slots__ = ("serializer",)

    def __init__(self, serializer: ObjectSerializer) -> None:
        self.serializer: Final = serializer


class Elsewhere(_Decoding):
    """The owner of a copy of a received message: it decodes, and acknowledges nothing."""

    __slots__ = ()

    def acknowledge(self, number: int | None) -> NoReturn:
        """Refuse: only the session that delivered the message can acknowledge it."""
        raise IllegalStateError(
            "this message is a copy, so nothing was acknowledged: call acknowledge() of the message that was received"
        )


class ForItself(_Decoding):
    """The owner of a message that its receiver acknowledges for the application (section 6.2.10)."""

    __slots__ = ()

    def acknowledge(self, number: int | None) -> None:
        """Ignore the call, as a session does that acknowledges automatically."""


class Message(HeaderAccess, PropertyAccess):
    """Headers and properties without a body, and the base of the kinds that have one.

    A session makes messages: `session.create_text_message("hello")`. A message that was received is read-only, apart
    from its headers, until `clear_properties` or `clear_body`; what is changed then is this object alone, never the
    message that the provider holds.

    A message can be copied and pickled. The copy shares nothing with it, and cannot acknowledge.
    """

    __slots__ = (
        "_body",  # of each kind's own type; shared with the envelope until it is changed
        "_delivery",  # the number of this delivery in its session's ledger, 0 for none
        "_locked",  # PROPERTIES_LOCKED and BODY_LOCKED
        "_owner",  # the session that delivered it
        "_position",  # of reading
        "_properties",  # shared until the first change
    )
    _body: Any
    _delivery: int
    _locked: int
    _owner: Owner | Elsewhere | ForItself | None
    _position: int
    _properties: Mapping[str, PropertyValue]

    DEFAULT_DELIVERY_MODE: ClassVar[DeliveryMode] = DeliveryMode(DEFAULT_DELIVERY_MODE)
    DEFAULT_PRIORITY: ClassVar[int] = DEFAULT_PRIORITY
    DEFAULT_TIME_TO_LIVE: ClassVar[int] = 0
    DEFAULT_DELIVERY_DELAY: ClassVar[int] = 0

    kind: ClassVar[str] = "message"
    _blank: ClassVar[Any] = None  # the body of a new message: immutable, or shared and copied before it is changed

    def __init__(self) -> None:
        raise TypeError(
            f"a {type(self).__name__} is made by a session or a context, see create_text_message and the like"
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.message_id!r}, body={reprlib.repr(self._body)})"

    def __copy__(self) -> Self:
        return deepcopy(self)  # the properties and the body of a message can change

    def __getstate__(self) -> object:
        # what has slots has a pair as its state
        of_subclass, fields = cast("tuple[object, dict[str, Any]]", super().__getstate__())
        if self._owner is not None:
            fields["_owner"] = Elsewhere(self._owner.serializer)
        return of_subclass, fields

    def acknowledge(self) -> Any:
        """Acknowledge what the session delivered (section 6.2.10). Ignored for a message that was not received.

        A message that `jmslike.aio` delivered returns a coroutine.
        Raises IllegalStateError if the session or its connection was closed, and for a copy of a received message.
        """
        return None if self._owner is None else self._owner.acknowledge(self._delivery)

    def _ignore_acknowledge(self) -> None:
        """Have later calls of `acknowledge` do nothing: the receiver acknowledges the message by other means."""
        if self._owner is not None:
            self._owner = ForItself(self._owner.serializer)

    # Properties

    def clear_properties(self) -> None:
        """Remove all properties and make them writable (section 3.5.7)."""
        self._properties = NO_PROPERTIES
        self._locked &= ~PROPERTIES_LOCKED

    def _property_map(self) -> Mapping[str, PropertyValue]:
        if self._locked & PROPERTIES_LOCKED:
            return {**self._properties, DELIVERY_COUNT: self._attempts + 1}
        return self._properties

    def _property(self, name: str) -> PropertyValue:
        if name == DELIVERY_COUNT:
            return self._attempts + 1 if self._locked & PROPERTIES_LOCKED else None
        return self._properties.get(name)

    def _writable_properties(self) -> dict[str, PropertyValue]:
        if self._locked & PROPERTIES_LOCKED:
            raise MessageNotWriteableError("the properties are read-only; clear_properties() makes them writable")
        properties = self._properties
        envelope = self._envelope
        if properties is NO_PROPERTIES or (envelope is not None and properties is envelope.properties):
            properties = self._properties = dict(properties)
        return properties  # type: ignore[return-value]

    # Body

    def clear_body(self) -> None:
        """Empty the body and make it as writable as that of a new message (section 3.11.1)."""
        self._body = self._blank
        self._position = 0
        self._locked &= ~BODY_LOCKED

    def get_body(self, body_type: type[T]) -> T | None:
        """Return the body as a str (text), dict (map), bytes (bytes) or the object itself (section 3.11.5).

        None for a message without a body, such as an empty map or bytes message.

        Raises MessageFormatError if the body is not of this type or a subclass of it, and for every StreamMessage;
        ValueError if `body_type` is no class.
        """
        wanted = _checked_class(body_type)
        content = self._content()
        if content is None or isinstance(content, wanted):
            return content
        raise MessageFormatError(f"the body of a {type(self).__name__} cannot be read as {wanted.__name__}")

    def is_body_assignable_to(self, body_type: type[Any]) -> bool:
        """Whether `get_body` with this type would return the body. Raises ValueError if `body_type` is no class."""
        wanted = _checked_class(body_type)
        try:
            content = self._content()
        except MessageFormatError:
            return False
        return content is None or isinstance(content, wanted)

    def _content(self) -> Any:
        """Return a copy of the body, None for none. Raises MessageFormatError if it has no such form."""
        return self._body

    def _seal(self) -> Any:
        """Return the body in the immutable form of an envelope."""
        return self._body

    def _require_writable_body(self) -> None:
        if self._locked & BODY_LOCKED:
            raise MessageNotWriteableError("the body is read-only; clear_body() empties it and makes it writable")


def _checked_class(body_type: type[T]) -> type[T]:
    if not isinstance(body_type, type):
        raise ValueError(f"the type of a body is a class such as str, not {body_type!r}")
    return body_type
