"""Where a subscription begins to read: the group that it is, and what that group has committed."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from kafka.structs import OffsetAndMetadata

from jmslike.errors import JMSError
from jmslike.spi import SubscriptionSpec
from jmslike_transports.kafka.groups import EXCLUSIVE, SHARED, GroupInUseError, Membership
from jmslike_transports.kafka.library.group_member import Offsets
from jmslike_transports.kafka.names import durable_group, shared_group
from jmslike_transports.kafka.progress import metadata, read_metadata

if TYPE_CHECKING:
    from jmslike_transports.kafka.transport import KafkaTransport

_IS_EXCLUSIVE: Final = "x"
_IS_SHARED: Final = "s"
"""How definitions begin."""


def membership(transport: KafkaTransport, spec: SubscriptionSpec, topic: str) -> Membership:
    """See to it that there is a group that stands where the subscription begins, and say which.

    Raises JMSError if it is in use, and one of the two does not share it, or they do not mean the same subscription.
    """
    if spec.destination.is_queue:
        return Membership(transport.group_of(spec.destination), SHARED, "")
    if spec.name is None:
        return Membership(None, EXCLUSIVE, "")
    name = durable_group if spec.durable else shared_group
    group = name(transport.client_id, spec.name)
    mine = Membership(group, SHARED if spec.shared else EXCLUSIVE, definition(spec))
    members, offsets = transport.groups.members(group), transport.groups.offsets(group)
    if spec.durable:
        _stay_as_they_are(mine, spec, offsets)
    if members:
        _join(mine, spec, topic, members, offsets)
    elif not (spec.durable and _is_that_of(mine, topic, offsets)):
        if any(partition.topic != topic for partition in offsets):
            transport.groups.delete(group)
        _begin_at_end(transport, mine, topic)
    return mine


def definition(spec: SubscriptionSpec) -> str:
    """Give a letter for whether it is shared, and some for what is selected, if that is not everything."""
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


def _stay_as_they_are(mine: Membership, spec: SubscriptionSpec, offsets: Offsets) -> None:
    if any(read_metadata(offset).definition[:1] not in ("", mine.definition[:1]) for offset in offsets.values()):
        is_what, wanted = ("not shared", "shared") if spec.shared else ("shared", "not shared")
        raise JMSError(f"the durable subscription {spec.name!r} is {is_what}: unsubscribe first to have it {wanted}")


def _join(mine: Membership, spec: SubscriptionSpec, topic: str, members: list[str], offsets: Offsets) -> None:
    if not spec.shared or EXCLUSIVE in members:
        raise JMSError(
            f"the subscription {spec.name!r} is in use, and not shared; a consumer whose process was killed is in use "
            "until its session has timed out"
        )
    if offsets and not _is_that_of(mine, topic, offsets):
        raise JMSError(f"the subscription {spec.name!r} is in use with another topic or selector")


def _begin_at_end(transport: KafkaTransport, mine: Membership, topic: str) -> None:
    assert mine.group is not None, "who reads alone begins by itself"
    ends = transport.topics.ends(transport.topics.partitions(topic))
    begin = {
        partition: OffsetAndMetadata(end, metadata(mine.definition, end, (), {}), -1) for partition, end in ends.items()
    }
    with suppress(GroupInUseError):  # somebody who shares it was quicker
        transport.groups.set_offsets(mine.group, begin)
