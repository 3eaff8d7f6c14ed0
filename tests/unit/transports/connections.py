"""Connections, links and subscriptions without a broker."""

from __future__ import annotations

from typing import Any

from jmslike.errors import JMSError
from jmslike.spi import Outcome, SubscriptionSpec, Topic
from jmslike_transports.shared.inventory import Inventory, Subscriptions
from jmslike_transports.shared.loss import LosableConnection
from jmslike_transports.shared.push_subscription import PushSubscription

TOPIC = Topic("t")


class Connection(LosableConnection):
    """A connection that notes its end."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[JMSError] = []

    def _abandon(self, reason: JMSError) -> None:
        self.ends.append(reason)


class Subscription(PushSubscription[int, int]):
    """Notes what it settles; receipts and items are numbers."""

    def __init__(self, connection: LosableConnection, spec: SubscriptionSpec | None = None) -> None:
        super().__init__(SubscriptionSpec(TOPIC) if spec is None else spec, connection)
        self.settled: list[tuple[list[int], Outcome]] = []
        self.given_back: list[tuple[list[int], list[int]]] = []
        self.refusal: JMSError | None = None

    def hold(self, *receipts: int) -> None:
        """Hold these receipts as if they were handed out."""
        self._held.update(dict.fromkeys(receipts))

    def push(self, *items: int) -> None:
        """Put items into the inbox."""
        for item in items:
            self._inbox.put(item)

    def _settle(self, receipts: list[int], outcome: Outcome) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.settled.append((receipts, outcome))

    def _stop(self) -> list[int]:
        return self._inbox.close()

    def _give_back(self, left: list[int], held: list[int]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.given_back.append((left, held))


class Link:
    """A session link that has subscriptions only."""

    def __init__(self, connection: LosableConnection, inventory: Inventory[Any]) -> None:
        self.subscriptions: Subscriptions[Subscription] = Subscriptions(connection)
        self._inventory = inventory

    def close(self) -> None:
        """Close the subscriptions."""
        self.subscriptions.close()
        self._inventory.discard(self)
