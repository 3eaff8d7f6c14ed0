"""How RabbitMQ delays messages, for every protocol that reaches it: a fixed set of queues in which they expire.

Level n is an exchange, and a queue in which a message expires after 2**n milliseconds. The routing key of a delayed
message has a word for each level, the highest first. The exchange of a level passes a message with a 1 to its queue,
and any other to the exchange of the next lower level, to which the queue dead-letters what expires. A message enters at
the highest level that it needs, and leaves at the exchange `DUE`. So any number of different delays needs no more
queues, and each queue holds its messages in the order in which they expire.

AMQP keeps the destination's own routing key, and adds that of the levels in BCC, which RabbitMQ does not deliver. STOMP
has no BCC. There the routing key of the levels is the only one, and a `relay` for each destination sets its own again.

The levels are quorum queues that dead-letter at least once: classic queues lose most messages that are on their way
from one to the next when the broker is killed. For the same reason `QUEUES` reaches queues by bindings. A queue
without binding gets its messages by `UNBOUND`, whose last step is not confirmed.

A level tries forever to dead-letter what no queue takes, and soon does nothing else. So `NOWHERE` gets, too, what goes
to topics, which may have no subscriptions, and to relays, which may be deleted. Nothing else has such a copy: while the
broker starts, bindings come back one after the other, and the copy would be the only one.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from jmslike.errors import UnsupportedFeatureError
from jmslike_transports.shared.rabbitmq import DELAYS

LEVELS: Final = 31
LONGEST_DELAY: Final = 2**LEVELS - 1
"""Milliseconds; 24 days."""
DUE: Final = "jmslike.delay.due"
"""The exchange to which messages come when they are due. Each destination is behind a binding."""
QUEUES: Final = "jmslike.delay.queues"
"""The exchange to which queues are bound by their names."""
UNBOUND: Final = "jmslike.delay.unbound"
"""The exchange and queue for messages to queues that are not bound to `QUEUES`."""
NOWHERE: Final = "jmslike.delay.nowhere"
"""The queue that drops what it gets."""
RELAY_LIFETIME: Final = 2**32 - 1
"""Milliseconds after which RabbitMQ deletes a relay that was not declared again."""
RELAY_RENEWAL: Final = 24 * 3600.0
"""Seconds after which a connection declares a relay again, so that it outlives the longest delay."""

_RELAY: Final = "relay"
_FIRST: Final = "jmslike-delay"
"""The first word of all routing keys here. Queues and topics hardly begin so, and have not as many words."""
_LEVEL_ARGUMENTS: Final = {
    "x-queue-type": "quorum",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def entrance(milliseconds: int) -> str:
    """Return the exchange to which a message is sent. Raises UnsupportedFeatureError for too long a delay."""
    if milliseconds > LONGEST_DELAY:
        raise UnsupportedFeatureError(
            f"nothing was sent: RabbitMQ delays a message by at most 24 days, not {milliseconds:,} ms: send it later"
        )
    return level_name(milliseconds.bit_length() - 1)


def routing_key(milliseconds: int, exit_mark: str) -> str:
    """Return the routing key that leads a message through the levels, and then to the binding with that mark."""
    return ".".join((_FIRST, *format(milliseconds, f"0{LEVELS}b"), exit_mark))


def exit_binding(exit_mark: str) -> str:
    """Return the key by which something is bound to `DUE`, for messages with that mark."""
    return f"{_FIRST}.{'*.' * LEVELS}{exit_mark}"


def relay_mark(exchange: str, key: str) -> str:
    """Return the mark of a relay: it has few bytes, and the same words, whatever the destination's name."""
    digest = hashlib.blake2s(f"{exchange}\0{key}".encode(), digest_size=16)
    return f"{_RELAY}.{digest.hexdigest()}"


def relay_arguments(exchange: str, key: str) -> dict[str, str]:
    """Return the arguments of a relay: a queue that sends what it gets to the exchange, at once, with that key."""
    return {
        "x-message-ttl": "0",
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-routing-key": key,
        "x-expires": str(RELAY_LIFETIME),
    }


def relay_name(exchange: str, key: str) -> str:
    """Return the name of a relay's queue."""
    return f"{DELAYS}{relay_mark(exchange, key)}"


def definitions() -> dict[str, list[dict[str, Any]]]:
    """Return all exchanges, queues and bindings, in RabbitMQ's own form. The exchange of the last level is the last."""
    exchanges = [
        _exchange(UNBOUND, "fanout"),
        _exchange(QUEUES, "direct", UNBOUND),
        _exchange(DUE, "topic"),
        *(_exchange(level_name(level), "topic") for level in range(LEVELS)),
    ]
    queues = [
        _queue(NOWHERE, {"x-message-ttl": 0}),
        _queue(UNBOUND, {"x-message-ttl": 0, "x-dead-letter-exchange": ""}),
    ]
    bindings = [
        _binding(UNBOUND, "queue", UNBOUND, ""),
        _binding(DUE, "exchange", QUEUES, exit_binding(QUEUES)),
        _binding(DUE, "queue", NOWHERE, exit_binding(f"{_RELAY}.*")),
    ]
    for level in range(LEVELS):
        here, lower = level_name(level), level_name(level - 1) if level else DUE
        higher = f"{_FIRST}.{'*.' * (LEVELS - 1 - level)}"
        queues.append(_queue(here, {**_LEVEL_ARGUMENTS, "x-message-ttl": 2**level, "x-dead-letter-exchange": lower}))
        bindings.append(_binding(here, "queue", here, f"{higher}1.#"))
        bindings.append(_binding(here, "exchange", lower, f"{higher}0.#"))
    return {"exchanges": exchanges, "queues": queues, "bindings": bindings}


def exit_to_exchange(exchange: str) -> list[dict[str, Any]]:
    """Return the bindings by which messages marked with an exchange's name reach it, and `NOWHERE`."""
    key = exit_binding(exchange)
    return [_binding(DUE, "exchange", exchange, key), _binding(DUE, "queue", NOWHERE, key)]


def exit_to_queue(queue: str) -> dict[str, Any]:
    """Return the binding by which messages marked with `QUEUES` reach a queue by its name."""
    return _binding(QUEUES, "queue", queue, queue)


def level_name(level: int) -> str:
    """Return the name of a level's exchange, and of its queue."""
    return f"{DELAYS}{level:02}"


def _exchange(name: str, kind: str, otherwise: str | None = None) -> dict[str, Any]:
    arguments = {} if otherwise is None else {"alternate-exchange": otherwise}
    return {
        "name": name,
        "type": kind,
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": arguments,
    }


def _queue(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(source: str, kind: str, destination: str, key: str) -> dict[str, Any]:
    return {
        "source": source,
        "destination": destination,
        "destination_type": kind,
        "routing_key": key,
        "arguments": {},
    }
