"""The fake transport over a provider whose sessions settle all that they handed out, or nothing (C15 of the SPI).

Their transactions take sends at once (C16).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jmslike.errors import TransactionRolledBackError
from jmslike.spi import Delivery, Envelope, Outcome, SessionSpec, SubscriptionSpec
from tests.unit.core.fake.broker import FakeBroker
from tests.unit.core.fake.transport import FakeLink, FakeSender, FakeSubscription, FakeTransport


class ReturningBroker(FakeBroker):
    """Its subscriptions are `Returning`, but for those of sessions that settle individually."""

    def link(self, transport: FakeTransport, spec: SessionSpec) -> FakeLink:
        return super().link(transport, spec) if spec.individual else ReturningLink(transport, spec)


class ProviderSession:
    """Everything that it handed out is acknowledged, or all of it comes again, with one more attempt."""

    def __init__(self, broker: FakeBroker) -> None:
        self.broker = broker
        self.held: dict[object, tuple[ReturningSubscription, Envelope, int]] = {}
        self.settled: dict[object, float | None] = {}  # the delay of what was released, None for what was accepted
        self.sends: list[Envelope] = []  # dead letters
        self.enlisted: list[Envelope] = []

    def unsettled(self) -> set[object]:
        return self.held.keys() - self.settled.keys()

    def settle(self, receipt: object, delay: float | None) -> None:
        with self.broker.changed:
            self.settled[receipt] = delay
        self.apply()

    def apply(self, *, ends: bool = False) -> None:
        """Acknowledge all or give all back, when nothing is unsettled; what was enlisted waits for the end."""
        with self.broker.changed:
            if self.unsettled() or (self.enlisted and not ends):
                return
            is_rolled_back = any(delay is not None for delay in self.settled.values())
            sends = [] if is_rolled_back else [*self.enlisted, *self.sends]
            if not is_rolled_back:
                self.held, self.settled, self.sends, self.enlisted = {}, {}, [], []
        if is_rolled_back:
            self.roll_back()
        for envelope in sends:
            self.broker.arrive(envelope)

    def roll_back(self) -> None:
        """Release all, also what was accepted."""
        with self.broker.changed:
            held, settled = self.held, self.settled
            self.held, self.settled, self.sends, self.enlisted = {}, {}, [], []
            for receipt, (subscription, _, _) in held.items():
                subscription.unsettled.pop(receipt, None)
        for receipt, (subscription, envelope, attempts) in reversed(held.items()):
            delay = settled.get(receipt)
            if delay:
                due = self.broker.clock.monotonic() + delay
                subscription.mailbox.postponed.append((due, envelope, attempts + 1))
            else:
                self.broker.deliver(subscription.mailbox, envelope, attempts + 1, first=True)


class ReturningLink(FakeLink):
    def __init__(self, transport: FakeTransport, spec: SessionSpec) -> None:
        super().__init__(transport, spec)
        self.session = ProviderSession(self.broker)

    def subscription(self, spec: SubscriptionSpec) -> ReturningSubscription:
        session = self.session if self.spec.transacted else ProviderSession(self.broker)
        return ReturningSubscription(self, spec, session)

    def commit(
        self,
        sends: Sequence[tuple[Any, Envelope]],
        settlements: Sequence[tuple[Any, Sequence[object], Outcome]],
        *,
        dead_letters: bool = False,
    ) -> None:
        self.transport.check()
        noted = [(s, [s.id_of(receipt) for receipt in receipts], outcome) for s, receipts, outcome in settlements]
        self.broker.called("commit", [envelope for _, envelope in sends], noted, dead_letters)
        (session,) = {s.session for s, _, _ in settlements} or {self.session}
        named = {receipt for _, receipts, _ in settlements for receipt in receipts}
        good = named <= session.unsettled() if dead_letters else named == session.unsettled()
        if not good or any(outcome is not None for _, _, outcome in settlements):
            session.roll_back()
            raise TransactionRolledBackError("the provider rolled all back")
        for _, envelope in sends:
            self.broker.check(envelope.destination)
        session.sends += [envelope for _, envelope in sends]
        for subscription, receipts, outcome in settlements:
            subscription.apply(receipts, outcome)
        session.apply(ends=not dead_letters)

    def enlist(self, sender: FakeSender, envelope: Envelope) -> None:
        self.transport.check()
        self.broker.called("enlist", envelope)
        self.broker.check(sender.destination)
        self.session.enlisted.append(envelope)

    def discard(self) -> None:
        self.transport.check()
        self.broker.called("discard")
        if self.session.enlisted:
            self.session.roll_back()

    def release(self) -> None:
        for subscription in self.subscriptions:
            subscription.close()
        for subscription in self.subscriptions:
            assert isinstance(subscription, ReturningSubscription)
            subscription.session.roll_back()


class ReturningSubscription(FakeSubscription):
    returns_all = True

    def __init__(self, link: FakeLink, spec: SubscriptionSpec, session: ProviderSession) -> None:
        super().__init__(link, spec)
        self.session = session

    def _hand_out(self, found: tuple[Envelope, int], settle: bool) -> Delivery:
        delivery = super()._hand_out(found, settle)
        if delivery[1] is not None:
            self.session.held[delivery[1]] = (self, *found)
        return delivery

    def postpone(self, receipts: Sequence[object], attempts: int, delay: float) -> None:
        self.link.transport.check()
        self.broker.called("postpone", [self.id_of(receipt) for receipt in receipts], attempts, delay)
        self._settle(receipts, delay)

    def apply(self, receipts: Sequence[object], outcome: Outcome) -> None:
        self._settle(receipts, None if outcome is None else 0.0)

    def _settle(self, receipts: Sequence[object], delay: float | None) -> None:
        for receipt in receipts:
            if self.unsettled.pop(receipt, None) is not None:
                self.session.settle(receipt, delay)
