"""C9: closing."""

from __future__ import annotations

import threading

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.constants import SessionMode
from jmslike.errors import ConnectionLostError, JMSError
from jmslike.spi import ACCEPT, Flushing, Returning
from jmslike.testing.contract.border import Border, Recorder, message


@pytest.mark.parametrize("closed", ["subscription", "link", "transport"])
def test_closing_wakes_a_blocked_take(border: Border, closed: str) -> None:
    """C9: closing the subscription, its link or its transport makes a take without time limit return None."""
    transport, _ = border.connect()
    link = border.session(transport=transport)
    subscription = border.subscribe(link, border.queue())
    taking = border.in_thread(lambda: subscription.take(None))
    assert border.waits(taking)
    close = {"subscription": subscription.close, "link": link.close, "transport": transport.close}[closed]
    close()
    assert taking.result(border.patience) is None


def test_take_on_what_is_closed_gives_none(border: Border) -> None:
    """C9, C10: take without time limit on a closed subscription returns None at once, whatever waits in the queue."""
    queue, link = border.queue(), border.session()
    subscription = border.subscribe(link, queue)
    subscription.close()
    border.send(link, queue, ["not for you"])
    assert border.elsewhere(lambda: subscription.take(None)) is None
    assert border.remaining(queue) == ["not for you"]


def test_every_close_may_be_called_twice(border: Border) -> None:
    """C9: a second close of a sender, subscription, link or transport does nothing, in any order."""
    transport, _ = border.connect()
    link = border.session(transport=transport)
    queue = border.queue()
    sender, subscription = link.sender(queue), border.subscribe(link, queue)
    for _ in range(2):
        sender.close()
        subscription.close()
        link.close()
        transport.close()
    link.close()
    subscription.close()
    subscription.interrupt()
    subscription.ready(None)


def test_close_from_several_threads_at_once(border: Border) -> None:
    """C9: close is safe from any thread: five at once, while another takes."""
    transport, _ = border.connect()
    link = border.session(transport=transport)
    subscription = border.subscribe(link, border.queue())
    taking = border.in_thread(lambda: subscription.take(None))
    closing = [border.in_thread(part.close) for part in (subscription, link, transport, link, subscription)]
    for done in closing:
        done.result(border.patience)
    assert taking.result(border.patience) is None


def test_a_closed_subscription_gives_back_what_was_not_taken(border: Border) -> None:
    """C9: what was pushed to a closed subscription and never taken is received by another, with no attempts."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, [str(number) for number in range(20)])
    closing = border.subscribe(link, queue, window=20)
    envelope, receipt, _ = border.receive(closing)
    closing.close()
    closing.settle([receipt], ACCEPT)
    found = border.drain(queue)
    assert sorted(int(other.body) for other, _, _ in found) == sorted(set(range(20)) - {int(envelope.body)})
    if border.counts_survive:
        assert {attempts for _, _, attempts in found} == {0}


def test_receipts_outlive_their_subscription(border: Border) -> None:
    """C9: what a closed subscription handed out is neither redelivered nor lost: it can still be settled."""
    queue, link = border.queue(), border.individual_session()
    border.send(link, queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    (_, first, _), (_, second, _) = border.receive_all(subscription, 2)
    subscription.close()
    assert border.remaining(queue) == []
    assert subscription.holds(first)
    assert subscription.holds(second)
    subscription.settle([first], ACCEPT)
    subscription.settle([second], 1)
    assert border.remaining(queue) == ["2"]


def test_settling_while_another_thread_closes(border: Border) -> None:
    """C9, C13: receipts settled while the subscription is being closed are settled, and only they; 20 times."""
    queue, link, settled = border.queue(), border.session(), set()
    border.send(link, queue, [str(number) for number in range(100)])
    for _ in range(20):
        subscription = border.subscribe(link, queue, window=10)
        deliveries = border.receive_all(subscription, 3)
        closing = border.in_thread(subscription.close)
        for envelope, receipt, _ in deliveries:
            subscription.settle([receipt], ACCEPT)
            settled.add(int(envelope.body))
        closing.result(border.patience)
    assert not border.events.losses
    assert sorted(map(int, border.remaining(queue))) == sorted(set(range(100)) - settled)
    assert len(settled) == 60


def test_receipts_that_outlive_their_subscription_can_be_committed(border: Border) -> None:
    """C6, C9: a transaction whose consumer was closed commits what that consumer received."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue = border.queue()
    border.send(border.session(), queue, ["1", "2"])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription = border.subscribe(link, queue)
    receipts = [receipt for _, receipt, _ in border.receive_all(subscription, 2)]
    subscription.close()
    link.commit([], [(subscription, receipts, ACCEPT)])
    link.close()
    assert border.remaining(queue) == []


