"""C15: provider sessions that settle all that they handed out, or nothing."""

from __future__ import annotations

import time

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.constants import SessionMode
from jmslike.destinations import Destination
from jmslike.errors import TransactionRolledBackError, UnsupportedFeatureError
from jmslike.spi import ACCEPT, Delivery, Returning, SessionLink
from jmslike.testing.contract.border import Border, message


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.AUTO_ACKNOWLEDGE])
def test_what_was_released_comes_again_when_all_is_settled(border: Border, mode: SessionMode) -> None:
    """C15: each receipt is stale once it is settled; all comes again in order, also what was accepted."""
    link, subscription = _returning(border, mode)
    first, second, third = border.receive_all(subscription, 3)
    subscription.settle([second[1]], 1)
    assert [subscription.holds(receipt) for _, receipt, _ in (first, second, third)] == [True, False, True]
    assert subscription.take(0) is None
    subscription.settle([first[1]], ACCEPT)
    assert not subscription.holds(first[1])
    subscription.settle([third[1]], 1)
    again = border.receive_all(subscription, 3)
    _assert_are_again(border, again, ["1", "2", "3"])
    subscription.settle([receipt for _, receipt, _ in again], ACCEPT)
    link.close()
    assert border.remaining(_queue_of(again)) == []


def test_what_was_accepted_is_gone_when_all_is_accepted(border: Border) -> None:
    """C15, C5: settled one by one, in any order."""
    link, subscription = _returning(border)
    deliveries = border.receive_all(subscription, 3)
    for _, receipt, _ in reversed(deliveries):
        subscription.settle([receipt], ACCEPT)
        assert not subscription.holds(receipt)
    link.close()
    assert border.remaining(_queue_of(deliveries)) == []


def test_what_is_left_unsettled_undoes_the_rest_when_the_link_closes(border: Border) -> None:
    """C15, C9: also what was accepted."""
    link, subscription = _returning(border)
    deliveries = border.receive_all(subscription, 3)
    subscription.settle([deliveries[1][1]], ACCEPT)
    link.close()
    assert sorted(border.remaining(_queue_of(deliveries))) == ["1", "2", "3"]


def test_a_released_delivery_is_postponed(border: Border) -> None:
    """C15, C4: whatever REDELIVERY_DELAY says, it comes not before its time, counted by the provider."""
    link, subscription = _returning(border, count=1)
    _, receipt, _ = border.receive(subscription)
    began = time.monotonic()
    subscription.postpone([receipt], 1, 0.2)
    assert not subscription.holds(receipt)
    again = border.receive(subscription)
    assert time.monotonic() - began >= 0.2
    _assert_are_again(border, [again], ["1"])
    subscription.settle([again[1]], ACCEPT)
    link.close()
    assert border.remaining(_queue_of([again])) == []


def test_a_commit_settles_all_or_is_rolled_back(border: Border) -> None:
    """C15, C6: one that leaves out what is unsettled, or releases, sends nothing, and all comes again."""
    link, subscription = _returning(border, SessionMode.SESSION_TRANSACTED)
    target = border.queue()
    sender = link.sender(target)
    for outcomes in ((ACCEPT,), (ACCEPT, 1, ACCEPT)):
        deliveries = border.receive_all(subscription, 3)
        with pytest.raises(TransactionRolledBackError):
            link.commit(
                [(sender, message(target, "no"))],
                [
                    (subscription, [receipt], outcome)
                    for (_, receipt, _), outcome in zip(deliveries, outcomes, strict=False)
                ],
            )
        assert not any(subscription.holds(receipt) for _, receipt, _ in deliveries)
    again = border.receive_all(subscription, 3)
    _assert_are_again(border, again, ["1", "2", "3"], attempts=2)
    link.commit([(sender, message(target, "yes"))], [(subscription, [receipt for _, receipt, _ in again], ACCEPT)])
    link.close()
    assert border.remaining(target) == ["yes"]
    assert border.remaining(_queue_of(again)) == []


