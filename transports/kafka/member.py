"""Commits of a member of a consumer group, apart from the library's own two ways to do that.

Its `commit_async` says that all is done when it has only found whom to tell, and fails if two threads call it at once.
With both of its ways it can have a new assignment before a commit is sent that was meant for the last one: the broker
would take it, and who owns the partition now would begin again where we were.
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
        self._coordinator = consumer._coordinator

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
