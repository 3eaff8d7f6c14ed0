"""Where a subscription begins to read: its consumer group, and the offsets that this group has committed."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Final

from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError
from jmslike.spi import SubscriptionSpec
from jmslike_transports.kafka.groups import EXCLUSIVE, SHARED, GroupInUseError, Groups, Membership
from jmslike_transports.kafka.library.group_member import Offsets
from jmslike_transports.kafka.names import Names
from jmslike_transports.kafka.progress import metadata, read_metadata
from jmslike_transports.kafka.topics import Topics

_IS_EXCLUSIVE: Final = "x"
_IS_SHARED: Final = "s"
"""The first letter of a definition."""


def membership(topics: Topics, groups: Groups, names: Names, spec: SubscriptionSpec, topic: str) -> Membership:
    """Return how the subscription reads, once its group has committed the offsets where it begins.

    Raises JMSError if the group is in use, unless both sides share it and define the same subscription.
    """
    if spec.destination.is_queue:
        return Membership(names.queue_group(spec.destination), SHARED, "")
    if spec.name is None:
        return Membership(None, EXCLUSIVE, "")
    group = names.durable_group(spec.name) if spec.durable else names.shared_group(spec.name)
    mine = Membership(group, SHARED if spec.shared else EXCLUSIVE, definition(spec))
    members, offsets = groups.members(group), groups.offsets(group)
    if spec.durable:
        _require_same_sharing(mine, spec, offsets)
    if members:
        _require_joinable(mine, spec, topic, members, offsets)
    elif not (spec.durable and _is_that_of(mine, topic, offsets)):
        if any(partition.topic != topic for partition in offsets):
            groups.delete(group)
        _begin_at_end(topics, groups, mine, topic)
    return mine


def definition(spec: SubscriptionSpec) -> str:
    """Return a letter for whether it is shared, and a hash of what it selects, unless that is everything."""
    letter = _IS_SHARED if spec.shared else _IS_EXCLUSIVE
    if spec.selector is None and spec.excluded_origin is None:
        return letter
    text = f"{spec.excluded_origin is not None} {spec.selector.text if spec.selector is not None else ''}"
    return letter + hashlib.sha256(text.encode()).hexdigest()[:16]


def _is_that_of(mine: Membership, topic: str, offsets: Offsets) -> bool:
    return bool(offsets) and all(
        partition.topic == topic and read_metadata(offset).definition == mine.definition
        for partition, offset in offsets.items()
    )


def _require_same_sharing(mine: Membership, spec: SubscriptionSpec, offsets: Offsets) -> None:
    if any(read_metadata(offset).definition[:1] not in ("", mine.definition[:1]) for offset in offsets.values()):
        is_what, wanted = ("not shared", "shared") if spec.shared else ("shared", "not shared")
        raise JMSError(f"the durable subscription {spec.name!r} is {is_what}; unsubscribe first to make it {wanted}")


def _require_joinable(
    mine: Membership, spec: SubscriptionSpec, topic: str, members: list[str], offsets: Offsets
) -> None:
    if not spec.shared or EXCLUSIVE in members:
        raise JMSError(
            f"the subscription {spec.name!r} is in use, and not shared; after its process was killed it stays in use "
            "until the session_timeout"
        )
    if offsets and not _is_that_of(mine, topic, offsets):
        raise JMSError(f"the subscription {spec.name!r} is in use with another topic or selector")


def _begin_at_end(topics: Topics, groups: Groups, mine: Membership, topic: str) -> None:
    assert mine.group is not None, "a reader without a group begins by itself"
    ends = topics.ends(topics.partitions(topic))
    begin = {
        partition: OffsetAndMetadata(end, metadata(mine.definition, end, (), {}), -1) for partition, end in ends.items()
    }
    with suppress(GroupInUseError):  # another member of a shared subscription was quicker
        groups.set_offsets(mine.group, begin)
