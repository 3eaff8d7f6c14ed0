"""What goes back at once to a provider that redelivers by itself (C15 of the SPI), and why it failed."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final, TypeAlias

from jmslike.spi import Receipt, Returning

_MOST: Final = 1000
"""Messages whose reasons are kept: the oldest are forgotten, which may have gone to other consumers."""

Return: TypeAlias = "tuple[Receipt, int, float]"
"""What is given back: with so many attempts, to be handed over after a delay in seconds."""


class Returns:
    """One `Returning` subscription, and why each of its messages failed, until the provider hands it over again.

    Used by the session's thread.
    """

    __slots__ = ("_reasons", "_subscription")

    def __init__(self, subscription: Returning) -> None:
        self._subscription = subscription
        self._reasons: dict[str, str] = {}  # by message id

    def note(self, message_id: str, reason: str) -> None:
        """Keep why the last attempt failed; empty if that is not known. A message without an id is not known again."""
        self._reasons.pop(message_id, None)
        if reason and message_id:
            self._reasons[message_id] = reason
            if len(self._reasons) > _MOST:
                del self._reasons[next(iter(self._reasons))]

    def reason(self, message_id: str) -> str:
        """Return why the last attempt failed; empty if that is not known."""
        return self._reasons.get(message_id, "")

    def give_back(self, returned: Iterable[Return]) -> None:
        """Release these, in their order, by one call for all that follow each other with the same attempts and delay.

        Raises what `Subscription.settle` and `Postponing.postpone` raise.
        """
        for (attempts, delay), those in groupby(returned, key=lambda each: each[1:]):
            receipts = [receipt for receipt, _, _ in those]
            if delay:
                self._subscription.postpone(receipts, attempts, delay)
            else:
                self._subscription.settle(receipts, attempts)
