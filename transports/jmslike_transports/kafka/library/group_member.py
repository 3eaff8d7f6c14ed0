"""What the library gets wrong about a member of a consumer group: commits, and hearing that it was taken for dead.

Its `commit_async` says that all is done when it has only found whom to tell, and fails if two threads call it at once.
With both of its ways it can have a new assignment before a commit is sent that was meant for the last one: the broker
would take it, and who owns the partition now would begin again where we were.

A member that the broker takes for dead while it rejoins is told nothing: it would go on with what others have by now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

Offsets: TypeAlias = "Mapping[TopicPartition, OffsetAndMetadata]"


class Member:
    """Asks what to commit in the thread of the consumer's connection, which is that of rebalances, too."""

    def __init__(self, consumer: Any) -> None:
        self._coordinator = coordinator = consumer._coordinator
        reset = coordinator.reset_generation

        def reset_generation(*member_id: str, **named: str) -> None:
            reset(*member_id, **named)
            coordinator.rejoining = False  # it prepares anew: that is when it tells that partitions are lost

        coordinator.reset_generation = reset_generation

    def commit(self, offsets: Callable[[], Offsets]) -> Any:
        """Begin to commit, and give a future of kafka-python."""
        return self._coordinator._manager.call_soon(self.send, offsets)

    async def send(self, offsets: Callable[[], Offsets]) -> None:
        """Commit, in that thread."""
        found = offsets()
        if found:
            await self._coordinator._send_offset_commit_request(dict(found))

    def wait(self, committing: Any, timeout: float) -> None:
        """Wait at most `timeout` seconds for the end of a commit. Raises kafka-python's errors."""
        manager = self._coordinator._manager
        manager.run(manager.wait_for, committing, timeout * 1000)
