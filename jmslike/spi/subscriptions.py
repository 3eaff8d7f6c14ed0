"""Where deliveries come from, and what some subscriptions offer beside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from jmslike.spi.deliveries import Delivery, Outcome, Receipt


class Subscription(Protocol):
    """One consumer's source of deliveries."""

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """Wait in the caller's thread, at most `timeout` seconds (None: forever), for a delivery (C2, C10).

        `settle` allows the transport to settle at hand-over a delivery that has no attempts yet. `take(0)` of an armed
        subscription looks only at what is there, and asks no broker.
        """

    def settle(self, receipts: Sequence[Receipt], outcome: Outcome) -> None:
        """Settle exactly these deliveries (C5, C7, C13, C15). May be called after `close` of the subscription (C9)."""

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """Arm or disarm (None) a listener (C2). One call at a time, by any thread, also during a `take`.

        If a message may be taken now, the callback is called before this returns. An armed listener stays armed until
        it is disarmed; once called it counts as busy until a `take` returns None. The callback never blocks.
        """

    def interrupt(self) -> None:
        """Make a take in progress, or else the next one, return None early (C2). May be called by any thread."""

    def holds(self, receipt: Receipt) -> bool:
        """Whether the receipt is still good (C7). Never waits, and asks no broker."""

    def close(self) -> None:
        """Close (C9)."""


@runtime_checkable
class Stoppable(Subscription, Protocol):
    """A subscription to which the provider pushes messages ahead of `take` (C14).

    One that asks the provider only in `take` is none: without a `take` it keeps no message from others.
    """

    def start(self) -> None:
        """Let the provider push. Raises JMSError as `SessionLink.subscribe` does; ConnectionLostError.

        Does nothing if it is started or closed. The core calls `start` and `stop` one at a time, from any thread.
        """

    def stop(self) -> None:
        """Ask for nothing more, and give back what `take` never handed out. Raises JMSError; ConnectionLostError.

        Does nothing if it is stopped or closed. No `take` that began before is in progress.
        """


class Postponing(Subscription, Protocol):
    """A source of deliveries whose provider keeps what has failed until it is due: where REDELIVERY_DELAY is NATIVE.

    Where it is EMULATED, the core holds such deliveries unsettled, and goes on to take others.
    """

    def postpone(self, receipts: Sequence[Receipt], attempts: int, delay: float) -> None:
        """Release these deliveries with so many attempts, to be handed over in `delay` seconds or later (C4).

        Otherwise like `settle`.
        """


@runtime_checkable
class Returning(Postponing, Protocol):
    """A source of deliveries whose provider session settles all that it handed out, or nothing (C15).

    The core releases each failure at once, by `settle` or `postpone`, and keeps its reason until the provider hands the
    message over again. It keeps unsettled only what it took and did not hand over to the application.

    `postpone` is there whatever REDELIVERY_DELAY says: where that is not NATIVE, the delivery may keep others waiting.
    """

    returns_all: bool
    """True. It tells this protocol from `Postponing`."""
