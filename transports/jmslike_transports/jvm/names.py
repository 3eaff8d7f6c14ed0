"""Names that cannot reach a provider, or have another meaning there: they are refused before anything is sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from jmslike.errors import InvalidClientIDError, InvalidDestinationError, JMSError
from jmslike.spi import Destination

LINE_ENDS: Final = ("\n", "\r", "\x85", "\u2028", "\u2029")


def require_destination(destination: Destination, refused: Collection[str]) -> None:
    """Raise InvalidDestinationError for a name with half of a surrogate pair, or with what the provider refuses."""
    name = destination.name
    if not _is_encodable(name):
        raise InvalidDestinationError(f"{destination!r} cannot be used: half of a surrogate pair cannot be sent")
    found = next((part for part in refused if part in name), None)
    if found is not None:
        raise InvalidDestinationError(f"{destination!r} cannot be used: {found!r} has a meaning of its own there")


def require_client_id(client_id: str) -> None:
    """Raise InvalidClientIDError for half of a surrogate pair."""
    if not _is_encodable(client_id):
        raise InvalidClientIDError(f"the client id {client_id!r} has half of a surrogate pair, which cannot be sent")


def require_subscription(name: str) -> None:
    """Raise JMSError for half of a surrogate pair."""
    if not _is_encodable(name):
        raise JMSError(f"the subscription {name!r} cannot be made: half of a surrogate pair cannot be sent")


def _is_encodable(text: str) -> bool:
    return text.isascii() or text.encode(errors="replace").decode() == text
