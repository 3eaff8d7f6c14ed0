"""Envelope: a sealed message in transit.

Envelopes and their parts are shared by threads without a lock, because they are never changed after they are made. Only
a sender writes into the envelope that it sends, what its provider has made of its own: see `jmslike.spi.Sender.send`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar

from jmslike.destinations import Destination
from jmslike.values import PropertyValue


class Headers(NamedTuple):
    """The headers that a client sets (section 3.4.11)."""

    correlation_id: str | bytes | None = None
    reply_to: Destination | None = None
    type: str | None = None


NO_HEADERS: Final = Headers()
"""Shared by all messages for which the client sets no headers."""
NO_PROPERTIES: Final[dict[str, PropertyValue]] = {}
"""Shared by all messages without properties; never written to."""


class Terms:
    """The fields that all messages of one producer to one destination share; made once."""

    __slots__ = ("delivery_mode", "destination", "id_prefix", "origin")

    def __init__(self, destination: Destination, delivery_mode: int, origin: str | None, id_prefix: str) -> None:
        self.destination: Final = destination
        self.delivery_mode: Final = delivery_mode
        self.origin: Final = origin
        self.id_prefix: Final = id_prefix


class Constraints:
    """Restrictions on when a message may be taken, and by which consumer; a message without any has no such object.

    `expiration` and `due` are milliseconds since the epoch, 0 for none. `group` is JMSXGroupID; the message that
    carries `closes_group` (JMSXGroupSeq -1) is the last of its group's current owner.
    """

    __slots__ = ("closes_group", "due", "expiration", "group")

    def __init__(self, expiration: int = 0, due: int = 0, group: str | None = None, closes_group: bool = False) -> None:
        self.expiration: Final = expiration
        self.due: Final = due
        self.group: Final = group
        self.closes_group: Final = closes_group


class Envelope:
    """A message in transit: sealed, shared by all its receivers, and never changed after it was sent.

    The body is None for a bare Message; str or None for "text"; bytes for "bytes"; a dict for "map"; a tuple for
    "stream"; and for "object" the encoded object (bytes) or None. There is no `__init__`: an envelope is made for
    each message sent, and plain assignment is faster.
    """

    __slots__ = (
        "body", "constraints", "headers", "id_or_number", "kind", "priority", "properties", "sent_at", "terms",
    )  # fmt: skip

    terms: Terms
    id_or_number: int | str  # a number until `id` is read first: most ids are never read
    sent_at: float  # seconds since the epoch
    priority: int
    constraints: Constraints | None
    headers: Headers
    properties: Mapping[str, PropertyValue]
    kind: str
    body: Any

    @classmethod
    def make(
        cls,
        *,
        id: str,  # noqa: A002 - the header's name
        destination: Destination,
        kind: str,
        body: Any = None,
        delivery_mode: int = 2,
        priority: int = 4,
        timestamp: int = 0,
        expiration: int = 0,
        delivery_time: int = 0,
        headers: Headers = NO_HEADERS,
        properties: Mapping[str, PropertyValue] = NO_PROPERTIES,
        origin: str | None = None,
    ) -> Envelope:
        """Make an envelope from what was read off a wire; times are milliseconds since the epoch."""
        self = cls.__new__(cls)
        self.terms = Terms(destination, delivery_mode, origin, "")
        self.id_or_number = id
        self.sent_at = seconds_of(timestamp)
        self.priority = priority
        self.constraints = constraints_of(expiration, delivery_time, properties)
        self.headers = headers
        self.properties = properties
        self.kind = kind
        self.body = body
        return self

    @property
    def id(self) -> str:
        """JMSMessageID."""
        if type(self.id_or_number) is int:
            self.id_or_number = f"{self.terms.id_prefix}{self.id_or_number}"
        return self.id_or_number  # type: ignore[return-value]

    @property
    def destination(self) -> Destination:
        """JMSDestination."""
        return self.terms.destination

    @property
    def delivery_mode(self) -> int:
        """JMSDeliveryMode: 1 or 2."""
        return self.terms.delivery_mode

    @property
    def origin(self) -> str | None:
        """The client id of the sending connection, else a mark of its own; noLocal compares it."""
        return self.terms.origin

    @property
    def timestamp(self) -> int:
        """JMSTimestamp, in milliseconds since the epoch."""
        return int(self.sent_at * 1000)

    @property
    def expiration(self) -> int:
        """JMSExpiration, in milliseconds since the epoch; 0 for never."""
        return self.constraints.expiration if self.constraints is not None else 0

    @property
    def due(self) -> int:
        """The earliest delivery, in milliseconds since the epoch; 0 for at once."""
        return self.constraints.due if self.constraints is not None else 0

    @property
    def delivery_time(self) -> int:
        """JMSDeliveryTime, in milliseconds since the epoch."""
        return self.due or self.timestamp


def seconds_of(milliseconds: int) -> float:
    """Return seconds since the epoch that are half a millisecond later, so that rounding loses no millisecond."""
    return (milliseconds + 0.5) / 1000


def constraints_of(expiration: int, due: int, properties: Mapping[str, PropertyValue]) -> Constraints | None:
    """Return the restrictions of a message with these times (milliseconds since the epoch) and properties, if any."""
    group = properties.get("JMSXGroupID") if properties else None
    if not (expiration or due or group):
        return None
    group = group if isinstance(group, str) and group else None
    return Constraints(expiration, due, group, group is not None and properties.get("JMSXGroupSeq") == -1)


E = TypeVar("E", bound=Envelope)


def copy_of(envelope: Envelope, cls: type[E]) -> E:
    """Return a copy of the given class, which its maker may change; body, headers and properties are shared."""
    copy = cls.__new__(cls)
    for name in Envelope.__slots__:
        setattr(copy, name, getattr(envelope, name))
    copy.id_or_number = envelope.id  # the number means nothing under the terms of another sender
    return copy
