"""Arguments that clients for Java take, and `jmslike` refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from jmslike.constants import SessionMode
from jmslike.migration.arguments import Arguments, is_true, literal
from jmslike.migration.calls import Call
from jmslike.migration.pages import ACKNOWLEDGEMENT, PROPERTIES
from jmslike.migration.replacement import Replacement, missing
from jmslike.selector import is_identifier

_INDIVIDUAL: Final = f"Session.INDIVIDUAL_ACKNOWLEDGE, which is {SessionMode.INDIVIDUAL_ACKNOWLEDGE.value} here"
_NO_MODE: Final = f"a session mode of a client library: known here are 0 to 3, and {_INDIVIDUAL}"
_OF_LIBRARIES: Final[Mapping[str, Replacement]] = {
    "ActiveMQJMSConstants.INDIVIDUAL_ACKNOWLEDGE": Replacement(_INDIVIDUAL, ACKNOWLEDGEMENT),
    "ActiveMQSession.INDIVIDUAL_ACKNOWLEDGE": Replacement(_INDIVIDUAL, ACKNOWLEDGEMENT),
    "ActiveMQJMSConstants.PRE_ACKNOWLEDGE": missing(
        "a broker that acknowledges before it delivers has no counterpart: use AUTO_ACKNOWLEDGE", ACKNOWLEDGEMENT
    ),
}
"""The session modes that are constants of Java's client libraries."""


def of_arguments(call: Call) -> Replacement | None:
    """Return what `jmslike` takes instead of an argument that it refuses; None if it refuses none that is known."""
    if call.member.startswith("set") and call.member.endswith("Property"):
        return _of_property(call)
    rule = _RULES.get(call.member)
    return rule(call) if rule is not None else None


def _of_session(call: Call) -> Replacement | None:
    given = Arguments(call)
    if len(given) > 1 and is_true(given.text(0)):  # the mode of a transacted session has no meaning
        return None
    return _of_mode(given.text(1 if len(given) > 1 else 0))


def _of_context(call: Call) -> Replacement | None:
    given = Arguments(call)
    return _of_mode(given.text(2 if len(given) > 1 else 0, "session_mode"))


def _of_mode(mode: str | None) -> Replacement | None:
    if mode is not None and mode.isdecimal() and int(mode) not in set(SessionMode):
        return missing(f"{mode} is {_NO_MODE}", ACKNOWLEDGEMENT)
    return _OF_LIBRARIES.get(mode or "")


def _of_property(call: Call) -> Replacement | None:
    name = literal(Arguments(call).text(0, "name"))
    if not name or is_identifier(name):
        return None
    return missing(
        f"{name!r} can be no property's name: it must be a Java identifier, as {_spelled(name)!r}", PROPERTIES
    )


def _spelled(name: str) -> str:
    """Return an identifier that looks like the name."""
    found = "".join(letter if letter.isalnum() else "_" for letter in name)
    return found if is_identifier(found) else f"_{found}"


_RULES: Final[Mapping[str, Callable[[Call], Replacement | None]]] = {
    "createSession": _of_session,
    "createQueueSession": _of_session,
    "createTopicSession": _of_session,
    "createContext": _of_context,
}
