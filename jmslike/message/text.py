"""TextMessage: a str (section 3.11.2)."""

from __future__ import annotations

from jmslike.message import typed
from jmslike.message.base import Message


class TextMessage(Message):
    """A message whose body is a text, or None."""

    __slots__ = ()
    kind = "text"
    _body: str | None

    @property
    def text(self) -> str | None:
        """The text; None by default, which is not the same as an empty one.

        Assigning raises MessageNotWriteableError if the body is read-only, MessageFormatError for what is no str.
        """
        return self._body

    @text.setter
    def text(self, value: str | None) -> None:
        self._require_writable_body()
        self._body = value if type(value) is str else typed.named("text", None, typed.string, value)
