"""Consumer groups, as far as one need not be a member: where they stand, who is in them, and their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kafka import TopicPartition, errors
from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError
from transports.kafka.errors import border

_ABSENT: Final = "GroupIdNotFoundError"
_IN_USE: Final = "NonEmptyGroupError"


class GroupInUseError(JMSError):
    """Somebody is a member of the group."""


class Groups:
    """Asks, and changes groups without members."""

    def __init__(self, admin: Any) -> None:
        self._admin = admin

    def offsets(self, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
        """Give what the group has committed."""
        with border():
            found: Mapping[TopicPartition, OffsetAndMetadata] = self._admin.list_group_offsets(group)[group]
            return {partition: offset for partition, offset in found.items() if offset.offset >= 0}

    def members(self, group: str) -> list[str]:
        """Give the client ids (Kafka's) of its members; a killed one counts until its session has timed out."""
        with border():
            described = self._admin.describe_groups([group])[group]
            return [member["client_id"] for member in described["members"]]

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit for a group without members, which is made if it is not there. Raises GroupInUseError."""
        with border():
            for error in self._admin.alter_group_offsets(group, dict(offsets)).values():
                if error is errors.UnknownMemberIdError:
                    raise GroupInUseError(f"the group {group!r} has members")
                if error is not errors.NoError:
                    raise error(group)

    def delete(self, group: str) -> bool:
        """Delete a group with its offsets, and tell whether it was there. Raises GroupInUseError."""
        with border():
            outcome = self._admin.delete_groups([group])[group]
        if outcome == _IN_USE:
            raise GroupInUseError(f"the group {group!r} has members")
        if outcome not in ("OK", _ABSENT):
            raise JMSError(f"Kafka does not delete the group {group!r}: {outcome}")
        return bool(outcome == "OK")
