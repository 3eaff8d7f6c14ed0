"""The half of a subscription that is the same for every broker that pushes: what it holds, and who asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from jmslike.errors import JMSError
from jmslike.spi import SubscriptionSpec
from jmslike_transports.shared.inbox import Inbox

Item = TypeVar("Item")
Receipt = TypeVar("Receipt")

_NOT_HELD: Final = object()


class Pushed(Generic[Item, Receipt]):
    """Takes from an inbox, and holds what was handed out and is not settled, in that order."""

    def __init__(self, spec: SubscriptionSpec) -> None:
        self.spec = spec
        self._inbox: Inbox[Item] = Inbox()
        self._held: dict[Receipt, Any] = {}
        self._closed = False

    def let_go(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Give those that were held, and hold them no more."""
        held = self._held
        return [receipt for receipt in receipts if held.pop(receipt, _NOT_HELD) is not _NOT_HELD]

    # ---- what other consumers and the connection ask (see Consuming) ------------------------------------------------

    def reads(self, destination: object) -> bool:
        """Whether this is a live consumer of the destination."""
        return not self._closed and self.spec.destination == destination

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name busy: open, or holding something unsettled."""
        return self.spec.durable and self.spec.name == name and self.is_in_use

    @property
    def is_in_use(self) -> bool:
        """Whether it is open, or holds something unsettled."""
        return not self._closed or bool(self._held)

    @property
    def is_exclusive(self) -> bool:
        """Whether nobody else may consume from the same subscription."""
        return self.spec.durable and not self.spec.shared

    # ---- waking -----------------------------------------------------------------------------------------------------

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """See Subscription.ready."""
        self._inbox.ready(callback)

    def interrupt(self) -> None:
        """See Subscription.interrupt."""
        self._inbox.interrupt()

    def lose(self, error: JMSError) -> None:
        """The connection is gone."""
        self._inbox.lose(error)
