"""The names of topics, consumer groups and transactions that stand for destinations, subscriptions and sessions."""

from __future__ import annotations

import itertools
import math
import re
import time
import uuid
from typing import Final

from jmslike.errors import InvalidDestinationError
from jmslike.spi import Destination

TEMPORARY: Final = "jmslike.temporary."
"""The beginning of temporary destinations' names; the mark of their connection follows, a time and a number."""

_NO_TOPICS: Final = (".", "..", "__consumer_offsets", "__transaction_state", "__share_group_state")
_LEGAL: Final = re.compile(r"[a-zA-Z0-9._-]{1,249}")

_LONGEST: Final = 32_000
"""Bytes: the protocol has room for 32,767, of which prefixes and suffixes need some."""


def fits(name: str) -> bool:
    """Whether the protocol can carry a name; kafka-python would retry a longer one forever, and report nothing."""
    try:
        return len(name.encode()) <= _LONGEST
    except UnicodeEncodeError:
        return False


def topic_of(destination: Destination) -> str:
    """Return the topic of a destination. Raises InvalidDestinationError for a name that no topic may have."""
    name = destination.name
    if not _LEGAL.fullmatch(name) or name in _NO_TOPICS:
        raise InvalidDestinationError(
            f"{name!r} cannot name a Kafka topic: at most 249 of the letters a-z and A-Z, digits, '.', '_' and '-', "
            f"and none of {', '.join(_NO_TOPICS)}"
        )
    return name


def lease_group(mark: str) -> str:
    """Return the group whose offsets say that the connection of that mark still uses its temporary destinations."""
    return f"jmslike.lease.{mark}"


def mark_of(topic: str) -> str:
    """Return the mark of the connection that created a temporary destination."""
    return topic.removeprefix(TEMPORARY).split(".")[0]


def created_at(topic: str) -> float:
    """Return when a temporary destination was created, in seconds since the epoch; infinite if it is none."""
    parts = topic.removeprefix(TEMPORARY).split(".")
    return float(parts[1]) if len(parts) == 3 and parts[1].isdecimal() else math.inf


class Names:
    """The names that one connection gives to groups, transactions and temporary destinations."""

    def __init__(self, queue_group: str) -> None:
        self.client_id: str | None = None
        self.mark = str(uuid.uuid4())
        """Makes names unique to the connection."""
        self._queue_group = queue_group
        self._temporary_numbers = itertools.count(1)

    def queue_group(self, queue: Destination) -> str:
        """Return the group that reads a queue: the one of option `group`."""
        return self._queue_group.replace("{name}", queue.name)

    def durable_group(self, name: str) -> str:
        """Return the group of a durable subscription. Raises InvalidDestinationError for a name too long for Kafka."""
        return _group("jmslike.durable", self.client_id, name)

    def shared_group(self, name: str) -> str:
        """Return the group of a shared subscription that is not durable. Raises InvalidDestinationError likewise."""
        return _group("jmslike.shared", self.client_id, name)

    def transactional_id(self, session_number: int) -> str:
        """Return the id of a session's transactions.

        With a client id it is the same after a restart, so that the session ends the transactions that its predecessor
        left open. Sessions without a number (0), which only move dead letters in transactions, get a new id each.
        """
        if not session_number:
            return f"jmslike-{uuid.uuid4()}"
        return f"{self.client_id or f'jmslike-{self.mark}'}-{session_number}"

    def next_temporary(self) -> str:
        """Return a name for a new temporary destination."""
        return f"{TEMPORARY}{self.mark}.{int(time.time())}.{next(self._temporary_numbers)}"

    def owns_temporary(self, name: str) -> bool:
        """Whether this connection made that name of a temporary destination."""
        return mark_of(name) == self.mark


def _group(kind: str, client_id: str | None, name: str) -> str:
    group = f"{kind}.{_part(client_id or '')}.{_part(name)}"
    if not fits(group):
        raise InvalidDestinationError(
            f"{name[:80]!r} cannot name a subscription on Kafka: at most {_LONGEST:,} bytes of UTF-8"
        )
    return group


def _part(text: str) -> str:
    """Return the text without a dot, so that no two pairs of parts are joined to the same name."""
    return text.replace("%", "%25").replace(".", "%2E")
