"""Text forms shared by wires without native types: kinds of destinations, hexadecimal bytes, times, STOMP's headers.

And the mark of a message whose body was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic

Value = TypeVar("Value")

KINDS: Final[Mapping[str, type[Destination]]] = {
    "queue": Queue,
    "topic": Topic,
    "temp-queue": TemporaryQueue,
    "temp-topic": TemporaryTopic,
}
"""Kinds of destinations, by their names."""
KIND_NAMES: Final[Mapping[type[Destination], str]] = {kind: name for name, kind in KINDS.items()}

STOMP_HEADERS: Final = frozenset(
    {
        "ack",
        "amq-msg-type",
        "browser",
        "content-length",
        "content-type",
        "correlation-id",
        "destination",
        "destination-type",
        "expires",
        "id",
        "message-id",
        "persistent",
        "priority",
        "receipt",
        "redelivered",
        "reply-to",
        "subscription",
        "subscription-type",
        "timestamp",
        "transaction",
        "transformation",
        "type",
    }
)
"""Headers of STOMP and of the brokers, which are not properties."""

OWN: Final = "jmslike_"
"""How the names of jmslike's own marks begin."""
ESCAPED: Final = "jmslike_p_"
"""Before the name of a property that would be taken for a mark, or for a header of the protocol."""


def unescaped(properties: dict[str, Value]) -> dict[str, Value]:
    """Return the properties by their own names; nothing is copied where none is escaped."""
    if ESCAPED not in ",".join(properties):
        return properties
    return {name.removeprefix(ESCAPED): value for name, value in properties.items()}


LOST_BODY: Final = "JMS_jmslike_lost_body"
"""The property of a bare message that stands for one whose body was lost: map, stream or object."""

_LATEST: Final = 2**53
"""The latest time that is believed, in milliseconds since the epoch."""


def moment(milliseconds: int) -> int:
    """Return a time since the epoch, or 0 for none if it is out of range and so could not be sent again."""
    return milliseconds if 0 <= milliseconds <= _LATEST else 0


def octets_of(text: str) -> bytes | str:
    """Return the bytes for a text of hexadecimal digits, and any other text as it is."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text
