"""JsonConverter: JSON texts of plain values, or of dataclasses."""

from __future__ import annotations

import json
from typing import Any, Final, Generic, NoReturn, TypeVar, overload

from jmslike.converters.content import text_in, text_message
from jmslike.converters.shapes import Shapes
from jmslike.errors import MessageFormatError
from jmslike.message import Message, TextMessage
from jmslike.message_factory import MessageFactory

T = TypeVar("T")


class JsonConverter(Generic[T]):
    """JSON of plain values, or of one type: a dataclass, in whose fields other dataclasses may stand.

    Plain are None, bool, int, float, str, list, and dict with keys of str. In a type there may also be Decimal, date,
    datetime, time, UUID and enumerations, which are texts in JSON (an enumeration may be integers), and `list[...]`,
    `dict[str, ...]`, Any, and unions whose members JSON can tell apart, such as `Order | None`. What would not come
    back equal is refused.
    """

    content_type: Final = "application/json"

    @overload
    def __init__(self: JsonConverter[Any], type: None = None) -> None: ...

    @overload
    def __init__(self, type: type[T]) -> None: ...

    def __init__(self, type: Any = None) -> None:  # noqa: A002 - the name of the contract
        """Take the type apart. Raises ValueError for one that has no form in JSON."""
        self._shape = Shapes().of(Any if type is None else type)

    def to_message(self, object: T, session: MessageFactory) -> TextMessage:  # noqa: A002
        """Make a text message. Raises MessageFormatError for another type, and for what JSON cannot hold."""
        try:
            values = self._shape.write(object)
            text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (ValueError, RecursionError) as error:
            raise MessageFormatError(f"the object cannot be written as JSON: {error}") from error
        return text_message(session, text, self.content_type)

    def from_message(self, message: Message) -> T:
        """Return the object. Raises MessageFormatError for what is no JSON, and for JSON of another shape."""
        text = text_in(message, self.content_type)
        try:
            values = json.loads(text, parse_constant=_refuse_constant)
            return self._shape.read(values)  # type: ignore[no-any-return]
        except (ValueError, RecursionError) as error:
            raise MessageFormatError(f"the text cannot be read as JSON: {error}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
