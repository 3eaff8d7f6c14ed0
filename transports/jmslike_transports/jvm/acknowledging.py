"""How the Java session of one consumer acknowledges, outside of a transacted session: an object for each way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar, Final

from jmslike.spi import SessionSpec
from jmslike_transports.jvm.connection import JvmConnection
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.holdings import Receipt
from jmslike_transports.jvm.providers.base import CLIENT
from jmslike_transports.jvm.subscription import JvmSubscription


class Acknowledging(ABC):
    """What all ways have in common."""

    transacted: ClassVar[bool] = False
    """Whether the Java session is a transaction."""
    individually: ClassVar[bool] = False
    """Whether the Java session acknowledges each message by itself."""

    def __init__(self, connection: JvmConnection, java_mode: int = CLIENT) -> None:
        self.java_mode: Final = java_mode
        self._finish: Final = connection.finish

    @abstractmethod
    def acknowledge(self, worker: Any, subscription: JvmSubscription, receipts: Sequence[Receipt]) -> object:
        """Acknowledge these, which the subscription has handed out. Returns False where that has to wait."""


class ByCommit(Acknowledging):
    """All that the Java session has received, with the provider's confirmation."""

    transacted = True

    def acknowledge(self, worker: Any, subscription: JvmSubscription, receipts: Sequence[Receipt]) -> object:
        """See Acknowledging.acknowledge."""
        subscription.confirm()
        return self._finish(cross(worker.commit))


class ByTheLast(Acknowledging):
    """All that the Java session has received, in Java's CLIENT_ACKNOWLEDGE."""

    def acknowledge(self, worker: Any, subscription: JvmSubscription, receipts: Sequence[Receipt]) -> object:
        """See Acknowledging.acknowledge."""
        subscription.confirm()
        return bool(self._finish(cross(receipts[-1].consumer.acknowledge)))


class ByItself(Acknowledging):
    """Each message, and the caller waits for that."""

    individually = True

    def acknowledge(self, worker: Any, subscription: JvmSubscription, receipts: Sequence[Receipt]) -> object:
        """See Acknowledging.acknowledge."""
        for consumer, numbers in _of_consumers(receipts):
            self._finish(cross(consumer.acknowledge, numbers))
        return None


class Soon(Acknowledging):
    """Each message, soon: Java gathers them."""

    individually = True

    def acknowledge(self, worker: Any, subscription: JvmSubscription, receipts: Sequence[Receipt]) -> object:
        """See Acknowledging.acknowledge. A caller that is interrupted, as by Ctrl-C, gets them again."""
        for consumer, numbers in _of_consumers(receipts):
            try:
                cross(consumer.settle, numbers)
            except BaseException:
                cross(consumer.takeBack, numbers)
                raise
        return None


def acknowledging(connection: JvmConnection, needs: SessionSpec) -> Acknowledging:
    """Return the way of a session that is not transacted."""
    individual = connection.provider.individual if needs.individual or not needs.awaits_settlement else None
    if individual is None:
        return (ByCommit if needs.awaits_settlement else ByTheLast)(connection)
    return (ByItself if needs.awaits_settlement else Soon)(connection, individual)


def _of_consumers(receipts: Sequence[Receipt]) -> Iterator[tuple[Any, list[int]]]:
    for consumer, those in groupby(receipts, lambda receipt: receipt.consumer):
        yield consumer, [receipt.number for receipt in those]
