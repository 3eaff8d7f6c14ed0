"""C14: subscriptions that are stopped, or begin so."""

from __future__ import annotations

import pytest

from jmslike.capabilities import Feature
from jmslike.constants import SessionMode
from jmslike.errors import ConnectionLostError
from jmslike.spi import ACCEPT, Delivery, Returning, Stoppable, Subscription
from jmslike.testing.contract.border import Border

_NUMBERS = [str(number) for number in range(20)]


def test_what_begins_stopped_leaves_messages_to_others(border: Border) -> None:
    """C14: a queue's subscription that begins stopped keeps none of twenty messages from one that waits."""
    queue, link = border.queue(), border.session()
    border.subscribe(link, queue, stopped=True)
    busy = border.subscribe(border.session(transport=border.connect()[0]), queue)
    border.send(link, queue, _NUMBERS)
    assert _accepted(border, busy, 20) == _NUMBERS


def test_what_begins_stopped_gets_what_was_sent_when_it_starts(border: Border) -> None:
    """C1, C14: a subscription that begins stopped gets all that was sent since then, in order, when it is started."""
    link, topic, queue = border.session(), border.topic(), border.queue()
    for destination in (queue, topic):
        subscription = border.subscribe(link, destination, stopped=True)
        border.send(link, destination, _NUMBERS)
        _start(subscription)
        assert _accepted(border, subscription, 20) == _NUMBERS


def test_a_shared_subscription_lives_while_all_its_consumers_are_stopped(border: Border) -> None:
    """C1, C14: a shared subscription whose consumers are stopped keeps what is sent; one that starts gets it all."""
    if not border.declares(Feature.SHARED_SUBSCRIPTION):
        pytest.skip("no shared subscriptions")
    link, topic, name = border.session(), border.topic(), border.name("shared")
    first, second = (
        border.subscribe(border.session(), topic, name=name, shared=True, stopped=True, window=1) for _ in range(2)
    )
    if isinstance(first, Returning):
        pytest.skip("the provider's client keeps what is pushed to a consumer that keeps the subscription")
    border.send(link, topic, _NUMBERS[:10])
    _start(second)
    found = _accepted(border, second, 9)  # a provider may leave one with the other, to keep the subscription
    _stop(second)
    _start(first)
    found += _accepted(border, first, 1)
    assert sorted(found) == sorted(_NUMBERS[:10])
    second.close()
    _stop(first)
    border.send(link, topic, _NUMBERS[10:])
    _start(first)
    assert sorted(_accepted(border, first, 10)) == sorted(_NUMBERS[10:])


def test_what_is_stopped_gives_back_what_was_not_taken(border: Border) -> None:
    """C14: what was pushed and not taken goes to a consumer that waits, in order, and without attempts."""
    border.require_giving_back()
    queue, link = border.queue(), border.session()
    border.send(link, queue, _NUMBERS)
    stopping = border.subscribe(link, queue)
    assert _accepted(border, stopping, 1) == ["0"]
    _stop(stopping)
    other = border.subscribe(border.session(), queue)
    deliveries = border.receive_all(other, 19)
    assert [envelope.body for envelope, _, _ in deliveries] == _NUMBERS[1:]
    if border.counts_survive:
        assert {attempts for _, _, attempts in deliveries} == {0}


def test_many_stops_lose_nothing_and_repeat_nothing(border: Border) -> None:
    """C14: a subscription that is stopped after each message gets all of them, once, and in order.

    Where what is given back comes last, so may what is on its way at a stop.
    """
    queue, link = border.queue(), border.session()
    border.send(link, queue, _NUMBERS)
    subscription = border.subscribe(link, queue, window=5)
    found = []
    for _ in _NUMBERS:
        envelope, receipt, attempts = border.receive(subscription)
        found.append((envelope.body, attempts))
        subscription.settle([receipt], ACCEPT)
        _stop(subscription)
        _start(subscription)
    found.sort(key=lambda each: int(each[0]) if border.keeps_what_was_pushed else 0)
    assert [body for body, _ in found] == _NUMBERS
    if border.counts_survive:
        assert {attempts for _, attempts in found} == {0}
    assert border.nothing_comes(subscription)


def test_receipts_outlive_a_stop(border: Border) -> None:
    """C7, C14: what was taken before is settled while the subscription is stopped; the rest then goes to others."""
    border.require_giving_back()
    queue, link = border.queue(), border.session()
    border.send(link, queue, _NUMBERS)
    subscription = border.subscribe(link, queue)
    held = border.receive_all(subscription, 3)
    _stop(subscription)
    assert all(subscription.holds(receipt) for _, receipt, _ in held)
    subscription.settle([receipt for _, receipt, _ in held], ACCEPT)
    other = border.subscribe(border.session(), queue)
    assert _accepted(border, other, 17) == _NUMBERS[3:]
    assert border.nothing_comes(other)


def test_receipts_outlive_a_stop_and_a_start(border: Border) -> None:
    """C6, C14: a transaction may receive before and after a stop; its commit settles both."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue, link = border.queue(), border.session(SessionMode.SESSION_TRANSACTED)
    border.send(border.session(), queue, _NUMBERS)
    subscription = border.subscribe(link, queue, window=5)
    held: list[Delivery] = []
    for _ in range(4):
        held += border.receive_all(subscription, 5)
        _stop(subscription)
        _start(subscription)
    assert [envelope.body for envelope, _, _ in held] == _NUMBERS
    link.commit([], [(subscription, [receipt for _, receipt, _ in held], ACCEPT)])
    link.close()
    assert border.remaining(queue) == []


def test_what_is_stopped_can_be_closed(border: Border) -> None:
    """C9, C14: closing what began stopped, or was stopped twice, ends it: `start` does nothing then."""
    queue, link = border.queue(), border.session()
    idle, stopped = border.subscribe(link, queue, stopped=True), border.subscribe(link, queue)
    for _ in range(2):
        _stop(stopped)
    for subscription in (idle, stopped):
        subscription.close()
        _start(subscription)
        _stop(subscription)
        assert border.elsewhere(lambda closed=subscription: closed.take(None)) is None  # type: ignore[misc]
    border.send(link, queue, _NUMBERS)
    assert border.remaining(queue) == _NUMBERS


def test_what_is_stopped_is_told_of_a_loss(border: Border) -> None:
    """C10, C14: a take raises ConnectionLostError after a loss; `start` and `stop` at most that."""
    if not border.can_cut:
        pytest.skip("the harness cannot cut links")
    link = border.session()
    stopped = border.subscribe(link, border.queue(), stopped=True)
    border.cut()
    with pytest.raises(ConnectionLostError):
        stopped.take(border.patience)
    for change in (_start, _stop):
        try:
            change(stopped)
        except ConnectionLostError:
            continue
    with pytest.raises(ConnectionLostError):
        stopped.take(None)


def _start(subscription: Subscription) -> None:
    if isinstance(subscription, Stoppable):
        subscription.start()


def _stop(subscription: Subscription) -> None:
    if isinstance(subscription, Stoppable):
        subscription.stop()


def _accepted(border: Border, subscription: Subscription, count: int) -> list[str]:
    """Return the bodies of the next deliveries, which must come; each is accepted."""
    found = []
    for envelope, receipt, _ in (border.receive(subscription) for _ in range(count)):
        subscription.settle([receipt], ACCEPT)
        found.append(envelope.body)
    return found