def test_closing_a_link_releases_what_is_unsettled(border: Border) -> None:
    """C9: what a closed link left unsettled is redelivered to another, in order."""
    queue, link = border.queue(), border.individual_session()
    border.send(link, queue, ["1", "2", "3", "4"])
    subscription = border.subscribe(link, queue)
    receipts = [receipt for _, receipt, _ in border.receive_all(subscription, 3)]
    subscription.settle([receipts[1]], ACCEPT)
    link.close()
    found = border.remaining(queue)
    assert sorted(found) == ["1", "3", "4"]
    if border.declares(Feature.ORDER, Level.NATIVE, Level.EMULATED):
        assert found == ["1", "3", "4"]


def test_a_released_link_keeps_the_attempts(border: Border) -> None:
    """C9: an unsettled delivery is redelivered with its attempts; a released one with the attempts of its release.

    C15: those that a provider counts by itself are its own.
    """
    if not border.counts_survive:
        pytest.skip("no delivery counts")
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["counted"])
    subscription = border.subscribe(link, queue)
    _, receipt, attempts = border.receive(subscription)
    assert attempts == 0
    released = 1 if isinstance(subscription, Returning) else 3
    subscription.settle([receipt], released)
    _, _, attempts = border.receive(subscription)
    assert attempts == released
    link.close()
    ((_, _, attempts),) = border.drain(queue)
    assert attempts in (released, released + 1)


def test_a_flush_ends_when_the_provider_has_what_was_sent(border: Border) -> None:
    """C5: a transport that may be sending when `send` has returned is asked for all of it, without closing anything."""
    transport, _ = border.connect()
    if not isinstance(transport, Flushing):
        pytest.skip("what send has returned for is with the provider")
    queue, link = border.queue(), border.session(transport=transport)
    sender, outcomes = link.sender(queue), list[JMSError | None]()
    texts = [str(number) for number in range(100)]
    for text in texts:
        if len(text) == 1:
            sender.send(message(queue, text, delivery_mode=1))
        else:
            sender.send(message(queue, text), outcomes.append)
    flush = transport.flush()
    assert flush.wait(border.patience)
    assert (flush.unanswered(), outcomes) == ({}, [None] * 90)
    assert sorted(border.remaining(queue), key=int) == texts


def test_a_flush_after_a_loss_ends_at_once(border: Border) -> None:
    """C10: what was lost with the link was reported then."""
    if not border.can_cut:
        pytest.skip("links to this provider cannot be cut")
    lost = threading.Event()
    recorder = Recorder()
    recorder.at_loss = lost.set
    transport, _ = border.connect(recorder)
    if not isinstance(transport, Flushing):
        pytest.skip("what send has returned for is with the provider")
    link, queue = border.session(transport=transport), border.queue()
    border.send(link, queue, ["confirmed"])
    border.cut()
    assert lost.wait(border.patience)
    flush = transport.flush()
    assert not flush.wait(border.patience)
    assert flush.unanswered() == {}


def test_closing_a_transport_ends_its_use(border: Border) -> None:
    """C9, C11: after close, opening a session raises a JMSError."""
    transport, _ = border.connect()
    transport.close()
    with pytest.raises(JMSError):
        border.session(transport=transport)


def test_a_transport_that_was_not_opened_is_closed(border: Border) -> None:
    """C9: close before open does nothing, however often."""
    transport = border.unopened()
    transport.close()
    transport.close()


def test_a_transport_that_could_not_be_opened_is_closed(border: Border) -> None:
    """C9: close after an open that failed does nothing, and no thread of the attempt is left."""
    with border.refusing_url() as url:
        transport, before = border.unopened(url), set(threading.enumerate())
        with pytest.raises(ConnectionLostError):
            transport.open(Recorder())
    transport.close()
    transport.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(border.patience)
        assert not thread.is_alive()
