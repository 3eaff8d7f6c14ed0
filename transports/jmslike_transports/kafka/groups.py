"""Consumer groups: membership, committed offsets and deletion, without joining."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from kafka import TopicPartition, errors
from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError
from jmslike_transports.kafka.errors import border
from jmslike_transports.kafka.library.retrying_admin import RetryingAdmin

EXCLUSIVE: Final = "jmslike-exclusive"
SHARED: Final = "jmslike-shared"
"""The client ids of members, which tell others whether the group may be shared."""


class GroupInUseError(JMSError):
    """The group has members."""


class Membership(NamedTuple):
    """How a subscription reads: as a member of a group, or by itself if that is None."""

    group: str | None
    member: str
    """EXCLUSIVE or SHARED."""
    definition: str
    """What tells a subscription from an earlier one of the same name: its selector, and noLocal."""

    @property
    def is_exclusive(self) -> bool:
        """Whether the group admits one member only."""
        return self.group is not None and self.member == EXCLUSIVE


class Groups:
    """Describes groups, and changes those without members."""

    def __init__(self, admin: RetryingAdmin) -> None:
        self._admin = admin

    def offsets(self, group: str) -> Mapping[TopicPartition, OffsetAndMetadata]:
        """Return what the group has committed."""
        with border():
            found: Mapping[TopicPartition, OffsetAndMetadata] = self._admin.list_group_offsets(group)[group]
            return {partition: offset for partition, offset in found.items() if offset.offset >= 0}

    def members(self, group: str) -> list[str]:
        """Return the members' client ids (see EXCLUSIVE); a killed member counts until its session has timed out."""
        with border():
            try:
                described = self._admin.describe_groups([group])[group]
            except errors.GroupIdNotFoundError:
                return []
            return [member["client_id"] for member in described["members"]]

    def set_offsets(self, group: str, offsets: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        """Commit for a group without members, which is created if it does not exist. Raises GroupInUseError."""
        with border():
            try:
                self._admin.alter_group_offsets(group, dict(offsets))
            except errors.UnknownMemberIdError as error:
                raise _in_use(group) from error

    def delete(self, group: str) -> bool:
        """Delete a group with its offsets, and return whether it existed. Raises GroupInUseError."""
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
