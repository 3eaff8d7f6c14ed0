"""C6, C7, C8, C13: settling, committing, and receipts."""

from __future__ import annotations

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.constants import SessionMode
from jmslike.destinations import Queue, TemporaryQueue
from jmslike.errors import InvalidDestinationError, TransactionRolledBackError
from jmslike.spi import ACCEPT, Receipt, Returning, Subscription
from jmslike.testing.contract.border import Border, message


def test_a_commit_sends_and_settles_as_one(border: Border) -> None:
    """C6: a commit over two queues: before it no consumer sees the sends, after it all sends and settlements hold."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    source, one, two = border.queue(), border.queue(), border.queue()
    link = border.session(SessionMode.SESSION_TRANSACTED)
    border.send(border.session(), source, ["in-1", "in-2"])
    subscription = border.subscribe(link, source)
    deliveries = border.receive_all(subscription, 2)
    to_one, to_two = link.sender(one), link.sender(two)
    watcher = border.subscribe(border.session(), one)
    assert border.nothing_comes(watcher)
    link.commit(
        [(to_one, message(one, "a")), (to_two, message(two, "b")), (to_one, message(one, "c"))],
        [(subscription, [receipt for _, receipt, _ in deliveries], ACCEPT)],
    )
    assert [envelope.body for envelope, _, _ in border.receive_all(watcher, 2)] == ["a", "c"]
    link.close()
    assert border.remaining(two) == ["b"]
    assert border.remaining(source) == []


def test_what_was_not_committed_comes_again(border: Border) -> None:
    """C6, C9: closing a transacted link without commit releases all that it received."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue = border.queue()
    border.send(border.session(), queue, ["1", "2", "3"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    border.receive_all(border.subscribe(link, queue), 3)
    link.close()
    assert sorted(border.remaining(queue)) == ["1", "2", "3"]


def test_commit_moves_a_message_in_any_session_mode(border: Border) -> None:
    """C6: a commit in CLIENT mode moves a message to another queue (as a dead letter) and leaves the rest alone.

    C15: where a provider session settles all or nothing, with the rest.
    """
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue, dead = border.queue(), border.queue()
    link = border.session()
    border.send(link, queue, ["good", "bad"])
    subscription = border.subscribe(link, queue)
    good, bad = border.receive_all(subscription, 2)
    link.commit([(link.sender(dead), message(dead, "bad"))], [(subscription, [bad[1]], ACCEPT)], dead_letters=True)
    assert subscription.holds(good[1])
    if isinstance(subscription, Returning):
        subscription.settle([good[1]], ACCEPT)
    assert border.remaining(dead) == ["bad"]
    link.close()
    assert border.remaining(queue) == ([] if isinstance(subscription, Returning) else ["good"])


@pytest.mark.parametrize("length", [245, 249, 251, 252, 255])
def test_a_subscription_is_refused_or_its_dead_letters_can_be_moved(border: Border, length: int) -> None:
    """C6, C11: what could not be moved to the queue `dead_letters` is never taken: subscribe refuses the name."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue = Queue(border.name("queue").ljust(length, "x"))
    dead, link = Queue(f"DLQ.{queue.name}"), border.session()
    try:
        subscription = border.subscribe(link, queue, dead_letters=dead)
    except InvalidDestinationError:
        return
    border.send(link, queue, ["bad"])
    _, receipt, _ = border.receive(subscription)
    link.commit([(link.sender(dead), message(dead, "bad"))], [(subscription, [receipt], ACCEPT)], dead_letters=True)
    assert border.remaining(dead) == ["bad"]


def test_commit_releases_what_it_is_told_to_release(border: Border) -> None:
    """C6: one commit accepts one delivery and releases another with its attempts."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue = border.queue()
    border.send(border.session(), queue, ["keep", "done"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription = border.subscribe(link, queue)
    if isinstance(subscription, Returning):
        pytest.skip("a provider session settles all or nothing")
    keep, done = border.receive_all(subscription, 2)
    subscription.close()
    link.commit([], [(subscription, [done[1]], ACCEPT), (subscription, [keep[1]], 2)])
    ((envelope, _, attempts),) = border.drain(queue)
    assert envelope.body == "keep"
    assert attempts == 2 or not border.counts_survive


def test_a_commit_with_a_stale_receipt_sends_nothing(border: Border) -> None:
    """C6, C7: a stale receipt fails the whole commit: nothing is sent, and the good receipt stays unsettled."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue, target = border.queue(), border.queue()
    border.send(border.session(), queue, ["stale", "good"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription = border.subscribe(link, queue, window=10)
    stale, good = border.receive_all(subscription, 2)
    subscription.settle([stale[1]], 0)
    with pytest.raises(TransactionRolledBackError):
        link.commit(
            [(link.sender(target), message(target, "no"))],
            [(subscription, [good[1]], ACCEPT), (subscription, [stale[1]], ACCEPT)],
        )
    assert border.remaining(target) == []
    link.close()
    assert sorted(border.remaining(queue)) == ["good", "stale"]


def test_a_rolled_back_commit_leaves_an_empty_transaction(border: Border) -> None:
    """C6: after a commit that rolled back, the next commit does only what it names."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue, target = border.queue(), border.queue()
    border.send(border.session(), queue, ["x"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription, sender = border.subscribe(link, queue), link.sender(target)
    _, receipt, _ = border.receive(subscription)
    subscription.settle([receipt], 0)
    with pytest.raises(TransactionRolledBackError):
        link.commit([(sender, message(target, "no"))], [(subscription, [receipt], ACCEPT)])
    _, receipt, _ = border.receive(subscription)
    link.commit([(sender, message(target, "yes"))], [(subscription, [receipt], ACCEPT)])
    link.close()
    assert border.remaining(target) == ["yes"]
    assert border.remaining(queue) == []


def test_a_commit_that_cannot_send_settles_nothing(border: Border) -> None:
    """C6: a commit that sends to a deleted temporary queue raises; its other sends and settlements did not happen."""
    if not (border.declares(Feature.TRANSACTION, Level.NATIVE) and border.declares(Feature.TEMPORARY)):
        pytest.skip("no all-or-nothing transactions with temporary queues")
    queue, target = border.queue(), border.queue()
    gone = TemporaryQueue(border.transport.create_temporary(TemporaryQueue))
    border.send(border.session(), queue, ["kept"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription, to_gone = border.subscribe(link, queue), link.sender(gone)
    _, receipt, _ = border.receive(subscription)
    border.transport.delete_temporary(gone)
    with pytest.raises((TransactionRolledBackError, InvalidDestinationError)):
        link.commit(
            [(link.sender(target), message(target, "no")), (to_gone, message(gone, "no"))],
            [(subscription, [receipt], ACCEPT)],
        )
    assert border.remaining(target) == []
    link.close()
    assert border.remaining(queue) == ["kept"]


def test_released_receipts_are_stale(border: Border) -> None:
    """C7: holds is true for what was taken, false once it was released, and true for the new delivery."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["again"])
    subscription = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)
    assert subscription.holds(receipt)
    subscription.settle([receipt], 1)
    assert not subscription.holds(receipt)
    _, renewed, attempts = border.receive(subscription)
    assert attempts > 0
    assert subscription.holds(renewed)
    assert not subscription.holds(receipt)


def test_a_settled_receipt_is_not_held(border: Border) -> None:
    """C7, C9: holds is false after accepting, and after the link was closed."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    (_, first, _), (_, second, _) = border.receive_all(subscription, 2)
    subscription.settle([first], ACCEPT)
    assert not subscription.holds(first)
    assert subscription.holds(second)
    link.close()
    assert not subscription.holds(second)


def test_settle_of_a_stale_receipt_does_nothing(border: Border) -> None:
    """C7: accepting a receipt of a closed link leaves the message alone, which another link received."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["mine now"])
    stale_subscription = border.subscribe(link, queue)
    _, stale, _ = border.receive(stale_subscription)
    link.close()
    other = border.session()
    subscription = border.subscribe(other, queue)
    _, receipt, _ = border.receive(subscription)
    stale_subscription.settle([stale], ACCEPT)
    stale_subscription.settle([stale], 5)
    assert subscription.holds(receipt)
    other.close()
    assert border.remaining(queue) == ["mine now"]


def test_a_message_of_two_subscriptions_has_two_receipts(border: Border) -> None:
    """C8: a message that two subscriptions of a session received is settled for each of them separately."""
    topic, link = border.topic(), border.session()
    one, two = border.subscribe(link, topic), border.subscribe(link, topic)
    border.send(link, topic, ["both"])
    (_, first, _), (_, second, _) = border.receive(one), border.receive(two)
    one.settle([first], ACCEPT)
    assert not one.holds(first)
    assert two.holds(second)
    two.settle([second], 1)
    envelope, receipt, attempts = border.receive(two)
    assert (envelope.body, attempts > 0) == ("both", True)
    assert border.nothing_comes(one)
    two.settle([receipt], ACCEPT)


def test_settle_leaves_all_but_what_it_names(border: Border) -> None:
    """C13: of ten deliveries, only the settled ones are gone, although settled out of order; others are redelivered."""
    queue = border.queue()
    link = border.individual_session()
    border.send(link, queue, [str(number) for number in range(10)])
    first, second = border.subscribe(link, queue), border.subscribe(link, queue)
    taken: dict[int, tuple[Subscription, Receipt]] = {}
    while len(taken) < 10:
        for subscription in (first, second):
            if (delivery := subscription.take(border.silence)) is not None:
                taken[int(delivery[0].body)] = (subscription, delivery[1])
    for number in (7, 2, 5):
        subscription, receipt = taken.pop(number)
        subscription.settle([receipt], ACCEPT)
    assert all(subscription.holds(receipt) for subscription, receipt in taken.values())
    link.close()
    assert sorted(border.remaining(queue)) == [str(number) for number in (0, 1, 3, 4, 6, 8, 9)]
