"""A consumer as the member of its group: joining, committing, and learning that the broker takes it for dead.

Its `commit_async` succeeds as soon as the coordinator is found, and fails when two threads call it at once. Both of its
ways to commit may send after a rebalance what was meant for the assignment before. The broker would take that, and the
partition's new owner would begin where this member was. So offsets are asked for in the thread of the consumer's
connection, which is that of rebalances, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from kafka import AsyncConsumerRebalanceListener, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import OffsetAndMetadata

from jmslike_transports.kafka.library.consumer import Consumer

Offsets: TypeAlias = "Mapping[TopicPartition, OffsetAndMetadata]"

_STABLE: Final = "<stable>"
"""The state of a member that has joined its group."""


class Assignor(CooperativeStickyAssignor):  # type: ignore[misc]
    """Asks for no partitions while its member rests: the member tells the group that it wants no topic."""

    is_resting = False

    def metadata(self, topics: Collection[str]) -> Any:
        """Return what the member tells the group when it joins."""
        return super().metadata(() if self.is_resting else topics)


class GroupMember:
    """Used by the thread that polls the consumer, but for `commit` and `wait`."""

    def __init__(self, consumer: Consumer, wake: Callable[[], object]) -> None:
        """`wake` is called, in the thread of the connection, when the thread that polls has something to do."""
        self._consumer = consumer
        self._coordinator = consumer._coordinator
        self._assignor: Any = next(iter(self._coordinator._assignors.values()))
        _report_losses_while_rejoining(self._coordinator, wake)
        _look_up_when_a_broker_may_answer(self._coordinator, wake)

    # ---- membership -------------------------------------------------------------------------------------------------

    def subscribe(self, topic: str, assigned: Callable[..., object], revoked: Callable[..., Awaitable[object]]) -> None:
        """Subscribe to a topic that the consumer knows; `join` follows."""
        self._consumer.subscribe([topic], listener=_RebalanceListener(assigned, revoked))
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

    def rest(self, resting: bool) -> None:
        """Leave the partitions to others from the next `join` on, or ask for partitions again."""
        self._assignor.is_resting = resting
        self._coordinator.request_rejoin()

    @property
    def has_to_join(self) -> bool:
        """Whether `join` has something to do."""
        return bool(self._coordinator.need_rejoin())

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

    async def sleep(self, seconds: float) -> None:
        """Let the thread of the consumer's connection do other things for so long."""
        await self._coordinator._manager._net.sleep(seconds)

    def wait(self, committing: Any, timeout: float) -> None:
        """Wait at most `timeout` seconds for the end of a commit. Raises kafka-python's errors."""
        manager = self._coordinator._manager
        manager.run(manager.wait_for, committing, timeout * 1000)


class _RebalanceListener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Passes on the changes of a member's partitions."""

    def __init__(self, assigned: Callable[..., object], revoked: Callable[..., Awaitable[object]]) -> None:
        self._assigned = assigned
        self._revoked_ = revoked

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._assigned(assigned)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._revoked_(revoked, may_commit=True)

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        await self._revoked_(lost, may_commit=False)


def _report_losses_while_rejoining(coordinator: Any, wake: Callable[[], object]) -> None:
    """Replace `reset_generation`, which kafka-python calls when the broker takes the member for dead.

    While it rejoins, the library reports no loss of partitions then: it did so when it began to, for the generation
    before. The member would go on with partitions that others own by now. With `rejoining` unset it begins again, and
    reports the loss. The library makes the coordinator itself, so that no subclass can be put in its place.

    Replace `request_rejoin`, too, which it calls when the group has other members: the thread that polls joins.
    """
    reset, request = coordinator.reset_generation, coordinator.request_rejoin

    def reset_generation(*member_id: str, **named: str) -> None:
        reset(*member_id, **named)
        coordinator.rejoining = False
        wake()

    def request_rejoin() -> None:
        request()
        wake()

    coordinator.reset_generation, coordinator.request_rejoin = reset_generation, request_rejoin


def _look_up_when_a_broker_may_answer(coordinator: Any, wake: Callable[[], object]) -> None:
    """Replace the request for the coordinator of the group: it waits until a broker may be asked.

    While all brokers are away, kafka-python would fail at once, and begin again fifty times a second.
    """
    look_up, client = coordinator._send_group_coordinator_request, coordinator._client

    async def look_up_later() -> Any:
        while client.least_loaded_node() is None:
            await coordinator._manager._net.sleep(client.least_loaded_node_refresh_ms() / 1000)
        found = await look_up()
        wake()
        return found

    coordinator._send_group_coordinator_request = look_up_later
