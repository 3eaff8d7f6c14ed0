"""RabbitMQ's limits, what it lacks, and the names that jmslike uses there, for every protocol that reaches it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jmslike.capabilities import unsupported
from jmslike.codec import utf8
from jmslike.destinations import Destination, Queue
from jmslike.errors import InvalidDestinationError, MessageFormatError

LONGEST_SHORT: Final = 255
"""Bytes of a name, or of any other short string of AMQP."""
LONGEST_EXPIRATION: Final = 2**32 - 1
"""Milliseconds of a message's lifetime."""
OF_THE_BROKER: Final = "amq."
"""The beginning of names that the broker alone gives."""
LARGEST_PREFETCH: Final = 2**16 - 1
"""Messages of a consumer's window; 0 stands for no limit."""
MOST_IN_HEADERS: Final = 100_000
"""Bytes. All headers together must fit into one frame of 128 KiB."""
_MOST_OF_A_NUMBER: Final = 16
_AROUND_A_TEXT: Final = 6

ROUTING_HEADERS: Final = frozenset({"BCC", "CC"})
"""Headers with further routing keys. RabbitMQ refuses a message in which they are anything else."""
JMS_HEADERS: Final = frozenset(
    {"JMSCorrelationID", "JMSDeliveryMode", "JMSExpiration", "JMSMessageID", "JMSPriority", "JMSTimestamp", "JMSType"}
)
"""Headers in which RabbitMQ's own JMS client repeats what the message says elsewhere."""

TEMPORARY: Final = "jmslike-temporary."
"""How the names of our temporary destinations begin, but those with the names of RabbitMQ's own JMS client."""

DELAYS: Final = "jmslike.delay."
"""How the names of the queues begin in which messages with a delay wait."""

NO_QUEUE_SELECTOR: Final = unsupported(
    "its queues do not select: use a topic's subscription, where jmslike selects, or a queue for each kind"
)
NO_MESSAGE_GROUP: Final = unsupported(
    "it has no groups, and JMSXGroupID is a property like any other: give each group a queue with one consumer"
)


def short(text: str | bytes | None) -> str | None:
    """Return the text if it is a str that fits a short string, else None."""
    if not isinstance(text, str):
        return None
    try:
        return text if (len(text) if text.isascii() else len(utf8(text))) <= LONGEST_SHORT else None
    except MessageFormatError:
        return None


def is_finite(value: object) -> bool:
    """Whether the value is anything but an infinity or NaN, which RabbitMQ refuses in a header."""
    return not isinstance(value, float) or value - value == 0


def check_headers(headers: Mapping[str, Any]) -> None:
    """Raise MessageFormatError for headers over which RabbitMQ closes the connection, or which cannot be written."""
    size = 0
    for name, value in headers.items():
        if short(name) is None:
            raise MessageFormatError(
                f"message not sent: a name has at most {LONGEST_SHORT} bytes in AMQP, unlike {name[:80]!r}"
            )
        if not is_finite(value):
            raise MessageFormatError(f"message not sent: RabbitMQ takes finite numbers only, and {name!r} is {value}")
        size += _size(name) + (_size(value) + _AROUND_A_TEXT if isinstance(value, str) else _MOST_OF_A_NUMBER)
    if size > MOST_IN_HEADERS:
        raise MessageFormatError(
            f"message not sent: headers of {size:,} bytes do not fit into AMQP's frames: the most is "
            f"{MOST_IN_HEADERS:,}; put long texts into the body"
        )


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(utf8(text))


def checked(name: str) -> str:
    """Return the name if RabbitMQ keeps it unchanged. Raises InvalidDestinationError."""
    if short(name) is None:
        try:
            utf8(name)
        except MessageFormatError as error:
            raise InvalidDestinationError(f"{name[:80]!r}: {error}") from error
        raise InvalidDestinationError(
            f"a name has at most {LONGEST_SHORT} bytes of UTF-8 on RabbitMQ, unlike {name[:80]!r}"
        )
    if "\n" in name or "\r" in name:
        raise InvalidDestinationError(f"RabbitMQ drops line ends from names: {name!r}")
    return name


def require_own_queue(queue: Destination) -> None:
    """Raise InvalidDestinationError for a name that only the broker may give to a queue."""
    if queue.name.startswith(OF_THE_BROKER):
        raise InvalidDestinationError(f"{queue!r}: RabbitMQ keeps names that begin with {OF_THE_BROKER} for itself")


def durable_queue(client_id: str | None, name: str) -> str:
    """Return the name of a durable subscription's queue."""
    return f"jmslike.durable.{_owner(client_id)}/{name}"


def shared_queue(client_id: str | None, name: str) -> str:
    """Return the name of the queue of a shared subscription that is not durable."""
    return f"jmslike.shared.{_owner(client_id)}/{name}"


def claim(client_id: str) -> str:
    """Return the name of the exclusive queue that claims a client id for its connection."""
    return f"jmslike.client.{client_id}"


def _owner(client_id: str | None) -> str:
    """Return the client id with slashes escaped, so that the first slash ends it."""
    return "" if client_id is None else client_id.replace("~", "~0").replace("/", "~1")


def queue_of_death(headers: Mapping[str, Any]) -> Queue | None:
    """Return the queue in which a message died, if it is a dead letter of RabbitMQ; the queues of delays do not count.

    STOMP shows the first death alone.
    """
    name = headers.get("x-first-death-queue")
    if not isinstance(name, str):
        return None
    if name.startswith(DELAYS):
        deaths = headers.get("x-death")
        last_first = reversed(deaths) if isinstance(deaths, list) else ()
        names = (str(death.get("queue", "")) for death in last_first if isinstance(death, dict))
        name = next((each for each in names if not each.startswith(DELAYS)), "")
    return Queue(name) if name else None
