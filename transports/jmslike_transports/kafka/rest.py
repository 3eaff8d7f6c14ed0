"""When a reader leaves the partitions of its group to others, because its subscription is stopped.

It stays a member: the group goes on, keeps its offsets, and counts it as a consumer. A subscription that is stopped
and soon started again keeps its partitions, because each change is a rebalance of the whole group.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final

from jmslike_transports.kafka.library.group_member import GroupMember

_GRACE: Final = 0.5
"""Seconds from the stop on, after which the partitions go to others."""

_HELD: Final = 0.2
"""Seconds after which a reader that still held something looks again."""


class Rest:
    """The thread that polls calls `follow` and `has_joined`; any thread `after_grace` and `end`, which call `wake`."""

    def __init__(self, member: GroupMember, wake: Callable[[], object]) -> None:
        self._member = member
        self._wake = wake
        self._due: float | None = None
        self._is_resting = False
        self.is_ending = False
        """Whether it asks for partitions, and the group has not agreed yet."""

    def begin(self) -> None:
        """Rest from the first time on that the member joins its group."""
        self._due, self._is_resting = 0.0, True
        self._member.rest(True)

    def after_grace(self) -> None:
        """Rest soon."""
        self._due = time.monotonic() + _GRACE
        self._wake()

    def end(self) -> None:
        """Rest no more."""
        self.is_ending = self._is_resting
        self._due = None
        self._wake()

    @property
    def is_due(self) -> bool:
        """Whether nothing more is to be read: it rests, or is about to."""
        return self._due is not None

    @property
    def due_in(self) -> float:
        """Seconds until `follow` is to begin to rest; infinite if it rests, or is not to."""
        due = self._due
        if due is None or self._is_resting:
            return math.inf
        left = due - time.monotonic()
        return left if left > 0 else _HELD

    def follow(self, give_back: Callable[[], bool]) -> None:
        """Begin or end to rest, as is wanted by now, and join again then. It rests once `give_back` returns True."""
        due = self._due
        if due is None:
            if self._is_resting:
                self._is_resting, self.is_ending = False, True
                self._member.rest(False)
        elif not self._is_resting and time.monotonic() >= due and give_back():
            self._is_resting = True
            self._member.rest(True)

    def has_joined(self) -> None:
        """Note that the group has agreed on its partitions."""
        if self.is_ending and not self._is_resting:
            self.is_ending = False
