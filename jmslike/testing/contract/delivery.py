"""C1, C3, C4, C5: subscribing, windows, order and sending."""

from __future__ import annotations

import time
from functools import partial
from typing import cast

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.constants import SessionMode
from jmslike.errors import JMSError
from jmslike.spi import ACCEPT, Postponing, Returning
from jmslike.testing.contract.border import Border, Completions, message


def test_a_subscription_is_live_when_subscribe_returns(border: Border) -> None:
    """C1: what is sent to a queue as soon as subscribe returned is received, also from another connection."""
    queue = border.queue()
    subscription = border.subscribe(border.session(), queue)
    other, _ = border.connect()
    border.send(border.session(transport=other), queue, ["first"])
    assert border.receive(subscription)[0].body == "first"


def test_a_topic_subscription_is_live_when_subscribe_returns(border: Border) -> None:
    """C1: a topic's message sent as soon as subscribe returned is received; each of ten fresh subscriptions."""
    link, other = border.session(), border.session(transport=border.connect()[0])
    for turn in range(10):
        topic = border.topic()
        subscription = border.subscribe(link, topic)
        border.send(other, topic, [str(turn)])
        assert border.receive(subscription)[0].body == str(turn)


def test_a_durable_subscription_is_live_and_keeps_what_is_sent_without_consumer(border: Border) -> None:
    """C1, C9: a durable subscription keeps what is sent while its consumer is closed."""
    if not border.declares(Feature.DURABLE_SUBSCRIPTION):
        pytest.skip("no durable subscriptions")
    border.transport.identify(border.name("client"))
    topic, name, link = border.topic(), border.name("durable"), border.session()
    border.subscribe(link, topic, name=name, durable=True).close()
    border.send(link, topic, ["kept"])
    subscription = border.subscribe(link, topic, name=name, durable=True)
    envelope, receipt, _ = border.receive(subscription)
    assert envelope.body == "kept"
    subscription.settle([receipt], ACCEPT)
    subscription.close()
    border.transport.unsubscribe(name)


def test_a_shared_subscription_gives_each_message_to_one_of_its_consumers(border: Border) -> None:
    """C1, C2: the consumers of a shared subscription, live when subscribe returned, get each message once."""
    if not border.declares(Feature.SHARED_SUBSCRIPTION):
        pytest.skip("no shared subscriptions")
    topic, name = border.topic(), border.name("shared")
    links = [border.session(), border.session()]
    consumers = [border.subscribe(link, topic, name=name, shared=True, window=1) for link in links]
    border.send(links[0], topic, [str(number) for number in range(20)])
    found: list[str] = []
    while len(found) < 20:
        for consumer in consumers:
            if (delivery := consumer.take(border.silence)) is not None:
                consumer.settle([delivery[1]], ACCEPT)
                found.append(delivery[0].body)
    assert sorted(found, key=int) == [str(number) for number in range(20)]
    assert all(border.nothing_comes(consumer) for consumer in consumers)


def test_a_transaction_may_hold_far_more_than_the_window(border: Border) -> None:
    """C3, C6: with a window of 10, a transaction receives 1,000 messages; after its commit nothing is left."""
    if not border.declares(Feature.TRANSACTION):
        pytest.skip("no transactions")
    queue = border.queue()
    border.send(border.session(), queue, [str(number) for number in range(1000)])
    link = border.session(SessionMode.SESSION_TRANSACTED)
    subscription = border.subscribe(link, queue, window=10)
    deliveries = border.receive_all(subscription, 1000)
    assert sorted(int(envelope.body) for envelope, _, _ in deliveries) == list(range(1000))
    link.commit([], [(subscription, [receipt for _, receipt, _ in deliveries], ACCEPT)])
    link.close()
    assert border.remaining(queue) == []


