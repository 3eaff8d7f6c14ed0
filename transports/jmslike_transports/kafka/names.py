"""What destinations and subscriptions are called on Kafka: topics and consumer groups."""

from __future__ import annotations

import math
import re
import time
from typing import Final

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination

TEMPORARY: Final = "jmslike.temporary."
"""How names of temporary destinations begin; the mark of their connection follows, a time, and a number."""

_NO_TOPICS: Final = (".", "..", "__consumer_offsets", "__transaction_state", "__share_group_state")
_LEGAL: Final = re.compile(r"[a-zA-Z0-9._-]{1,249}")

_LONGEST: Final = 32_000
"""Bytes: the protocol has room for 32,767 with what stands before and behind."""


def fits(name: str) -> bool:
    """Tell whether the protocol can carry a name; the library would try in vain for ever, and say nothing."""
    try:
        return len(name.encode()) <= _LONGEST
    except UnicodeEncodeError:
        return False


def topic_of(destination: Destination) -> str:
    """Name the Kafka topic of a destination. Raises InvalidDestinationError for what Kafka cannot name so."""
    name = destination.name
    if not _LEGAL.fullmatch(name) or name in _NO_TOPICS:
        raise InvalidDestinationError(
            f"{name!r} cannot name a Kafka topic: at most 249 of the letters a-z and A-Z, digits, '.', '_' and '-', "
            f"and none of {', '.join(_NO_TOPICS)}"
        )
    return name


def durable_group(client_id: str | None, name: str) -> str:
    """Name the group of a durable subscription. Raises InvalidDestinationError for what Kafka cannot name so."""
    return _group("jmslike.durable", client_id, name)


def shared_group(client_id: str | None, name: str) -> str:
    """Name the group of a shared subscription that is not durable. Raises InvalidDestinationError likewise."""
    return _group("jmslike.shared", client_id, name)


def lease_group(mark: str) -> str:
    """Name the group whose offsets tell that the connection of that mark still uses its temporary destinations."""
    return f"jmslike.lease.{mark}"


def temporary(mark: str, number: int) -> str:
    """Name a temporary destination of the connection of that mark."""
    return f"{TEMPORARY}{mark}.{int(time.time())}.{number}"


def mark_of(topic: str) -> str:
    """Give the mark of the connection that made a temporary destination."""
    return topic.removeprefix(TEMPORARY).split(".")[0]


def made_at(topic: str) -> float:
    """Give when a temporary destination was made, in seconds since the epoch; infinite if it is none."""
    parts = topic.removeprefix(TEMPORARY).split(".")
    return float(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else math.inf


def _group(kind: str, client_id: str | None, name: str) -> str:
    group = f"{kind}.{_part(client_id or '')}.{_part(name)}"
    if not fits(group):
        raise InvalidDestinationError(
            f"{name[:80]!r} cannot name a subscription on Kafka: at most {_LONGEST:,} bytes of UTF-8"
        )
    return group


def _part(text: str) -> str:
    """Spell it without a dot, so that no two pairs of parts are joined to the same name."""
    return text.replace("%", "%25").replace(".", "%2E")
