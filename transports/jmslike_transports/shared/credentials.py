"""Users and passwords that a protocol cannot carry: they are refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable

from jmslike.errors import JMSSecurityError


def require_sendable(
    user: str | None, password: str | None, protocol: str, is_sendable: Callable[[str], bool] | None = None
) -> None:
    """Raise JMSSecurityError for a user or password that the protocol cannot send; neither is quoted."""
    check = is_sendable or _is_plain
    for what, value in (("user", user), ("password", password)):
        if value is not None and not check(value):
            raise JMSSecurityError(f"the {what} has characters that {protocol} cannot send when it logs in")


def _is_plain(text: str) -> bool:
    """Whether the text is UTF-8 without NUL, which ends a name in SASL."""
    return "\0" not in text and text.encode(errors="replace").decode() == text
