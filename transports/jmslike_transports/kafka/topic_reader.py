"""Reads one topic for a subscription: a thread of its own polls a consumer of kafka-python.

The thread polls when something has happened: a fetch has brought something, the group rebalances, a broker is back,
what was taken makes room, a commit is due. It also polls without any of these: a consumer that does not poll loses its
partitions. Without room for more it pauses all partitions first, so that a poll fetches nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias

from kafka import TopicPartition, errors

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    ResourceAllocationError,
    TransactionRolledBackError,
)
from jmslike.spi import SessionSpec
from jmslike_transports.kafka.errors import border, translated
from jmslike_transports.kafka.groups import Membership
from jmslike_transports.kafka.library.clients import Clients
from jmslike_transports.kafka.library.group_member import GroupMember, Offsets
from jmslike_transports.kafka.offset_commits import OffsetCommits, commit_and_wait
from jmslike_transports.kafka.partitions import Partitions
from jmslike_transports.kafka.progress import Progress
from jmslike_transports.kafka.rest import Rest
from jmslike_transports.kafka.topics import Topics
from jmslike_transports.shared.commit import STALE

_TICK: Final = 0.03
"""Seconds between two polls while something is under way that nothing reports."""
_IDLE: Final = 5.0
"""Seconds between two polls while nothing happens."""
_UNFETCHED: Final = 1.0
"""The same while something is not fetched, such as a partition whose broker is away."""
_SETTLING: Final = 0.8
"""Seconds for which a rebalance waits for what is held of a partition that moves; kafka-python warns after a second."""
_JOINING: Final = 0.5
"""Seconds that it waits for the end of a rebalance before it does so."""
_PAUSE_AFTER_ERROR: Final = 0.2
_MOST_AT_ONCE: Final = 500


class Arrival(NamedTuple):
    """A record that was read, or released here: then with its attempts."""

    progress: Progress
    record: Any
    attempts: int | None = None


Records: TypeAlias = Mapping[TopicPartition, Sequence[Any]]
Sink: TypeAlias = Callable[[Arrival], None]


class TopicReader:
    """Reads as a member of a group from its committed offsets, or without one all that is sent from now on.

    A subscription calls it from the application's threads; what it reads goes to a sink, in the thread that polls.
    Rebalances are reported by the thread of the consumer's connection.
    """

    def __init__(
        self,
        clients: Clients,
        topics: Topics,
        topic: str,
        membership: Membership,
        session: SessionSpec,
        window: int,
    ) -> None:
        self._timeout = clients.address.request_timeout
        self._timeout_ms = int(self._timeout * 1000)
        self._admission = clients.address.session_timeout + self._timeout
        self._topics = topics
        self.topic = topic
        self._window = window
        self._membership = membership
        self.has_group = membership.group is not None
        self.competes = self.has_group and not membership.is_exclusive
        self._consumer = clients.consumer(topic, membership.group, client_id=membership.member)
        self._owned = Partitions(self._consumer, membership.definition, self._timeout_ms)
        self._arrived = 0  # counted by the thread only
        self._taken = 0  # counted by the taker, and by the thread when nothing is left to take
        self.has_more = False  # the last poll used all the room
        self._sink: Sink = lambda arrival: None
        self._on_failed: Callable[[JMSError], None] = lambda error: None
        self._give_back: Callable[[], bool] = lambda: True
        self._wake = wake = threading.Event()
        self._longest = clients.address.max_poll_interval / 3
        self._consumer.call_when_due(wake.set)
        self._member = GroupMember(self._consumer, wake.set)
        self.rest = Rest(self._member, wake.set)
        self._commits = None  # a transacted session commits by itself
        if self.has_group and not session.transacted:
            self._commits = OffsetCommits(lambda: self._member.commit(self._owned.committable), self._fail, wake.set)
        self._must_update = False
        self._polled_at = 0.0
        self._joined = threading.Event()
        self._failure: JMSError | None = None
        self._ending = False
        self._thread = threading.Thread(target=self._run, name=f"jmslike kafka {topic}", daemon=True)

    def start(
        self, sink: Sink, failed: Callable[[JMSError], None], give_back: Callable[[], bool], *, resting: bool
    ) -> None:
        """Begin to read, and return when all that is sent from now on will be read (C1). Raises JMSError.

        `resting` says that it is to leave all partitions to others. `give_back` gives back what has arrived and was not
        handed out, and returns True, or returns False while something is held.
        """
        self._sink, self._on_failed, self._give_back = sink, failed, give_back
        try:
            with border():
                if self._failure is not None:
                    raise self._failure
                if self.has_group:
                    if resting:
                        self.rest.begin()
                    self._member.subscribe(self.topic, self._owned.gain, self._revoked)
                else:
                    self._read_from_the_end()
            self._thread.start()
        except BaseException:
            self._consumer.close(autocommit=False)
            raise
        if self.has_group and not self._joined.wait(self._admission):
            self._failure = ResourceAllocationError(
                f"the consumer group did not admit the consumer within {self._admission:g} s"
            )
        if self._failure is not None:
            self.close()
            raise self._failure
        if self._ending:
            raise IllegalStateError("the session is closed")

    def _read_from_the_end(self) -> None:
        partitions = self._topics.partitions(self.topic)
        self._consumer.assign(partitions)
        self._consumer.seek_to_end(*partitions)
        for partition in partitions:
            start = self._consumer.position(partition, timeout_ms=self._timeout_ms)
            if start is None:
                raise ConnectionLostError(f"no broker answered where {partition.topic} ends; subscribe again")
            self._owned.begin(partition, start)

    def _read_new_partitions(self) -> None:
        """Read partitions that an administrator has added, from their beginning."""
        numbers = self._consumer.known_partitions(self.topic)
        owned = self._owned.all()
        added = {TopicPartition(self.topic, number) for number in numbers}.difference(owned)
        if added:
            for partition in added:
                self._owned.begin(partition, 0)
            self._consumer.assign([*owned, *added])

    def redirect(self, sink: Sink, failed: Callable[[JMSError], None], give_back: Callable[[], bool]) -> None:
        """Pass what is read from now on to another subscription."""
        self._sink, self._on_failed, self._give_back = sink, failed, give_back

    # ---- what the subscription does ------------------------------------------------------------------------------

    def taken(self) -> None:
        """Note that an arrival was taken, which makes room for another."""
        self._taken += 1
        if self._arrived - self._taken == self._window // 2:
            self._wake.set()

    def commit_soon(self) -> None:
        """Commit in the background what is settled."""
        if self._commits is not None:
            self._commits.soon()

    def flush(self) -> None:
        """Wait until what is settled is committed. Raises JMSError after the timeout."""
        if self._commits is not None and not self._commits.flush(self._timeout):
            raise self._failure or ResourceAllocationError(
                f"no broker confirmed the acknowledgement within {self._timeout:g} s; the messages may be redelivered"
            )
        if self._failure is not None:
            raise self._failure

    def committable(self, also: Mapping[Progress, Collection[int]]) -> Offsets:
        """Return what may be committed if those offsets are settled, too.

        Raises TransactionRolledBackError if another consumer may own one of the partitions.
        """
        if any(progress.is_lost for progress in also):
            raise TransactionRolledBackError(STALE)
        return {progress.partition: progress.committable(offsets) for progress, offsets in also.items()}

    def commit(self, also: Mapping[Progress, Collection[int]]) -> None:
        """Commit, and wait for it, also for the end of a rebalance.

        Raises TransactionRolledBackError, or TransactionInDoubtError if no broker says whether it is committed.
        """
        commit_and_wait(self._member, lambda: self.committable(also), self._timeout, lambda: self._ending)

    def member_metadata(self) -> Any:
        """Return what proves to a transaction that this is a member of the group."""
        return self._member.metadata

    @property
    def partitions(self) -> list[TopicPartition]:
        """The partitions that are read here."""
        return self._owned.all()

    @property
    def unread(self) -> int:
        """The number of arrivals that were not taken yet."""
        return self._arrived - self._taken

    @property
    def has_arrivals(self) -> bool:
        """Whether an arrival was not taken yet."""
        return self.unread != 0

    def has_read_up_to(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether all records before these offsets have arrived, of the partitions that are read here."""
        if self.has_arrivals or self._owned.have_arrived(ends):
            return True
        self._must_update = True
        self._wake.set()
        return False

    def rewind(self) -> None:
        """Rewind to the committed offsets, before the next poll; receipts handed out so far become stale."""
        self._owned.lose_all()
        self._wake.set()

    # ---- the thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._ending:
            try:
                self._step()
            except Exception as error:
                if not self._ending and not self._survives(error):
                    break
        self._close_consumer()

    def _step(self) -> None:
        self._wake.clear()  # what happens from now on ends the wait
        self._owned.rewind()
        if self.has_group:
            self.rest.follow(self._return_unread)
            self._member.join(_JOINING)
            if self._member.has_joined:
                self.rest.has_joined()
        else:
            self._read_new_partitions()
        if self._commits is not None and not self._commits.due_in:
            self._commits.retry()
        room = self._room()
        is_idle = True
        if room > 0:
            self._consumer.resume(*self._consumer.paused())
            most = min(room, _MOST_AT_ONCE)
            records = self._fetched(most) or self._poll(most)
            self._deliver(records)
            self.has_more = sum(map(len, records.values())) == most
            is_idle = not records
        elif self._wake.wait(_TICK):
            is_idle = False  # there may be room
        else:
            self._consumer.pause(*self._consumer.assignment())
            self._deliver(self._poll())
        if self._must_update:
            self._must_update = False
            self._owned.update()
        if not self._joined.is_set() and self.has_group and self._member.has_joined:
            self._require_alone()
            self._joined.set()
        if is_idle:
            self._wake.wait(self._due_in())

    def _due_in(self) -> float:
        """Return after how many seconds to poll although nothing has happened."""
        if self.has_group and (self._member.has_to_join or self._is_too_wide()):
            return _TICK
        commit_in = math.inf if self._commits is None else self._commits.due_in
        idle = _IDLE if self._consumer.is_fetching else _UNFETCHED
        return min(idle, self._longest, self.rest.due_in, commit_in)

    def _return_unread(self) -> bool:
        if not self._give_back():
            return False
        self._taken = self._arrived
        self._owned.read_again()  # if it keeps the partitions after all
        return True

    def _require_alone(self) -> None:
        """Raise JMSError if another member was quicker to join an exclusive group: then that one leads it."""
        if self._membership.is_exclusive and not self._member.is_leader:
            raise JMSError(f"the subscription behind the group {self._membership.group!r} is in use, and not shared")

    def _fetched(self, most: int) -> Records:
        """Return what the consumer has fetched already, unless a poll is due."""
        if time.monotonic() - self._polled_at > _TICK:
            return {}
        return self._consumer.fetched_records(most)

    def _poll(self, most: int = _MOST_AT_ONCE) -> Records:
        """Fetch without waiting for it, unless the consumer has to find out first where it reads."""
        self._polled_at = time.monotonic()
        timeout = 0.0 if self._consumer.has_positions else _TICK
        records: Records = self._consumer.poll(timeout_ms=timeout * 1000, max_records=most)
        return records

    def _room(self) -> int:
        return 0 if self.rest.is_due or self._is_too_wide() else self._window - self.unread

    def _is_too_wide(self) -> bool:
        return self.has_group and any(progress.is_too_wide for progress in self._owned.begun())

    def _deliver(self, records: Records) -> None:
        begun = self._owned.progress_of(records)
        for partition, batch in records.items():
            progress = begun[partition]
            if progress is None:
                continue
            self._arrived += len(batch)
            sink = self._sink
            for record in batch:
                sink(Arrival(progress, record))
            self._owned.note_arrived(partition, batch[-1].offset + 1)

    def _survives(self, error: Exception) -> bool:
        if getattr(error, "retriable", False):
            self._wake.clear()
            if not self._ending:
                self._wake.wait(_PAUSE_AFTER_ERROR)
            return True
        self._fail(translated(error))
        return False

    def _fail(self, error: JMSError) -> None:
        self._failure = error
        if self._joined.is_set():
            self._on_failed(error)
        self._joined.set()

    # ---- rebalances, in the thread of the consumer's connection -----------------------------------------------------

    async def _revoked(self, partitions: Collection[TopicPartition], *, may_commit: bool) -> None:
        if may_commit:
            await self._let_settle(self._owned.leave(partitions))
        offsets = self._owned.lose(partitions)
        if may_commit and self._commits is not None:
            with suppress(errors.KafkaError):  # the next owner of the partitions reads it again
                await self._member.send(lambda: offsets)

    async def _let_settle(self, leaving: Collection[Progress]) -> None:
        """Wait a short while for the application to settle what it works on, which others would receive again."""
        deadline = time.monotonic() + min(_SETTLING, self._longest)
        while any(progress.holds_any for progress in leaving) and not self._ending and time.monotonic() < deadline:
            await self._member.sleep(_TICK)

    # ---- the end --------------------------------------------------------------------------------------------------

    def lose(self, error: JMSError) -> None:
        """Be told that the connection is gone: end without any I/O, and wake every waiter."""
        self._failure = error
        self._ending = True
        self._wake.set()
        self._joined.set()
        if self._commits is not None:
            self._commits.close(is_done=False)

    def close(self) -> None:
        """Commit what is settled and leave the group; wait for that until the timeout."""
        self._ending = True
        self._wake.set()
        self._joined.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(self._timeout)

    def _close_consumer(self) -> None:
        timeout = self._timeout if self._failure is None else 0.0
        is_done = False
        try:
            offsets = self._owned.lose(self.partitions)
            if self.has_group and self._failure is None:
                self._member.wait(self._member.commit(lambda: offsets), timeout)
                is_done = True
        except (errors.KafkaError, RuntimeError):
            pass  # the next owner of the partitions reads it again
        finally:
            if self._commits is not None:
                self._commits.close(is_done=is_done)
            self._consumer.close(autocommit=False, timeout_ms=timeout * 1000)