def test_the_subscriptions_of_a_transaction_have_one_provider_session(border: Border) -> None:
    """C15: what one of them received and released comes again when nothing of the other is unsettled."""
    link, one = _returning(border, SessionMode.SESSION_TRANSACTED, count=1)
    queue = border.queue()
    border.send(border.session(), queue, ["other"])
    two = border.subscribe(link, queue)
    first, second = border.receive(one), border.receive(two)
    one.settle([first[1]], 1)
    two.settle([second[1]], 1)
    again = [border.receive(one), border.receive(two)]
    _assert_are_again(border, again, ["1", "other"])
    link.commit([], [(one, [again[0][1]], ACCEPT), (two, [again[1][1]], ACCEPT)])
    link.close()
    assert border.remaining(queue) == []


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.SESSION_TRANSACTED])
@pytest.mark.parametrize("outcome", [ACCEPT, 1])
def test_a_dead_letter_moves_with_the_rest(border: Border, mode: SessionMode, outcome: int | None) -> None:
    """C15, C6: it is in its queue when the rest is accepted, and in its old one if the rest is released."""
    link, subscription = _returning(border, mode, count=2)
    dead = border.queue()
    good, bad = border.receive_all(subscription, 2)
    link.commit([(link.sender(dead), message(dead, "bad"))], [(subscription, [bad[1]], ACCEPT)], dead_letters=True)
    assert subscription.holds(good[1])
    assert not subscription.holds(bad[1])
    if outcome is ACCEPT and mode is SessionMode.SESSION_TRANSACTED:
        link.commit([], [(subscription, [good[1]], ACCEPT)])
    else:
        subscription.settle([good[1]], outcome)
    link.close()
    assert border.remaining(dead) == (["bad"] if outcome is ACCEPT else [])
    assert border.remaining(_queue_of([good])) == ([] if outcome is ACCEPT else ["1", "2"])


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.SESSION_TRANSACTED])
def test_a_dead_letter_that_was_received_alone_moves_at_once(border: Border, mode: SessionMode) -> None:
    """C15, C6: nothing else of the provider session is unsettled."""
    link, subscription = _returning(border, mode, count=1)
    dead = border.queue()
    bad = border.receive(subscription)
    link.commit([(link.sender(dead), message(dead, "bad"))], [(subscription, [bad[1]], ACCEPT)], dead_letters=True)
    assert border.remaining(dead) == ["bad"]
    link.close()
    assert border.remaining(_queue_of([bad])) == []


def test_no_subscription_of_an_individual_session_returns_all(border: Border) -> None:
    """C15: there, what was received earlier may stay unsettled."""
    try:
        link = border.session(SessionMode.INDIVIDUAL_ACKNOWLEDGE)
    except UnsupportedFeatureError:
        border.session()  # the transport is usable
        return
    assert not isinstance(border.subscribe(link, border.queue()), Returning)


def _returning(
    border: Border, mode: SessionMode = SessionMode.CLIENT_ACKNOWLEDGE, *, count: int = 3
) -> tuple[SessionLink, Returning]:
    """Open a session and a subscription of a queue with the messages "1", "2" and so on.

    Skips the test if that is not `Returning`.
    """
    if mode is SessionMode.SESSION_TRANSACTED and not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue, link = border.queue(), border.session(mode)
    subscription = border.subscribe(link, queue)
    if not isinstance(subscription, Returning):
        pytest.skip("deliveries are settled one by one")
    border.send(border.session(), queue, [str(number + 1) for number in range(count)])
    return link, subscription


def _assert_are_again(border: Border, deliveries: list[Delivery], bodies: list[str], *, attempts: int = 1) -> None:
    found = [envelope.body for envelope, _, _ in deliveries]
    assert (found if border.declares(Feature.ORDER, Level.NATIVE, Level.EMULATED) else sorted(found)) == bodies
    for _, _, counted in deliveries:
        assert counted > 0
        assert counted == attempts or not border.counts_survive


def _queue_of(deliveries: list[Delivery]) -> Destination:
    return deliveries[0][0].destination
