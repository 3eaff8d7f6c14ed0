"""Consumer groups: what members are, and without being one: where a group stands, who is in it, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kafka import TopicPartition, errors
from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError
from jmslike_transports.kafka.errors import border

EXCLUSIVE: Final = "jmslike-exclusive"
SHARED: Final = "jmslike-shared"
"""What members call themselves, so that others know with whom they would share."""


class GroupInUseError(JMSError):
    """Somebody is a member of the group."""


class Membership(NamedTuple):
    """How a subscription reads: as a member of a group, or by itself if that is None."""

    group: str | None
    member: str
    definition: str
    """What tells a subscription from another one that had the same name: its selector, and noLocal."""

    @property
    def is_exclusive(self) -> bool:
        """Whether the group is for one member alone."""
        return self.group is not None and self.member == EXCLUSIVE


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
            try:
                described = self._admin.describe_groups([group])[group]
            except errors.GroupIdNotFoundError:
                return []
            return [member["client_id"] for member in described["members"]]

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit for a group without members, which is made if it is not there. Raises GroupInUseError."""
        with border():
            try:
                self._admin.alter_group_offsets(group, dict(offsets))
            except errors.UnknownMemberIdError as error:
                raise _in_use(group) from error

    def delete(self, group: str) -> bool:
        """Delete a group with its offsets, and tell whether it was there. Raises GroupInUseError."""
        with border():
            try:
                self._admin.delete_groups([group])
            except errors.GroupIdNotFoundError:
                return False
            except errors.NonEmptyGroupError as error:
                raise _in_use(group) from error
            return True


def _in_use(group: str) -> GroupInUseError:
    return GroupInUseError(f"the group {group!r} has members")
