"""What a stopped subscription gave back: the broker takes that for delivered, and no application has seen it."""

from __future__ import annotations

from collections.abc import Hashable


class Returned:
    """Corrects the attempts that a broker reports of messages which come to the same subscription again.

    A message is known by a key. Only the last `most` are kept: others may have got the rest.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._unseen: dict[Hashable, int] = {}

    def note(self, key: Hashable, reported: int, *, counted: bool) -> None:
        """Note that a message which came with these reported attempts is given back.

        `counted` says that the report is a count, which grows by one now. Otherwise it is a mark, which stays.
        """
        unseen = self._unseen.pop(key, 0)
        if counted or reported <= unseen:
            self._unseen[key] = unseen + 1
        if len(self._unseen) > self._most:
            del self._unseen[next(iter(self._unseen))]

    def seen(self, key: Hashable, reported: int) -> int:
        """Return how often applications have seen a message that came with these reported attempts."""
        return max(0, reported - self._unseen.get(key, 0))

    def __bool__(self) -> bool:
        return bool(self._unseen)