def test_the_only_consumer_of_a_shared_subscription_may_hold_more_than_the_window(border: Border) -> None:
    """C3: the subscription, which ends with its last consumer, is still the same."""
    if not border.declares(Feature.SHARED_SUBSCRIPTION):
        pytest.skip("no shared subscriptions")
    topic, link, numbers = border.topic(), border.session(), [str(number) for number in range(35)]
    subscription = border.subscribe(link, topic, name=border.name("shared"), shared=True, window=10)
    border.send(border.session(), topic, numbers)
    deliveries = border.receive_all(subscription, 35)
    assert [envelope.body for envelope, _, _ in deliveries] == numbers
    assert all(subscription.holds(receipt) for _, receipt, _ in deliveries)


def test_a_session_may_hold_more_than_the_window_whatever_the_messages_are(border: Border) -> None:
    """C3: with a window of 10, all of 20 messages come whose encoded form is longer than their text."""
    queue, link = border.queue(), border.session()
    sender = link.sender(queue)
    for number in range(20):
        sender.send(message(queue, str(number), properties={"note": "\u5b57\n:" * 200}))
    deliveries = border.receive_all(border.subscribe(link, queue, window=10), 20)
    assert sorted(int(envelope.body) for envelope, _, _ in deliveries) == list(range(20))


def test_a_waiting_consumer_gets_what_a_busy_one_has_no_window_for(border: Border) -> None:
    """C3: a subscription whose `take` is not called keeps at most its window of 10 from the others."""
    border.require_competition()
    queue = border.queue()
    border.subscribe(border.session(), queue, window=10)
    link = border.session()
    active = border.subscribe(link, queue, window=10)
    border.send(link, queue, [str(number) for number in range(40)])
    for envelope, receipt, _ in border.receive_all(active, 30):
        assert envelope.body.isdigit()
        active.settle([receipt], ACCEPT)


def test_order_holds_across_both_ways_of_sending(border: Border) -> None:
    """C4: one producer's messages arrive in the order of sending, whether sent with a completion or without."""
    if not border.declares(Feature.ORDER):
        pytest.skip("no order")
    queue, link = border.queue(), border.session()
    sender, completions = link.sender(queue), Completions()
    for number in range(200):
        sender.send(message(queue, str(number)), completions.of(number) if number % 3 else None)
    subscription = border.subscribe(link, queue)
    bodies = [envelope.body for envelope, _, _ in border.receive_all(subscription, 200)]
    assert bodies == [str(number) for number in range(200)]


def test_order_holds_for_each_of_several_producers(border: Border) -> None:
    """C4: the messages of each of three producers, sending at the same time, arrive in that producer's order."""
    if not border.declares(Feature.ORDER):
        pytest.skip("no order")
    queue = border.queue()
    subscription = border.subscribe(border.session(), queue)
    work = [
        border.in_thread(partial(border.send, border.session(), queue, [f"{who}{number}" for number in range(100)]))
        for who in "abc"
    ]
    bodies = [envelope.body for envelope, _, _ in border.receive_all(subscription, 300)]
    for done in work:
        done.result(border.patience)
    for who in "abc":
        assert [body for body in bodies if body[0] == who] == [f"{who}{n}" for n in range(100)]


@pytest.mark.parametrize("mode", [SessionMode.AUTO_ACKNOWLEDGE, SessionMode.CLIENT_ACKNOWLEDGE])
@pytest.mark.parametrize("window", [1, 10])
def test_order_holds_when_take_does_not_wait(border: Border, mode: SessionMode, window: int) -> None:
    """C4: `take(0)` hands out no message before an earlier one that the provider is about to push."""
    if not border.declares(Feature.ORDER):
        pytest.skip("no order")
    queue, link, automatic = border.queue(), border.session(mode), mode is SessionMode.AUTO_ACKNOWLEDGE
    border.send(border.session(), queue, [str(number) for number in range(200)])
    subscription = border.subscribe(link, queue, window=window)
    bodies = []
    for _ in range(200):
        envelope, receipt, _ = subscription.take(0, automatic) or border.receive(subscription)
        bodies.append(envelope.body)
        if receipt is not None:
            subscription.settle([receipt], ACCEPT)
    assert bodies == [str(number) for number in range(200)]


