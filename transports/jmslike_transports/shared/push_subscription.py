"""The frame of a subscription whose messages are pushed: what it holds, how that is settled, and how it closes.

A transport derives from `PushSubscription`. It fills `_inbox` from its I/O thread, writes `take` itself, notes in
`_held` each receipt that it hands out, and implements three steps:

- `_settle` acknowledges or releases receipts that were held;
- `_stop` ends the pushing and closes the inbox;
- `_give_back` lets the broker, or a successor, have what was pushed but not settled.

`take`, `settle` and `holds` are called by the thread of the session, `close` and `release` by any. A transport that has
to do more when the last receipt is settled does so in `_settle`, and after `super().close()` and `super().release()`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from jmslike.errors import JMSError
from jmslike.spi import Outcome, SubscriptionSpec
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.shared.loss import ANEW, LosableConnection

Item = TypeVar("Item")
Receipt = TypeVar("Receipt")

_NOT_HELD: Final = object()


class PushSubscription(ABC, Generic[Item, Receipt]):
    """Takes items from an inbox, and holds the receipts that were handed out and are not settled, in that order."""

    def __init__(self, spec: SubscriptionSpec, connection: LosableConnection) -> None:
        self.spec = spec
        self._losable = connection
        self._inbox: Inbox[Item] = Inbox()
        self._held: dict[Receipt, Any] = {}
        self._closed = False
        self._closing = threading.Lock()

    # ---- settling -------------------------------------------------------------------------------------------------

    def settle(self, receipts: Sequence[Receipt], outcome: Outcome) -> None:
        """See Subscription.settle."""
        if self._losable.is_lost:
            if any(receipt in self._held for receipt in receipts):
                raise self._losable.loss(ANEW)
            return
        mine = self.let_go(receipts)
        if mine:
            self._settle(mine, outcome)

    def let_go(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Hold these receipts no more, and return those that were held."""
        held = self._held
        return [receipt for receipt in receipts if held.pop(receipt, _NOT_HELD) is not _NOT_HELD]

    @abstractmethod
    def _settle(self, receipts: list[Receipt], outcome: Outcome) -> None:
        """Acknowledge receipts that were held until now (ACCEPT), or release them with these attempts."""

    def holds(self, receipt: Receipt) -> bool:
        """See Subscription.holds."""
        return receipt in self._held and not self._losable.is_lost

    # ---- closing ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See Subscription.close."""
        with self._closing:
            self._close(())

    def release(self) -> None:
        """Close, and give back for redelivery what is held, too."""
        with self._closing:
            self._close(list(self._held))

    def _close(self, unsettled: Sequence[Receipt]) -> None:
        left: list[Item] = []
        if not self._closed:
            self._closed = True
            left = self._stop()
        held = self.let_go(unsettled)
        if not self._losable.is_lost:  # else the broker has taken everything back
            self._give_back(left, held)

    @abstractmethod
    def _stop(self) -> list[Item]:
        """End the pushing, close the inbox, and return the items that were pushed and not taken."""

    @abstractmethod
    def _give_back(self, left: list[Item], held: list[Receipt]) -> None:
        """Let others have the items that were not taken, and what the receipts stand for; called by each close."""

    # ---- what other consumers and the connection ask (see OpenSubscription) ---------------------------------------

    def reads(self, destination: object) -> bool:
        """Whether this is an open consumer of the destination."""
        return not self._closed and self.spec.destination == destination

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name in use."""
        return self.spec.durable and self.spec.name == name and self.is_in_use

    @property
    def is_in_use(self) -> bool:
        """Whether it is open, or holds an unsettled receipt."""
        return not self._closed or bool(self._held)

    @property
    def is_exclusive(self) -> bool:
        """Whether no other consumer may have the same subscription."""
        return self.spec.durable and not self.spec.shared

    # ---- waking -----------------------------------------------------------------------------------------------------

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """See Subscription.ready."""
        self._inbox.ready(callback)

    def interrupt(self) -> None:
        """See Subscription.interrupt."""
        self._inbox.interrupt()

    def lose(self, error: JMSError) -> None:
        """Make every `take` from now on raise, because the connection is gone."""
        self._inbox.lose(error)
