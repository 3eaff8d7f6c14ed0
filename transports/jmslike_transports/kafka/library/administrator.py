"""The administrative client of kafka-python: with the errors that it only returns, and what it keeps to itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient, errors


class Administrator(KafkaAdminClient):  # type: ignore[misc]
    """Raises error codes that kafka-python only returns: without this a loading group looks empty."""

    @property
    def version_of_broker(self) -> str:
        """The version of Kafka's protocol that the first broker speaks."""
        return ".".join(map(str, self._manager.broker_version))

    def invalidate_coordinators(self) -> None:
        """Forget which brokers coordinate; kafka-python would remember one that is gone forever."""
        self._controller_id = None
        self._manager.cluster._coordinators.clear()

    # ---- overridden: called by the library with each answer ---------------------------------------------------------

    def _describe_groups_process_response(self, response: Any) -> Any:
        _require_success(group.error_code for group in response.groups)
        return super()._describe_groups_process_response(response)

    def _convert_delete_groups_response(self, response: Any) -> Any:
        _require_success(code for _, code in response.results)
        return super()._convert_delete_groups_response(response)

    def _alter_group_offsets_process_response(self, response: Any) -> Any:
        _require_success(partition.error_code for topic in response.topics for partition in topic.partitions)
        return super()._alter_group_offsets_process_response(response)


def _require_success(codes: Iterable[int]) -> None:
    for code in codes:
        if code:
            raise errors.for_code(code)
