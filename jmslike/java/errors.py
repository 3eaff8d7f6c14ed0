"""JMSException and its family: the classes of `jmslike.errors`, with Java's accessors.

They are the same classes, because `except` asks for nothing but the class: so `except JMSException` catches all that
the core raises. The accessors are therefore added to JMSError itself, when this module is imported.
"""

from __future__ import annotations

import traceback
from typing import Final

import jmslike
from jmslike.errors import JMSError


class _Accessors(JMSError):
    """What Java's exceptions have beside the attributes of JMSError, also in Jython's form."""

    def getMessage(self) -> str | None:
        """Return the text, or None."""
        return str(self) or None

    def getErrorCode(self) -> str | None:
        """Return the provider's code, or None."""
        return self.error_code

    def setErrorCode(self, code: str | None) -> None:
        """Set the provider's code."""
        self.error_code = code

    def getLinkedException(self) -> BaseException | None:
        """Return the error that caused this one, or None."""
        return self.linked_exception

    def setLinkedException(self, error: BaseException | None) -> None:
        """Set the error that caused this one."""
        self.linked_exception = error

    def getCause(self) -> BaseException | None:
        """Return the error that caused this one, or None."""
        return self.linked_exception

    def printStackTrace(self) -> None:
        """Print the traceback to stderr, with those of its causes."""
        traceback.print_exception(self)

    message = property(getMessage)
    errorCode = property(getErrorCode, setErrorCode)
    linkedException = property(getLinkedException, setLinkedException)
    cause = property(getCause)


for _name, _member in list(vars(_Accessors).items()):
    if not _name.startswith("_"):
        setattr(JMSError, _name, _member)

EXCEPTIONS: Final[dict[str, type[JMSError]]] = {
    name.removesuffix("Error") + ending: error
    for name, error in vars(jmslike).items()
    if isinstance(error, type) and issubclass(error, JMSError)
    for ending in ("Exception", "RuntimeException")
}
"""Each error under its two Java names, by rule 6: the checked exception, and its unchecked twin."""
