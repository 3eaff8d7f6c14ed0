"""Names that cannot reach a provider, or have another meaning there: they are refused before anything is sent."""

from __future__ import annotations

from typing import Final, NamedTuple

from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination

LINE_ENDS: Final = ("\n", "\r", "\x85", "\u2028", "\u2029")


class NameRules(NamedTuple):
    """What a provider or its client cannot have in names."""

    refused: tuple[str, ...] = ()
    """What no name of a queue or topic may have, because it has a meaning for the client or the broker."""
    refused_first: str = ""
    """What no name of a queue or topic may begin with."""
    longest: int | None = None
    """Bytes that a name may have, also that of a subscription, and a client id."""
    longest_destination: int | None = None
    """Bytes that the name of a queue or topic may have, where that is less."""
    strips: bool = False
    """Whether blanks around the name of a queue or topic get lost."""


def require_destination(destination: Destination, rules: NameRules) -> None:
    """Raise InvalidDestinationError for a name with half of a surrogate pair, or with what the provider refuses."""
    name, shown = destination.name, repr(destination)[:100]
    if not _is_encodable(name):
        raise InvalidDestinationError(f"{shown} cannot be used: half of a surrogate pair cannot be sent")
    found = next((part for part in rules.refused if part in name), None)
    if found is not None:
        raise InvalidDestinationError(f"{shown} cannot be used: {found!r} has a meaning of its own there")
    if rules.refused_first and name.startswith(rules.refused_first):
        raise InvalidDestinationError(f"{shown} cannot be used: {rules.refused_first} begins the broker's own names")
    if rules.strips and name != name.strip():
        raise InvalidDestinationError(f"{shown} cannot be used: blanks around the name would get lost")
    longest = rules.longest_destination or rules.longest
    if _is_long(name, longest):
        raise InvalidDestinationError(f"{shown} cannot be used: a name has at most {longest} bytes there")


def require_client_id(client_id: str, rules: NameRules) -> None:
    """Raise InvalidClientIDError for half of a surrogate pair, or for one that is too long for the provider."""
    if not _is_encodable(client_id):
        raise InvalidClientIDError(f"the client id {client_id!r} has half of a surrogate pair, which cannot be sent")
    if _is_long(client_id, rules.longest):
        raise InvalidClientIDError(f"the client id {client_id[:80]!r} is longer than {rules.longest} bytes")


def require_subscription(name: str, rules: NameRules) -> None:
    """Raise JMSError for half of a surrogate pair, or for one that is too long for the provider."""
    if not _is_encodable(name):
        raise JMSError(f"the subscription {name!r} cannot be made: half of a surrogate pair cannot be sent")
    if _is_long(name, rules.longest):
        raise JMSError(f"the subscription {name[:80]!r} cannot be made: its name is longer than {rules.longest} bytes")


def _is_long(name: str, longest: int | None) -> bool:
    return longest is not None and len(name) * 3 > longest and len(name.encode()) > longest


def _is_encodable(text: str) -> bool:
    return text.isascii() or text.encode(errors="replace").decode() == text
