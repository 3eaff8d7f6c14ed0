"""The steps of a commit (C6), the same for every broker.

A transport derives from `Commit` and says what a broker's transaction is: `_send` moves the messages, and acknowledges
what was received as far as the broker's transaction holds that; `_settle` acknowledges the rest, or notes that it is
done. A session link has one `Commit` and calls `run` for `SessionLink.commit`.

`run` is called by the thread of the session. It holds `Subscriptions.settling`, so that a close from another thread
releases nothing that the commit is about to acknowledge.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

from jmslike.errors import JMSError, TransactionInDoubtError, TransactionRolledBackError
from jmslike.spi import ACCEPT, Envelope, Outcome
from jmslike_transports.shared.inventory import OpenSubscription, Subscriptions
from jmslike_transports.shared.loss import LosableConnection

STALE: Final = (
    "transaction rolled back: a received message may already belong to another consumer; no message of the "
    "transaction was sent"
)


class Settling(OpenSubscription, Protocol):
    """What a commit asks of a subscription."""

    def holds(self, receipt: Any) -> bool:
        """See Subscription.holds."""

    def settle(self, receipts: Sequence[Any], outcome: Outcome) -> None:
        """See Subscription.settle."""


Sending = TypeVar("Sending")
Settled = TypeVar("Settled", bound=Settling)

Sends: TypeAlias = Sequence[tuple[Sending, Envelope]]
Settlements: TypeAlias = Sequence[tuple[Settled, Sequence[Any], Outcome]]
Accepted: TypeAlias = Sequence[tuple[Settled, Sequence[Any]]]
"""What is acknowledged: receipts, each with the subscription that handed them out."""


class Commit(ABC, Generic[Sending, Settled]):
    """The commits of one session link."""

    def __init__(self, connection: LosableConnection, subscriptions: Subscriptions[Settled]) -> None:
        self._connection = connection
        self._subscriptions = subscriptions

    def run(self, sends: Sends[Sending], settlements: Settlements[Settled]) -> None:
        """See SessionLink.commit. Raises TransactionInDoubtError for whatever fails after `_send`."""
        with self._subscriptions.settling:
            self._connection.check()
            self._subscriptions.check()
            if not all(source.holds(receipt) for source, receipts, _ in settlements for receipt in receipts):
                raise TransactionRolledBackError(STALE)
            accepted = [(source, receipts) for source, receipts, outcome in settlements if outcome is ACCEPT]
            self._send(sends, accepted)
            try:
                self._settle(accepted)
                for source, receipts, outcome in settlements:
                    if outcome is not ACCEPT:
                        source.settle(receipts, outcome)
            except JMSError as error:
                raise TransactionInDoubtError(
                    "transaction in doubt: its messages were sent, but not all received messages were acknowledged; "
                    f"those will be redelivered: {error}"
                ) from error

    @abstractmethod
    def _send(self, sends: Sends[Sending], accepted: Accepted[Settled]) -> None:
        """Send all messages, or none; either sequence may be empty. Returns when the broker has them.

        Raises TransactionRolledBackError, or TransactionInDoubtError if no broker says whether they were sent.
        """

    @abstractmethod
    def _settle(self, accepted: Accepted[Settled]) -> None:
        """Acknowledge what `_send` did not, and let go of the receipts. Returns when the broker has acknowledged."""
