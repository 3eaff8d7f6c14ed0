"""How a session acknowledges (section 6.2.10): one small object for each mode, chosen when the session is made.

All that differs between the modes stands here. Who calls what:

- `Intake` calls `handed_over` with each delivery that a receive hands to the application; a listener's deliveries are
  entered in the ledger before it is called, and `Dispatcher` calls `listener_returned` afterwards;
- `SessionState` calls `acknowledge` for the application, and `closing` when the session ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from jmslike.constants import SessionMode
from jmslike.core.ledger import Ledger, Source
from jmslike.core.redelivery import reason_of
from jmslike.spi import ACCEPT, Delivery, SessionSpec


class Acknowledgement:
    """What all modes share: deliveries stay in the ledger until something settles them, and closing releases them."""

    __slots__ = ("_ledger",)

    needs: ClassVar[SessionSpec]
    """What the mode needs of the session's link."""

    is_automatic: ClassVar[bool] = False
    """Whether the session acknowledges by itself, so that it may keep back what the application could not read."""

    settles_at_hand_over: ClassVar[bool] = False
    """Whether a receive settles its delivery, or lets the transport settle it, before the application has it."""

    is_batched: ClassVar[bool] = False
    """Whether acknowledgements gather in the ledger, to be sent by `flush` before a receive waits."""

    after_failure: ClassVar[str]
    """What becomes of a message whose listener raised."""

    def __init__(self, ledger: Ledger, window: int) -> None:
        self._ledger = ledger

    def handed_over(self, source: Source, delivery: Delivery) -> int:
        """Note what a receive hands over. Return the message's number; 0 if it is settled already."""
        return self._ledger.add(source, delivery)

    def listener_returned(self, number: int, error: BaseException | None) -> None:
        """Settle a listener's message, or redeliver it if the listener raised, where the mode does so by itself.

        Elsewhere what it raised is the reason if the application has the message redelivered.
        """
        if error is not None:
            self._ledger.note(number, reason_of(error))

    def acknowledge(self, number: int | None) -> None:
        """Acknowledge for the application: the message of that number, or (None) what a context delivered."""

    def flush(self) -> None:
        """Send the acknowledgements that were gathered."""

    def closing(self) -> None:
        """Settle everything, because the session ends."""
        self._ledger.release_all()


class Transacted(Acknowledgement):
    """SESSION_TRANSACTED: `commit` and `rollback` settle."""

    __slots__ = ()
    needs: ClassVar[SessionSpec] = SessionSpec(transacted=True)
    after_failure = (
        "the next commit() takes the message, unless rollback() redelivers it: call that where the listener fails"
    )


class Client(Acknowledgement):
    """CLIENT_ACKNOWLEDGE: one message acknowledges all that the session delivered."""

    __slots__ = ()
    needs: ClassVar[SessionSpec] = SessionSpec(awaits_settlement=True)
    after_failure = (
        "the next acknowledge() takes the message, unless recover() redelivers it: call that where the listener fails"
    )

    def acknowledge(self, number: int | None) -> None:
        """Acknowledge everything that the session delivered."""
        self._ledger.accept_all()


class Individual(Acknowledgement):
    """INDIVIDUAL_ACKNOWLEDGE: each message acknowledges itself only."""

    __slots__ = ()
    needs: ClassVar[SessionSpec] = SessionSpec(awaits_settlement=True, individual=True)
    after_failure = "the message stays unacknowledged until recover() redelivers it"

    def acknowledge(self, number: int | None) -> None:
        """Acknowledge that message; a context, which has no single message to name, acknowledges nothing."""
        if number is not None:
            self._ledger.accept(number)


class Automatic(Acknowledgement):
    """AUTO_ACKNOWLEDGE: a receive settles at the hand-over, a listener's message is settled when it has returned."""

    __slots__ = ()
    needs: ClassVar[SessionSpec] = SessionSpec()
    after_failure = "the message is redelivered"
    is_automatic = True
    settles_at_hand_over = True

    def handed_over(self, source: Source, delivery: Delivery) -> int:
        """Accept the delivery."""
        source.subscription.settle((delivery[1],), ACCEPT)
        return 0

    def listener_returned(self, number: int, error: BaseException | None) -> None:
        """Accept the listener's message; redeliver it if the listener raised."""
        if error is None:
            self._accepted(number)
            return
        entry = self._ledger.pop(number)
        if entry is not None:  # else the listener called recover
            source, delivery = entry
            source.redeliver([(delivery, reason_of(error))])

    def _accepted(self, number: int) -> None:
        self._ledger.accept(number)

    def closing(self) -> None:
        """Accept what was handed over."""
        self._ledger.accept_all()


class DupsOk(Automatic):
    """DUPS_OK_ACKNOWLEDGE: acknowledges in batches: at half the window, before a receive waits, and at close."""

    __slots__ = ("_full",)
    settles_at_hand_over = False
    is_batched = True

    def __init__(self, ledger: Ledger, window: int) -> None:
        super().__init__(ledger, window)
        self._full = window / 2

    def handed_over(self, source: Source, delivery: Delivery) -> int:
        """Add the delivery to the batch."""
        number = self._ledger.add(source, delivery)
        self._accepted(number)
        return number

    def _accepted(self, number: int) -> None:
        if len(self._ledger) >= self._full:
            self.flush()

    def flush(self) -> None:
        """Accept the batch."""
        self._ledger.accept_all()


ACKNOWLEDGEMENTS: Final[Mapping[SessionMode, type[Acknowledgement]]] = {
    SessionMode.SESSION_TRANSACTED: Transacted,
    SessionMode.AUTO_ACKNOWLEDGE: Automatic,
    SessionMode.CLIENT_ACKNOWLEDGE: Client,
    SessionMode.DUPS_OK_ACKNOWLEDGE: DupsOk,
    SessionMode.INDIVIDUAL_ACKNOWLEDGE: Individual,
}
"""The class of each session mode."""
