"""The administrator's client of kafka-python, which raises what the library returns among its answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient, errors


class Administrator(KafkaAdminClient):  # type: ignore[misc]
    """Else a group whose broker is still reading it would seem to be empty."""

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
