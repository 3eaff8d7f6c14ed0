"""A consumer of kafka-python, with what it has at hand and knows without a request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from kafka import KafkaConsumer, TopicPartition


class Consumer(KafkaConsumer):  # type: ignore[misc]
    """Adds to KafkaConsumer what its own methods do only on the way to something else."""

    def fetched_records(self, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
        """Return records that have been fetched already; `poll` would ask its other thread twice."""
        records: Mapping[TopicPartition, Sequence[Any]] = self._fetcher.fetched_records(most)[0]
        return records

    def known_partitions(self, topic: str) -> Collection[int]:
        """Return the partitions of a topic as of the last metadata."""
        return self._cluster.partitions_for_topic(topic) or ()

    def call_when_due(self, wake: Callable[[], object]) -> None:
        """Call `wake`, in the thread of the connection, when a poll is due.

        It is when a fetch has brought something or failed, and when the metadata have come. After a fetch that brought
        nothing that thread sends the next one itself.
        """
        fetcher = self._fetcher
        send = fetcher._send_fetches_async

        async def send_and_watch() -> Any:
            fetches = await send()
            for fetch in fetches:
                fetch.add_both(follow, fetch)
            return fetches

        def follow(fetch: Any, _: object) -> None:
            if fetch.succeeded() and not fetcher._completed_fetches:
                self._client._net.call_soon(send_again)
            else:
                wake()

        async def send_again() -> None:
            fetches = None
            with suppress(Exception):  # a poll meets it, too, and the thread that polls handles it
                fetches = await send_and_watch()
            if not fetches:  # such as while the broker throttles
                wake()

        fetcher._send_fetches_async = send_and_watch
        self._cluster.add_listener(lambda _: wake())

    @property
    def is_fetching(self) -> bool:
        """Whether all that it may read is being fetched, so that the end of a fetch is all there is to wait for."""
        fetcher, cluster = self._fetcher, self._cluster
        return self.has_positions and all(
            cluster.leader_for_partition(partition) in fetcher._nodes_with_pending_fetch_requests
            for partition in fetcher._fetchable_partitions()
        )

    @property
    def has_positions(self) -> bool:
        """Whether it knows where to read each of its partitions; until then a poll has to wait for brokers."""
        subscription = self._subscription
        return subscription.has_all_fetch_positions() and not any(
            subscription.is_offset_validation_needed(partition) for partition in self.assignment()
        )
