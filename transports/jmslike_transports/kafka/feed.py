"""What one subscription reads from Kafka: a consumer, which a thread of its own polls.

The thread polls whether or not there is room for more: a consumer that does not would lose its partitions, and hold up
every rebalance of its group. Without room it polls with all partitions paused, which brings nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias

from kafka import AsyncConsumerRebalanceListener, TopicPartition, errors

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    ResourceAllocationError,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from jmslike.spi import SessionSpec
from jmslike_transports.kafka.commits import Commits, may_be_repeated
from jmslike_transports.kafka.errors import border, translated
from jmslike_transports.kafka.groups import Membership
from jmslike_transports.kafka.library.clients import Clients
from jmslike_transports.kafka.library.group_member import Member, Offsets
from jmslike_transports.kafka.partitions import Partitions
from jmslike_transports.kafka.progress import Progress

_TICK: Final = 0.03
"""Seconds that the thread polls or sleeps before it looks at what else there is to do."""
_JOINING: Final = 0.5
"""Seconds that it waits for the end of a rebalance before it does so."""
_PAUSE_AFTER_ERROR: Final = 0.2
_STABLE: Final = "<stable>"
"""What kafka-python calls the state of a member that has joined its group."""
_MOST_AT_ONCE: Final = 500


class Arrival(NamedTuple):
    """A record as it came, with the attempts if it was released here rather than read."""

    progress: Progress
    record: Any
    attempts: int | None = None


Records: TypeAlias = Mapping[TopicPartition, Sequence[Any]]
Sink: TypeAlias = Callable[[Arrival], None]


class Feed:
    """Reads one topic, as a member of a group, or all of it from where it ends now if there is none."""

    def __init__(
        self,
        clients: Clients,
        topic: str,
        membership: Membership,
        session: SessionSpec,
        window: int,
    ) -> None:
        self._patience = clients.address.request_timeout
        self._patience_ms = int(self._patience * 1000)
        self._admission = clients.address.session_timeout + self._patience
        self.topic = topic
        self._window = window
        self._membership = membership
        self.has_group = membership.group is not None
        self._is_gap_bounded = self.has_group and session.settles_one_by_one
        self._consumer = clients.consumer(topic, membership.group, client_id=membership.member)
        self._owned = Partitions(self._consumer, membership.definition, self._patience_ms)
        self._arrived = 0  # counted by the thread only
        self._taken = 0  # counted by who takes only
        self.has_more = False  # what came last was all that there was room for
        self._sink: Sink = lambda arrival: None
        self._on_failed: Callable[[JMSError], None] = lambda error: None
        self._member = Member(self._consumer)
        self._commits = None  # a transacted session commits by itself
        if self.has_group and not session.transacted:
            self._commits = Commits(lambda: self._member.commit(self._owned.committable), self._fail)
        self._is_asked = False
        self._polled_at = 0.0
        self._wake = threading.Event()
        self._joined = threading.Event()
        self._failure: JMSError | None = None
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"jmslike kafka {topic}", daemon=True)

    def start(
        self, sink: Sink, failed: Callable[[JMSError], None], partitions: Callable[[], Sequence[TopicPartition]]
    ) -> None:
        """Begin, and return when what is sent from now on will come (C1). Raises JMSError."""
        self._sink, self._on_failed = sink, failed
        try:
            with border():
                if self._failure is not None:
                    raise self._failure
                if self.has_group:
                    self._subscribe()
                else:
                    self._read_from_the_end(partitions())
            self._thread.start()
        except BaseException:
            self._consumer.close(autocommit=False)
            raise
        if self.has_group and not self._joined.wait(self._admission):
            self._failure = ResourceAllocationError(
                f"not admitted to the consumer group within {self._admission:g} seconds"
            )
        if self._failure is not None:
            failure = self._failure
            self.close()
            raise failure
        if self._ending:
            raise IllegalStateError("the session is closed")

    def _subscribe(self) -> None:
        consumer = self._consumer
        consumer.subscribe([self.topic], listener=_Listener(self._assigned, self._revoked))
        # it knows the topic already; if it heard of it anew after it has joined, it would join again
        consumer._coordinator._handle_metadata_update(consumer._cluster)

    def _read_from_the_end(self, partitions: Sequence[TopicPartition]) -> None:
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            start = self._consumer.position(partition, timeout_ms=self._patience_ms)
            if start is None:
                raise ConnectionLostError(f"no broker says where {partition.topic} ends")
            self._owned.begin(partition, start)

    def _read_new_partitions(self) -> None:
        """Read from their beginning those that an administrator has added."""
        numbers = self._consumer._cluster.partitions_for_topic(self.topic) or ()
        owned = self._owned.all()
        added = {TopicPartition(self.topic, number) for number in numbers}.difference(owned)
        if added:
            for partition in added:
                self._owned.begin(partition, 0)
            self._consumer.assign([*owned, *added])

    def redirect(self, sink: Sink, failed: Callable[[JMSError], None]) -> None:
        """Let another subscription have what comes from now on."""
        self._sink, self._on_failed = sink, failed

    # ---- what the subscription does ------------------------------------------------------------------------------

    def taken(self) -> None:
        """Note that an arrival was taken, which makes room for another."""
        self._taken += 1
        if self._arrived - self._taken == self._window // 2:
            self._wake.set()

    def settled(self) -> None:
        """Commit what is settled, before long."""
        if self._commits is not None:
            self._commits.soon()

    def flush(self) -> None:
        """Wait until what is settled is committed. Raises JMSError if that takes too long."""
        if self._commits is not None and not self._commits.flush(self._patience):
            raise self._failure or ResourceAllocationError(
                f"no broker has taken an acknowledgement within {self._patience:g} seconds"
            )
        if self._failure is not None:
            raise self._failure

    def committable(self, also: Mapping[Progress, Collection[int]]) -> Offsets:
        """Give what may be committed if those offsets are settled, too.

        Raises TransactionRolledBackError if some are not ours any more.
        """
        if any(progress.is_lost for progress in also):
            raise TransactionRolledBackError("what was received may have been given to somebody else: all is undone")
        return {progress.partition: progress.committable(offsets) for progress, offsets in also.items()}

    def commit(self, also: Mapping[Progress, Collection[int]]) -> None:
        """Commit, and wait for it, also for the end of a rebalance.

        Raises TransactionRolledBackError, or TransactionInDoubtError if nobody says how it ended.
        """
        deadline = time.monotonic() + self._patience
        is_in_doubt = False
        while True:
            try:
                committing = self._member.commit(lambda: self.committable(also))
                self._member.wait(committing, max(0.0, deadline - time.monotonic()))
            except (errors.KafkaError, JMSError, RuntimeError) as error:
                is_in_doubt = is_in_doubt or getattr(error, "retriable", False)
                if may_be_repeated(error) and time.monotonic() < deadline and not self._ending:
                    time.sleep(_TICK)  # the thread goes on with the rebalance
                elif is_in_doubt:
                    raise TransactionInDoubtError(
                        f"no broker says whether the transaction is committed: {error}"
                    ) from error
                else:
                    raise TransactionRolledBackError(f"what was received has gone to somebody else: {error}") from error
            else:
                return

    def membership(self) -> Any:
        """Give what proves to the broker that this is a member of the group."""
        return self._consumer.group_metadata()

    @property
    def partitions(self) -> list[TopicPartition]:
        """The partitions that are read here."""
        return self._owned.all()

    @property
    def has_arrivals(self) -> bool:
        """Whether there is something to take."""
        return self._arrived != self._taken

    def has_read_up_to(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Tell whether all before these offsets has arrived, as far as it is to come here."""
        if self.has_arrivals or self._owned.have_come_to(ends):
            return True
        self._is_asked = True
        return False

    def begin_again(self) -> None:
        """Read again from what is committed, when the broker knows that; what was handed out is nobody's any more."""
        self._owned.lose_what_is_handed_out()

    # ---- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ending:
            try:
                self._step()
            except Exception as error:
                if not self._ending and not self._survives(error):
                    break
        self._shut()

    def _step(self) -> None:
        self._owned.rewind()
        if self.has_group:
            self._join()
        else:
            self._read_new_partitions()
        room = self._room()
        if room > 0:
            self._consumer.resume(*self._consumer.paused())
            most = min(room, _MOST_AT_ONCE)
            records = self._fetched(most) or self._poll(_TICK, most)
            self._deliver(records)
            self.has_more = sum(map(len, records.values())) == most
        elif not self._wake.wait(_TICK):
            self._consumer.pause(*self._consumer.assignment())
            self._deliver(self._poll(0))
        self._wake.clear()
        if self._is_asked:
            self._is_asked = False
            self._owned.look()
        if not self._joined.is_set() and self.has_group and self._consumer.group_metadata().state == _STABLE:
            self._check_alone()
            self._joined.set()

    def _check_alone(self) -> None:
        """Raise JMSError if another member was quicker to join a group that is for one alone: it leads the group."""
        if self._membership.is_exclusive and not self._consumer._coordinator._is_leader:
            raise JMSError(f"the subscription behind the group {self._membership.group!r} is in use, and not shared")

    def _fetched(self, most: int) -> Records:
        """Give what the consumer has at hand: a poll asks its other thread twice, and need not come each time."""
        if time.monotonic() - self._polled_at > _TICK:
            return {}
        records: Records = self._consumer._fetcher.fetched_records(most)[0]
        return records

    def _poll(self, timeout: float, most: int = _MOST_AT_ONCE) -> Records:
        self._polled_at = time.monotonic()
        if self._commits is not None:
            self._commits.retry()
        records: Records = self._consumer.poll(timeout_ms=timeout * 1000, max_records=most)
        return records

    def _join(self) -> None:
        """Stay with a rebalance to its end: one that ends between two polls would begin anew, or be forgotten."""
        coordinator = self._consumer._coordinator
        if coordinator.rejoining:
            coordinator.request_rejoin()
        if coordinator.need_rejoin():
            coordinator.ensure_active_group(timeout_ms=_JOINING * 1000)

    def _room(self) -> int:
        if self._is_gap_bounded and any(progress.is_too_wide for progress in self._owned.begun()):
            return 0
        return self._window - (self._arrived - self._taken)

    def _deliver(self, records: Records) -> None:
        try:
            begun = {
                partition: self._owned.progress(partition, batch[0].offset) for partition, batch in records.items()
            }
        except Exception:
            for partition, batch in records.items():  # the consumer has passed them, and nobody has seen them
                self._consumer.seek(partition, batch[0].offset)
            raise
        for partition, batch in records.items():
            progress = begun[partition]
            if progress is None:
                continue
            self._arrived += len(batch)
            sink = self._sink
            for record in batch:
                sink(Arrival(progress, record))
            self._owned.came(partition, batch[-1].offset + 1)

    def _survives(self, error: Exception) -> bool:
        if getattr(error, "retriable", False):
            self._wake.wait(_PAUSE_AFTER_ERROR)
            return True
        self._fail(translated(error))
        return False

    def _fail(self, error: JMSError) -> None:
        self._failure = error
        if self._joined.is_set():
            self._on_failed(error)
        self._joined.set()

    # ---- rebalances, as the thread of the consumer's connection tells them ------------------------------------------

    async def _assigned(self, partitions: Collection[TopicPartition]) -> None:
        self._owned.gain(partitions)

    async def _revoked(self, partitions: Collection[TopicPartition], *, may_commit: bool) -> None:
        offsets = self._owned.let_go(partitions)
        if may_commit and self._commits is not None:
            with suppress(errors.KafkaError):  # whoever is given the partitions reads it again
                await self._member.send(lambda: offsets)

    # ---- the end --------------------------------------------------------------------------------------------------

    def abandon(self, error: JMSError) -> None:
        """End without a word to anybody: the connection is lost."""
        self._failure = error
        self._ending = True
        self._wake.set()
        self._joined.set()
        if self._commits is not None:
            self._commits.end(is_done=False)

    def close(self) -> None:
        """Commit what is settled and leave the group; wait for that, but not for ever."""
        self._ending = True
        self._wake.set()
        self._joined.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(self._patience)

    def _shut(self) -> None:
        timeout = self._patience if self._failure is None else 0.0
        is_done = False
        try:
            offsets = self._owned.let_go(self.partitions)
            if self.has_group and self._failure is None:
                self._member.wait(self._member.commit(lambda: offsets), timeout)
                is_done = True
        except (errors.KafkaError, RuntimeError):
            pass  # whoever is given the partitions reads it again
        finally:
            if self._commits is not None:
                self._commits.end(is_done=is_done)
            self._consumer.close(autocommit=False, timeout_ms=timeout * 1000)


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]
    """Passes on what happens to the partitions of a member."""

    def __init__(self, assigned: Callable[..., Any], revoked: Callable[..., Any]) -> None:
        self._assigned = assigned
        self._revoked_ = revoked

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        await self._assigned(assigned)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._revoked_(revoked, may_commit=True)

    async def on_partitions_lost(self, lost: Collection[TopicPartition]) -> None:
        await self._revoked_(lost, may_commit=False)
