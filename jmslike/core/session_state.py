"""What the parts of one session share, and what a message needs of the session that delivered it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final, Protocol

from jmslike.constants import SessionMode
from jmslike.core.acknowledgement import ACKNOWLEDGEMENTS
from jmslike.core.connection_state import ConnectionState
from jmslike.core.gate import Gate
from jmslike.core.ledger import Ledger, Source, acceptances, redeliver
from jmslike.core.outbox import Outbox
from jmslike.core.redelivery import RedeliveryPolicy, reason_being_handled
from jmslike.errors import ConnectionLostError, IllegalStateError, JMSError, TransactionRolledBackError
from jmslike.message import Message
from jmslike.message.serializers import ObjectSerializer


class Receiver(Source, Protocol):
    """A subscription of the session, with what waits in this process; see `Intake`."""

    def refresh(self) -> None:
        """Decide again whether a receive may take the fast lane."""

    def interrupt(self) -> None:
        """Make a receive in progress look at the gate again."""

    def follow(self, *, running: bool) -> None:
        """Start or stop the subscription as the session is, or is about to be."""

    def give_back(self) -> None:
        """Release what was not handed over, where the provider redelivers by itself."""


class SessionState:
    """One session, as its producers, consumers, browsers, listeners and messages see it.

    Used by the session's thread, and by the dispatcher's thread where the session has listeners. `gate` tells the two
    apart, and lets any thread stop or close the session. An application may keep a message only, or a listener, which
    refer to nothing else of the session: `keeps`, the connection's face, must not be collected before them.
    """

    __slots__ = (
        "_commit", "acknowledgement", "connection", "ending", "following", "gate", "is_open", "keeps", "ledger", "link",
        "message_types", "mode", "name", "outbox", "receivers", "redelivery", "serializer",
    )  # fmt: skip

    def __init__(
        self,
        connection: ConnectionState,
        mode: SessionMode,
        number: int,
        message_types: Mapping[str, type[Message]],
        *,
        keeps: object,
    ) -> None:
        """Open the session's link. Raises what `Transport.session` raises."""
        settings = connection.settings
        self.connection: Final = connection
        self.keeps: Final = keeps
        self.mode: Final = mode
        self.name: Final = f"{connection.name}-{number}"
        self.message_types: Final = message_types
        self.serializer: ObjectSerializer = settings.object_serializer
        self.redelivery: Final = RedeliveryPolicy.of(settings)
        self.is_open: bool = True
        self.ending: str = connection.ending
        self.gate: Final = Gate(connection.clock)
        self.ledger: Final = Ledger()
        self.acknowledgement: Final = ACKNOWLEDGEMENTS[mode](self.ledger, settings.window)
        self.receivers: set[Receiver] = set()
        self.following: Final = threading.Lock()  # held while subscriptions start or stop, by one thread at a time
        self.link: Final = connection.transport.session(self.acknowledgement.needs)
        self.outbox: Final = Outbox(
            self.link,
            connection.capabilities,
            connection.unheeded,
            connection.clock,
            name=self.name,
            transacted=self.acknowledgement.needs.transacted,
            origin=connection.origin,
            id_prefix=connection.id_prefix,
            number=connection.next_number,
            serializer=self.serializer,
            max_in_flight=settings.max_in_flight,
            report=connection.report,
            instruments=connection.instruments,
        )
        self._commit = connection.instruments.committing(self.link.commit)
        connection.completions.add(self.outbox.completions)
        connection.waiters.add(self.gate)

    def check_open(self) -> None:
        """Raise IllegalStateError if the session is closed."""
        if not self.is_open:
            raise self.closed("session")

    def closed(self, what: str) -> IllegalStateError:
        """Return the error of a use of `what`, which has ended, or with which the session has."""
        return IllegalStateError(f"the {what} {self.ending}")

    # ---- settling ---------------------------------------------------------------------------------------------------

    def acknowledge(self, number: int | None) -> None:
        """Acknowledge for the application: a message by its number, or (None) for a context.

        Raises IllegalStateError if the session is closed; ConnectionLostError from a loss on.
        """
        loss = self.connection.loss
        if not self.is_open or loss.error is not None:
            self.check_open()
            loss.check("the acknowledgement was not sent")
        self.acknowledgement.acknowledge(number)

    def commit(self) -> None:
        """Send and acknowledge all of the transaction as one (C6). A rollback redelivers what it received."""
        self.connection.loss.check("transaction rolled back: nothing was sent")
        entries = self.ledger.clear()
        if not entries and not self.outbox.pending:
            return
        sends = self.outbox.take_pending()
        try:
            self._commit(sends, acceptances(entries))
        except TransactionRolledBackError:
            redeliver((source, (delivery, "")) for source, delivery in entries)
            self._give_back()
            raise

    def rollback(self) -> None:
        """Drop what the transaction sent, and redeliver what it received. Raises ConnectionLostError."""
        self.outbox.take_pending()
        self.connection.loss.check("transaction rolled back: nothing was sent")
        try:
            self.recover()
        finally:
            self.outbox.discard()

    def recover(self) -> None:
        """Redeliver what is unsettled, oldest first. An exception that the application handles meanwhile is why."""
        self.ledger.redeliver_all(reason_being_handled())
        if self.acknowledgement.needs.transacted:
            self._give_back()

    def _give_back(self) -> None:
        # the consumers of a transaction have one provider session, which redelivers nothing while it holds anything
        for receiver in list(self.receivers):
            receiver.give_back()

    # ---- start, stop and the end ------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Let each receiver decide again whether a receive may take the fast lane."""
        for receiver in list(self.receivers):
            receiver.refresh()

    def interrupt(self) -> None:
        """Make each receive in progress look at the gate again."""
        for receiver in list(self.receivers):
            receiver.interrupt()

    def end_waits(self) -> None:
        """Wake what waits in the session, because it closes: receives, and calls that wait for the link."""
        if self.connection.link_state == "interrupted":
            self.link.close()  # nothing can be settled meanwhile
        self.refresh()
        self.interrupt()

    def start(self) -> None:
        """Start each subscription (C14), and then let receives in: none meets a subscription that changes.

        Raises as `follow` does; receives are let in all the same.
        """
        with self.following:
            try:
                self._lead(running=not self.gate.closed)
            finally:
                self.gate.set_running(True)
                self.refresh()

    def follow(self) -> None:
        """Start or stop each subscription as the session is by now (C14). Any thread; no receive is in progress.

        What was gathered is acknowledged before a stop: some providers give nothing back while anything is unsettled.
        Raises the first JMSError after all were tried; not that of a loss, which each receive raises.
        """
        with self.following:
            running = self.gate.running
            if not running:
                try:
                    self.acknowledgement.flush()
                except ConnectionLostError:
                    return
            self._lead(running=running)

    def _lead(self, *, running: bool) -> None:
        failures = []
        for receiver in list(self.receivers):
            try:
                receiver.follow(running=running)
            except ConnectionLostError:
                return
            except JMSError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def abandon(self) -> None:
        """Close without I/O: in a forked child the link belongs to the parent."""
        self.is_open = False
        self.ending = self.connection.ending
        self.gate.abandon()
