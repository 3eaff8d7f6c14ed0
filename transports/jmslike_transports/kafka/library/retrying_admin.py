"""Retries administrative requests, each of which may meet another coordinator the next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kafka import TopicPartition, errors
from kafka.structs import OffsetAndMetadata

from jmslike_transports.kafka.library.administrator import Administrator
from jmslike_transports.kafka.library.retries import Retries


class RetryingAdmin:
    """The requests of an Administrator that topics, groups and transactions need, by the same names; see there.

    Each raises what `Retries.until_answered` raises.
    """

    def __init__(self, admin: Administrator, retries: Retries) -> None:
        self._admin = admin
        self._retries = retries

    # ---- topics -----------------------------------------------------------------------------------------------------

    def list_topics(self) -> Any:
        """See KafkaAdminClient.list_topics."""
        return self._retry(self._admin.list_topics)

    def describe_topics(self, topics: Sequence[str]) -> Any:
        """See KafkaAdminClient.describe_topics."""
        return self._retry(lambda: self._admin.describe_topics(topics))

    def create_topics(self, topics: Mapping[str, Mapping[str, Any]], *, wait_for_metadata: bool) -> Any:
        """See KafkaAdminClient.create_topics."""
        return self._retry(lambda: self._admin.create_topics(topics, wait_for_metadata=wait_for_metadata))

    def wait_for_topics(self, topics: Sequence[str]) -> Any:
        """See KafkaAdminClient.wait_for_topics."""
        return self._retry(lambda: self._admin.wait_for_topics(topics))

    def delete_topics(self, topics: Sequence[str]) -> Any:
        """See KafkaAdminClient.delete_topics."""
        return self._retry(lambda: self._admin.delete_topics(topics))

    def list_partition_offsets(self, specs: Mapping[TopicPartition, Any], *, isolation_level: int) -> Any:
        """See KafkaAdminClient.list_partition_offsets."""
        return self._retry(lambda: self._admin.list_partition_offsets(specs, isolation_level=isolation_level))

    # ---- transactions -----------------------------------------------------------------------------------------------

    def describe_transactions(self, transactional_ids: Sequence[str]) -> Any:
        """See KafkaAdminClient.describe_transactions. Every commit asks: a coordinator that answers is asked again."""

        def attempt() -> Any:
            try:
                return self._admin.describe_transactions(transactional_ids)
            except errors.KafkaError:
                self._admin.invalidate_coordinators()
                raise

        return self._retries.until_answered(attempt)

    # ---- groups -----------------------------------------------------------------------------------------------------

    def describe_groups(self, groups: Sequence[str]) -> Any:
        """See KafkaAdminClient.describe_groups."""
        return self._retry(lambda: self._admin.describe_groups(groups))

    def delete_groups(self, groups: Sequence[str]) -> Any:
        """See KafkaAdminClient.delete_groups."""
        return self._retry(lambda: self._admin.delete_groups(groups))

    def list_group_offsets(self, group: str) -> Any:
        """See KafkaAdminClient.list_group_offsets."""
        return self._retry(lambda: self._admin.list_group_offsets(group))

    def alter_group_offsets(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> Any:
        """See KafkaAdminClient.alter_group_offsets."""
        return self._retry(lambda: self._admin.alter_group_offsets(group, offsets))

    def _retry(self, request: Callable[[], Any]) -> Any:
        def attempt() -> Any:
            self._admin.invalidate_coordinators()
            return request()

        return self._retries.until_answered(attempt)