def test_send_returns_after_the_provider_took_the_message(border: Border) -> None:
    """C5: once send returned, the message is in the queue, even if the link is closed at once."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["taken"])
    link.close()
    assert border.remaining(queue) == ["taken"]


def test_completions_come_exactly_once_and_in_order(border: Border) -> None:
    """C5: each of 300 completions is called once, without error, in the order of sending."""
    queue, link, completions = border.queue(), border.session(), Completions()
    sender = link.sender(queue)
    for number in range(300):
        sender.send(message(queue, str(number)), completions.of(number))
    assert completions.wait_for(300, border.patience)
    link.close()
    assert completions.calls == [(number, None) for number in range(300)]


def test_close_completes_every_open_send(border: Border) -> None:
    """C5, C9: when close returned, every completion was called once, in order; those without error were sent."""
    queue, link, completions = border.queue(), border.session(), Completions()
    sender = link.sender(queue)
    for number in range(100):
        sender.send(message(queue, str(number)), completions.of(number))
    link.close()
    assert completions.wait_for(100, border.patience)
    assert [number for number, _ in completions.calls] == list(range(100))
    arrived = set(border.remaining(queue))
    assert {str(number) for number, error in completions.calls if error is None} <= arrived
    assert all(error is None or isinstance(error, JMSError) for _, error in completions.calls)


@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.INDIVIDUAL_ACKNOWLEDGE])
def test_settle_is_applied_when_it_returns(border: Border, mode: SessionMode) -> None:
    """C5: in CLIENT and INDIVIDUAL mode, what settle accepted is never redelivered, even if the link closes at once."""
    queue = border.queue()
    link = border.individual_session() if mode is SessionMode.INDIVIDUAL_ACKNOWLEDGE else border.session(mode)
    border.send(link, queue, ["1", "2", "3"])
    subscription = border.subscribe(link, queue)
    for _, receipt, _ in border.receive_all(subscription, 3):
        subscription.settle([receipt], ACCEPT)
    link.close()
    assert border.remaining(queue) == []


def test_what_is_postponed_lets_others_pass_until_its_time(border: Border) -> None:
    """C4, C7: a postponed delivery is stale; others go on, and it comes not before its time, with its attempts."""
    if not border.declares(Feature.REDELIVERY_DELAY, Level.NATIVE):
        pytest.skip("the provider keeps no redeliveries until they are due")
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["bad", "good", "better"])
    subscription = border.subscribe(link, queue)
    _, bad, _ = border.receive(subscription)
    began = time.monotonic()
    attempts = 1 if isinstance(subscription, Returning) else 3
    cast("Postponing", subscription).postpone([bad], attempts, 0.2)
    assert not subscription.holds(bad)
    subscription.settle([bad], ACCEPT)
    others = border.receive_all(subscription, 2)
    assert [envelope.body for envelope, _, _ in others] == ["good", "better"]
    envelope, receipt, counted = border.receive(subscription)
    assert (envelope.body, counted) == ("bad", attempts)
    assert time.monotonic() - began >= 0.2
    subscription.settle([receipt, *(receipt for _, receipt, _ in others)], ACCEPT)
    link.close()
    assert border.remaining(queue) == []


def test_what_a_closed_subscription_postpones_goes_to_another(border: Border) -> None:
    """C4, C9: receipts may be postponed after the close of their subscription; another link gets the message."""
    if not border.declares(Feature.REDELIVERY_DELAY, Level.NATIVE):
        pytest.skip("the provider keeps no redeliveries until they are due")
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["bad"])
    subscription = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)
    subscription.close()
    cast("Postponing", subscription).postpone([receipt], 1, 0.05)
    other = border.subscribe(border.session(), queue)
    envelope, _, attempts = border.receive(other)
    assert (envelope.body, attempts) == ("bad", 1)
