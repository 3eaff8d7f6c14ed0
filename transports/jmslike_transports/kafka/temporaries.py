"""The temporary destinations of one connection: topics that it creates and deletes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from jmslike.spi import Destination, TemporaryQueue, TemporaryTopic
from jmslike_transports.kafka.groups import GroupInUseError, Groups
from jmslike_transports.kafka.names import Names
from jmslike_transports.kafka.topics import Topics
from jmslike_transports.shared.inventory import Inventory


class Temporaries:
    """Creates and deletes them; the inventory knows which there are."""

    def __init__(self, topics: Topics, groups: Groups, names: Names, inventory: Inventory[Any]) -> None:
        self._topics = topics
        self._groups = groups
        self._names = names
        self._inventory = inventory

    def create(self, kind: type[TemporaryQueue] | type[TemporaryTopic]) -> str:
        """Create one, and return its name. Raises JMSError."""
        destination = kind(self._names.next_temporary())
        self._topics.create(destination.name, partitions=1)
        self._inventory.add(destination)
        return destination.name

    def delete(self, destination: Destination) -> None:
        """Delete one with its messages. Raises JMSError while it has a consumer."""
        self._inventory.take_out(destination)
        self._delete(destination)

    def delete_all(self, destinations: Iterable[Destination]) -> None:
        """Delete those that are left when the connection closes. Raises JMSError."""
        for destination in destinations:
            self._delete(destination)

    def _delete(self, destination: Destination) -> None:
        self._topics.delete([destination.name])
        if destination.is_queue:
            with suppress(GroupInUseError):  # a closed consumer holds a message; brokers delete groups without topics
                self._groups.delete(self._names.queue_group(destination))
