"""A consumer as the member of its group: joining, committing, and learning that the broker takes it for dead.

Its `commit_async` succeeds as soon as the coordinator is found, and fails when two threads call it at once. Both of its
ways to commit may send after a rebalance what was meant for the assignment before. The broker would take that, and the
partition's new owner would begin where this member was. So offsets are asked for in the thread of the consumer's
connection, which is that of rebalances, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from kafka import AsyncConsumerRebalanceListener, TopicPartition
from kafka.structs import OffsetAndMetadata

from jmslike_transports.kafka.library.consumer import Consumer

Offsets: TypeAlias = "Mapping[TopicPartition, OffsetAndMetadata]"

_STABLE: Final = "<stable>"
"""The state of a member that has joined its group."""


class GroupMember:
    """Used by the thread that polls the consumer, but for `commit` and `wait`."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._coordinator = consumer._coordinator
        _report_losses_while_rejoining(self._coordinator)

    # ---- membership -------------------------------------------------------------------------------------------------

    def subscribe(self, topic: str, listener: AsyncConsumerRebalanceListener) -> None:
        """Subscribe to a topic that the consumer knows; `join` follows."""
        self._consumer.subscribe([topic], listener=listener)
        # else the coordinator would notice the topic after it has joined, and join a second time
        self._coordinator._handle_metadata_update(self._coordinator._cluster)

    def join(self, timeout: float) -> None:
        """Take part in a rebalance to its end, if there is one, for at most `timeout` seconds.

        One that ended between two polls would begin again, or be forgotten.
        """
        coordinator = self._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()
        if coordinator.need_rejoin():
            coordinator.ensure_active_group(timeout_ms=timeout * 1000)

    @property
    def has_joined(self) -> bool:
        """Whether the group has admitted this member."""
        return bool(self._consumer.group_metadata().state == _STABLE)

    @property
    def is_leader(self) -> bool:
        """Whether this member leads the group, as the first one does."""
        return bool(self._coordinator._is_leader)

    @property
    def metadata(self) -> Any:
        """What proves to a transaction that this is a member of the group."""
        return self._consumer.group_metadata()

    # ---- commits ----------------------------------------------------------------------------------------------------

    def commit(self, offsets: Callable[[], Offsets]) -> Any:
        """Begin to commit, and return a future of kafka-python."""
        return self._coordinator._manager.call_soon(self.send, offsets)

    async def send(self, offsets: Callable[[], Offsets]) -> None:
        """Commit, in the thread of the consumer's connection."""
        found = offsets()
        if found:
            await self._coordinator._send_offset_commit_request(dict(found))

    def wait(self, committing: Any, timeout: float) -> None:
        """Wait at most `timeout` seconds for the end of a commit. Raises kafka-python's errors."""
        manager = self._coordinator._manager
        manager.run(manager.wait_for, committing, timeout * 1000)


def _report_losses_while_rejoining(coordinator: Any) -> None:
    """Replace `reset_generation`, which kafka-python calls when the broker takes the member for dead.

    While it rejoins, the library reports no loss of partitions then: it did so when it began to, for the generation
    before. The member would go on with partitions that others own by now. With `rejoining` unset it begins again, and
    reports the loss. The library makes the coordinator itself, so that no subclass can be put in its place.
    """
    reset = coordinator.reset_generation

    def reset_generation(*member_id: str, **named: str) -> None:
        reset(*member_id, **named)
        coordinator.rejoining = False

    coordinator.reset_generation = reset_generation
