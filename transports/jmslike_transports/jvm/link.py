"""One session: its Java sessions, as its mode needs them.

A Java session settles all that it has received, or nothing, unless the provider has an individual mode. So a transacted
session has one, in which it also sends. Elsewhere each consumer has one of its own, and a further one sends: a
transaction where `acknowledge` has to take all at once, else one in the individual mode, or in CLIENT_ACKNOWLEDGE if
there is none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator, Sequence
from typing import Any

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    JMSError,
    TransactionInDoubtError,
    TransactionRolledBackError,
    UnsupportedFeatureError,
)
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SessionSpec, SubscriptionSpec
from jmslike_transports.jvm.acknowledging import acknowledging
from jmslike_transports.jvm.connection import AUTO, JvmConnection, kind_of
from jmslike_transports.jvm.crossings import cross
from jmslike_transports.jvm.holdings import Holdings
from jmslike_transports.jvm.names import require_subscription
from jmslike_transports.jvm.records import decode
from jmslike_transports.jvm.sender import JvmSender, Outlet
from jmslike_transports.jvm.subscription import JvmSubscription, ReturningSubscription
from jmslike_transports.shared.commit import STALE
from jmslike_transports.shared.dead_letters import require_dead_letters
from jmslike_transports.shared.inventory import Subscriptions

_log = logging.getLogger("jmslike.jvm")


class JvmLink:
    """See SessionLink."""

    def __init__(self, connection: JvmConnection, spec: SessionSpec) -> None:
        if spec.individual and connection.provider.individual is None:
            raise UnsupportedFeatureError(
                f"{connection.provider.product or 'this provider'} acknowledges no message by itself: use "
                "CLIENT_ACKNOWLEDGE, or a transacted session"
            )
        self._connection = connection
        self._spec = spec
        self._acknowledging = acknowledging(connection, spec)
        self.subscriptions: Subscriptions[JvmSubscription] = Subscriptions(connection)
        self._workers: list[Any] = []
        self._lock = threading.Lock()
        self._closed = False
        self._outlet: Outlet | None = None
        self._holdings: Holdings | None = None  # of a transacted session
        self._has_sent = False  # in the open transaction

    # ---- its Java sessions -------------------------------------------------------------------------------------------

    def _open(self, *, transacted: bool, mode: int = AUTO, individual: bool = False) -> Any:
        worker = self._connection.worker(transacted, mode, individual)
        with self._lock:
            if not self._closed:
                self._workers.append(worker)
                return worker
        self._connection.finish(cross(worker.close))
        raise IllegalStateError("the session is closed")

    def outlet(self) -> Outlet:
        """Return what sends; opened by the first that asks."""
        outlet = self._outlet
        if outlet is None:
            transacted = self._spec.transacted
            made = Outlet(self._connection, self._open(transacted=transacted), transacted=transacted)
            with self._lock:
                outlet = self._outlet = self._outlet or made
            if outlet is not made:
                self._end(made.worker)
        return outlet

    @property
    def outlet_if_any(self) -> Outlet | None:
        """What sends, if anything has asked for it."""
        return self._outlet

    def _end(self, worker: Any) -> None:
        with self._lock:
            if worker not in self._workers:
                return  # the session closes, or has closed
            self._workers.remove(worker)
        self._connection.end(worker.close)

    def _transaction(self) -> Holdings:
        worker, finish = self.outlet().worker, self._connection.finish
        if self._holdings is None:
            self._holdings = Holdings(
                lambda _: self._commit_received(worker),
                lambda: finish(cross(worker.rollback)),
                is_kept=lambda: self._has_sent,
                ended=self._let_go,
            )
        return self._holdings

    def _commit_received(self, worker: Any) -> None:
        self._connection.finish(self._committing(worker))

    def _committing(self, worker: Any) -> Any:
        """Begin the commit of the transacted session, which acknowledges no message that has not come."""
        for subscription in self.subscriptions.all():
            subscription.confirm()
        return cross(worker.commit)

    # ---- sending and receiving ---------------------------------------------------------------------------------------

    def sender(self, destination: Destination) -> JvmSender:
        """See SessionLink.sender."""
        self._connection.require_usable(destination)
        return JvmSender(self.outlet, destination)

    def subscribe(self, spec: SubscriptionSpec) -> JvmSubscription:
        """See SessionLink.subscribe."""
        self._connection.check()
        self._connection.require_usable(spec.destination)
        self._connection.inventory.require_subscribable(spec)
        if spec.name is not None:
            require_subscription(spec.name, self._connection.provider.names)
        require_dead_letters(spec, self._connection.require_usable)
        subscription = self._subscription(spec)
        self.subscriptions.add(subscription)
        return subscription

    def _subscription(self, spec: SubscriptionSpec) -> JvmSubscription:
        connection, needs = self._connection, self._spec
        if needs.transacted:
            return ReturningSubscription(
                connection,
                spec,
                self.outlet().worker,
                self._transaction(),
                stays_while_held=connection.provider.closes_after_transaction,
            )
        way, finish = self._acknowledging, connection.finish
        worker = self._open(transacted=way.transacted, mode=way.java_mode, individual=way.individually)
        holdings = Holdings(
            lambda receipts: way.acknowledge(worker, subscription, receipts),
            lambda: finish(cross(worker.rollback)),
            individually=way.individually,
        )
        try:
            subscription = (JvmSubscription if way.individually else ReturningSubscription)(
                connection,
                spec,
                worker,
                holdings,
                closes_when_settled=way.individually and connection.provider.returns_at_close,
                outlet=Outlet(connection, worker, transacted=True) if way.transacted else None,
                end=lambda: self._end(worker),
            )
        except BaseException:
            self._end(worker)
            raise
        return subscription

    # ---- transactions ------------------------------------------------------------------------------------------------

    def enlist(self, sender: JvmSender, envelope: Envelope) -> None:
        """See EnlistingLink.enlist."""
        self._has_sent = True
        sender.send(envelope, None)

    def discard(self) -> None:
        """See EnlistingLink.discard."""
        if self._has_sent:
            self._undo()

    def commit(
        self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any], *, dead_letters: bool = False
    ) -> None:
        """See SessionLink.commit. Dead letters join a transaction that is open."""
        with self.subscriptions.settling:
            self._connection.check()
            if self._spec.transacted and not dead_letters:
                self._commit(sends, settlements)
                return
            self._check(settlements)
            within = self._transaction_of(settlements)
            for sender, envelope in sends:
                (sender if within is None else within).send(envelope, None)
            for source, receipts, outcome in settlements:
                source.settle(receipts, outcome)

    def _check(self, settlements: Sequence[Any]) -> None:
        self.subscriptions.check()
        if not all(source.holds(receipt) for source, receipts, _ in settlements for receipt in receipts):
            raise TransactionRolledBackError(STALE)

    @staticmethod
    def _transaction_of(settlements: Sequence[Any]) -> Outlet | None:
        """Return what sends in the Java session that is to settle, where that is a transaction."""
        outlets = {source.outlet for source, _, _ in settlements}
        return outlets.pop() if len(outlets) == 1 else None

    def _commit(self, sends: Sequence[tuple[Any, Envelope]], settlements: Sequence[Any]) -> None:
        connection, outlet, holdings = self._connection, self.outlet(), self._transaction()
        try:
            self._check(settlements)
            for sender, envelope in sends:  # of failover:, which kept them: their times count on from their send
                if envelope.terms.id_prefix:
                    envelope.sent_at = time.time()
                self.enlist(sender, envelope)
            for _, receipts, outcome in settlements:
                holdings.mark(receipts, outcome)
            if not holdings.are_accepted:
                raise JMSError("the session holds a message that it could not hand over")
            self._has_sent = False  # what is sent from here on is of the next transaction
            call = self._committing(outlet.worker)
        except TransactionRolledBackError:
            self._undone()
            raise
        except JMSError as error:
            self._undone()
            raise TransactionRolledBackError(f"transaction rolled back: no message of it was sent: {error}") from error
        except BaseException:  # such as Ctrl-C: the next transaction must not begin with this one's messages
            self._undo()
            raise
        self._end_of(call, holdings)
        connection.check()

    def _undo(self) -> None:
        call = cross(self.outlet().worker.rollback)  # first: an interruption before it leaves all to roll back
        self._transaction().clear()
        self._has_sent = False
        self._connection.finish(call)
        self._let_go()

    def _undone(self) -> None:
        """Roll back; the provider does so itself where the connection is lost."""
        try:
            self._undo()
        except ConnectionLostError as error:
            _log.debug("rolling back: %s", error)

    def _let_go(self) -> None:
        """Close the stopped consumers that the transaction kept. It has ended, so no error undoes that."""
        for subscription in self.subscriptions.all():
            try:
                subscription.go_when_settled()
            except JMSError as error:
                _log.debug("closing a stopped consumer: %s", error)

    def _end_of(self, call: Any, holdings: Holdings) -> None:
        try:
            self._connection.finish(call)
        except (TransactionRolledBackError, TransactionInDoubtError):
            raise
        except JMSError as error:
            raise TransactionInDoubtError(
                "transaction in doubt: the commit failed, and the provider did not say that it was rolled back; what "
                f"was received is redelivered if it was not committed: {error}"
            ) from error
        finally:
            holdings.clear()
            if not self._connection.is_lost:
                self._let_go()

    # ---- browsing and closing ----------------------------------------------------------------------------------------

    def browse(self, queue: Destination, selector: Selector | None) -> Generator[Envelope, None, None]:
        """See SessionLink.browse."""
        finish = self._connection.finish
        self._connection.require_usable(queue)
        text = None if selector is None else self._connection.provider.selector(selector)
        worker = self._open(transacted=False)
        try:
            browser = finish(cross(worker.browse, kind_of(queue), queue.name, text))
            while (record := finish(cross(browser.next))) is not None:
                envelope = decode(bytes(record))[0]
                if text is not None or selector is None or selector.selects(envelope):
                    yield envelope
        finally:
            self._end(worker)

    def _close(self, worker: Any) -> None:
        try:
            self._connection.end(worker.close)
        except JMSError as error:  # the others are closed
            _log.debug("closing a session: %s", error)

    def lose(self, error: JMSError) -> None:
        """Fail what waits, because the connection is gone."""
        outlet = self._outlet
        if outlet is not None:
            outlet.completions.answer_all(error)

    def close(self) -> None:
        """See SessionLink.close."""
        self.subscriptions.close()
        with self._lock:
            self._closed = True
            workers, self._workers = self._workers, []
        outlet = self._outlet
        try:
            if outlet is not None:
                outlet.finish_sends(self._connection.address.request_timeout)
        finally:
            self._close_all(workers, outlet)

    def _close_all(self, workers: Sequence[Any], outlet: Outlet | None) -> None:
        try:
            for worker in workers:
                self._close(worker)
        finally:
            if outlet is not None:
                outlet.completions.close()
            if self._holdings is not None:
                self._holdings.clear()
            self._connection.inventory.discard(self)
