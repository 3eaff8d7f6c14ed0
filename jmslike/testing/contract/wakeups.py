"""C2, C12: waiting, waking and calling back."""

from __future__ import annotations

from functools import partial

import pytest

from jmslike.capabilities import Feature
from jmslike.constants import SessionMode
from jmslike.errors import JMSError
from jmslike.spi import ACCEPT, Subscription
from jmslike.testing.contract.border import Border, Completions, Signals, message


def test_take_gives_up_when_the_time_is_up(border: Border) -> None:
    """C2, C10: take on an empty queue returns None when the time is up, at once for 0, and works again after that."""
    queue, link = border.queue(), border.session()
    subscription = border.subscribe(link, queue)
    assert subscription.take(0) is None
    assert subscription.take(border.silence) is None
    border.send(link, queue, ["late"])
    assert border.receive(subscription)[0].body == "late"


def test_an_interrupt_ends_a_take_and_nothing_else(border: Border) -> None:
    """C2: interrupt ends a take without time limit; the next take waits and receives as usual."""
    queue, link = border.queue(), border.session()
    subscription = border.subscribe(link, queue)
    taking = border.in_thread(lambda: subscription.take(None))
    assert border.waits(taking)
    subscription.interrupt()
    assert taking.result(border.patience) is None
    taking = border.in_thread(lambda: subscription.take(None))
    assert border.waits(taking)
    border.send(border.session(), queue, ["after"])
    delivery = taking.result(border.patience)
    assert delivery is not None
    assert delivery[0].body == "after"


def test_an_interrupt_between_takes_ends_the_next(border: Border) -> None:
    """C2: an interrupt while no thread takes ends the next take, and only that."""
    queue = border.queue()
    subscription = border.subscribe(border.session(), queue)
    subscription.interrupt()
    assert border.elsewhere(lambda: subscription.take(None)) is None
    taking = border.in_thread(lambda: subscription.take(None))
    assert border.waits(taking)
    subscription.interrupt()
    assert taking.result(border.patience) is None


def test_an_interrupted_take_loses_nothing(border: Border) -> None:
    """C2: a message that comes while a take is interrupted is either taken by it or found afterwards, twenty times."""
    queue, link = border.queue(), border.session()
    subscription, sender = border.subscribe(border.session(), queue), link.sender(queue)
    for turn in range(20):
        taking = border.in_thread(lambda: subscription.take(None))
        stopping = border.in_thread(subscription.interrupt)
        sender.send(message(queue, str(turn)))
        stopping.result(border.patience)
        envelope, receipt, _ = taking.result(border.patience) or border.receive(subscription)
        assert envelope.body == str(turn)
        subscription.settle([receipt], ACCEPT)
        assert subscription.take(0) is None  # the interrupt came after the hand-over, or the time was up


def test_four_takers_share_a_queue(border: Border) -> None:
    """C2: four threads that take from one queue without time limit get each of 200 messages once."""
    queue, found = border.queue(), Completions()
    subscriptions = [border.subscribe(border.session(), queue, window=1) for _ in range(4)]

    def work(subscription: Subscription) -> None:
        while (delivery := subscription.take(None)) is not None:
            subscription.settle([delivery[1]], ACCEPT)
            found.of(int(delivery[0].body))(None)

    takers = [border.in_thread(partial(work, subscription)) for subscription in subscriptions]
    border.send(border.session(), queue, [str(number) for number in range(200)])
    assert found.wait_for(200, border.patience)
    for subscription, taker in zip(subscriptions, takers, strict=True):
        subscription.close()
        taker.result(border.patience)
    assert sorted(number for number, _ in found.calls) == list(range(200))


def test_a_listener_armed_late_is_called_before_ready_returns(border: Border) -> None:
    """C2: arming while a message may be taken calls at once; at the latest when the provider pushed it."""
    queue, link = border.queue(), border.session()
    border.send(link, queue, ["early"])
    subscription, signals = border.subscribe(link, queue), Signals()
    subscription.ready(signals)
    assert signals.came(border.patience)
    assert border.receive(subscription)[0].body == "early"


def test_a_listener_stays_armed(border: Border) -> None:
    """C2: a listener that took everything is called again for the next message."""
    queue, link = border.queue(), border.session()
    subscription, signals = border.subscribe(link, queue), Signals()
    subscription.ready(signals)
    sender = link.sender(queue)
    for turn in range(5):
        sender.send(message(queue, str(turn)))
        assert signals.came(border.patience)
        envelope, receipt, _ = border.receive(subscription)
        assert envelope.body == str(turn)
        subscription.settle([receipt], ACCEPT)
        assert subscription.take(0) is None


def check_that_arming_spoils_no_settlement(border: Border, subscription: Subscription, signals: Signals) -> None:
    first, receipt, _ = border.receive(subscription)
    subscription.ready(signals)
    signals.came(border.silence)  # time passes
    subscription.settle([receipt], ACCEPT)
    second, _, attempts = border.receive(subscription)
    assert (first.body, second.body, attempts) == ("first", "second", 0)


def test_a_listener_that_is_armed_again_settles_what_it_has(border: Border) -> None:
    """C2: arming a busy listener again, as passing on a call does, spoils no settlement of what it took."""
    queue, link = border.queue(), border.session()
    subscription, signals = border.subscribe(link, queue), Signals()
    subscription.ready(signals)
    border.send(border.session(), queue, ["first", "second"])
    assert signals.came(border.patience)
    check_that_arming_spoils_no_settlement(border, subscription, signals)


def test_a_listener_that_is_armed_after_a_take_settles_what_was_taken(border: Border) -> None:
    """C2: arming spoils no settlement of what an earlier take has received."""
    queue, link = border.queue(), border.session()
    subscription, signals = border.subscribe(link, queue), Signals()
    border.send(border.session(), queue, ["first", "second"])
    check_that_arming_spoils_no_settlement(border, subscription, signals)


def test_a_listener_that_is_armed_during_a_take_settles_what_was_taken(border: Border) -> None:
    """C2: arming spoils neither the order nor a settlement of what a take in progress receives, twenty times."""
    queue, link = border.queue(), border.session()
    subscription, sender = border.subscribe(border.session(), queue), link.sender(queue)
    for turn in range(20):
        taking = border.in_thread(lambda: subscription.take(border.patience))
        arming = border.in_thread(lambda: subscription.ready(Signals(answer=False)))
        for number in range(2):
            sender.send(message(queue, f"{turn} {number}"), None)
        arming.result(border.patience)
        for number in range(2):
            delivery = taking.result(border.patience) if number == 0 else None
            envelope, receipt, attempts = delivery or border.receive(subscription)
            assert (envelope.body, attempts) == (f"{turn} {number}", 0)
            subscription.settle([receipt], ACCEPT)
        subscription.ready(None)


def test_a_disarmed_listener_is_not_called(border: Border) -> None:
    """C2: after ready(None) the callback is not called; the message waits for take."""
    queue, link = border.queue(), border.session()
    subscription, signals = border.subscribe(link, queue), Signals()
    subscription.ready(signals)
    subscription.ready(None)
    border.send(link, queue, ["quiet"])
    assert not signals.came(border.silence)
    assert border.receive(subscription)[0].body == "quiet"


def test_a_disarmed_listener_passes_the_call_on(border: Border) -> None:
    """C2: a listener that was called and is disarmed without taking passes the call to another."""
    queue = border.queue()
    first, second = (border.subscribe(border.session(), queue, window=1) for _ in range(2))
    called, other = Signals(), Signals()
    first.ready(called)
    border.send(border.session(), queue, ["passed on"])
    assert called.came(border.patience)
    second.ready(other)
    first.ready(None)
    first.close()  # releases what a broker may have pushed to it
    assert other.came(border.patience)
    assert border.receive(second)[0].body == "passed on"


def test_a_closed_listener_passes_the_call_on(border: Border) -> None:
    """C2, C9: a listener that was called and closes without taking passes the call to a take that blocks."""
    queue = border.queue()
    first, second = (border.subscribe(border.session(), queue, window=1) for _ in range(2))
    called = Signals()
    first.ready(called)
    border.send(border.session(), queue, ["passed on"])
    assert called.came(border.patience)
    first.close()
    assert border.receive(second)[0].body == "passed on"


def test_a_busy_listener_passes_the_call_to_another(border: Border) -> None:
    """C2: when one armed listener is busy (False), an idle one that may take the messages gets them."""
    border.require_competition()
    queue = border.queue()
    busy, idle = (border.subscribe(border.session(), queue, window=1) for _ in range(2))
    refused, accepted = Signals(answer=False), Signals()
    busy.ready(refused)
    idle.ready(accepted)
    border.send(border.session(), queue, ["one", "two"])  # a broker may push one of them to the busy one
    assert accepted.came(border.patience)
    assert border.receive(idle)[0].body in ("one", "two")


def test_a_busy_listener_passes_the_call_to_a_blocked_take(border: Border) -> None:
    """C2: when the armed listener is busy (False), a take that blocks elsewhere gets a message."""
    border.require_competition()
    queue = border.queue()
    busy, idle = (border.subscribe(border.session(), queue, window=1) for _ in range(2))
    busy.ready(Signals(answer=False))
    taking = border.in_thread(lambda: idle.take(border.patience))
    assert border.waits(taking)
    border.send(border.session(), queue, ["one", "two"])
    delivery = taking.result(border.patience)
    assert delivery is not None
    assert delivery[0].body in ("one", "two")


def test_a_refused_message_is_found_by_take(border: Border) -> None:
    """C2: a listener that answered False finds the message itself when it looks again."""
    queue, link = border.queue(), border.session()
    subscription, refused = border.subscribe(link, queue), Signals(answer=False)
    subscription.ready(refused)
    border.send(link, queue, ["found"])
    assert refused.came(border.patience)
    assert border.receive(subscription)[0].body == "found"


def test_released_messages_call_a_listener(border: Border) -> None:
    """C2: a message that is released calls an armed listener that may take it."""
    queue = border.queue()
    border.send(border.session(), queue, ["again"])
    first = border.subscribe(border.session(), queue, window=1)
    _, receipt, _ = border.receive(first)
    second, signals = border.subscribe(border.session(), queue), Signals()
    second.ready(signals)
    assert not signals.came(border.silence)
    first.settle([receipt], 1)
    first.close()
    assert signals.came(border.patience)
    envelope, _, attempts = border.receive(second)
    assert envelope.body == "again"
    assert attempts > 0 or not border.counts_survive


def test_a_listener_is_called_only_for_what_its_selector_matches(border: Border) -> None:
    """C2: of two listeners with selectors, the one that may take the message is called."""
    if not border.declares(Feature.QUEUE_SELECTOR):
        pytest.skip("no selectors on queues")
    queue, link = border.queue(), border.session()
    red = border.subscribe(border.session(), queue, selector="colour = 'red'")
    blue = border.subscribe(border.session(), queue, selector="colour = 'blue'")
    reds, blues = Signals(), Signals()
    red.ready(reds)
    blue.ready(blues)
    sender = link.sender(queue)
    for turn in range(5):
        sender.send(message(queue, str(turn), properties={"colour": "blue"}))
        assert blues.came(border.patience)
        envelope, receipt, _ = border.receive(blue)
        assert envelope.body == str(turn)
        blue.settle([receipt], ACCEPT)
        assert blue.take(0) is None
    assert not reds.came(border.silence)
    assert red.take(0) is None


def test_a_settled_hand_over_has_no_receipt_or_a_good_one(border: Border) -> None:
    """C2, C5: with `settle`, a delivery without receipt is settled already; one with a receipt is not."""
    queue, link = border.queue(), border.session(SessionMode.AUTO_ACKNOWLEDGE)
    border.send(link, queue, ["settled"])
    subscription = border.subscribe(link, queue)
    delivery = subscription.take(border.patience, True)
    assert delivery is not None
    envelope, receipt, attempts = delivery
    assert (envelope.body, attempts) == ("settled", 0)
    if receipt is not None:
        subscription.settle([receipt], ACCEPT)
    link.close()
    assert border.remaining(queue) == []


def test_a_call_comes_from_a_thread_that_holds_no_lock(border: Border) -> None:
    """C12: in a ready callback, calls that wait for no answer of the provider work in that thread and in another."""
    queue, other, link = border.queue(), border.queue(), border.session()
    subscription, beside = border.subscribe(link, queue), border.subscribe(border.session(), queue, window=1)
    sender, aside, seen = link.sender(queue), link.sender(other), Completions()
    aside.send(message(other, "first"))  # may have to ask whether the queue exists

    def use() -> None:
        aside.send(message(other, "aside"), lambda error: None)
        subscription.holds(object())
        subscription.interrupt()
        beside.ready(lambda: False)
        beside.ready(None)

    def callback() -> bool:
        subscription.ready(None)
        seen.record(1, lambda: border.elsewhere(use))
        seen.record(2, use)
        return True

    subscription.ready(callback)
    sender.send(message(queue, "call"))
    sender.send(message(queue, "call"))  # a broker may push one to the subscription beside
    assert seen.wait_for(2, 3 * border.patience)
    assert seen.calls[:2] == [(1, None), (2, None)]
    subscription.take(0)  # the interrupt of the callback may end it
    beside.close()
    assert border.receive(subscription)[0].body == "call"


def test_a_completion_comes_from_a_thread_that_holds_no_lock(border: Border) -> None:
    """C12: in a completion, calls that wait for no answer of the provider work in that thread and in another."""
    queue, link = border.queue(), border.session()
    sender, seen = link.sender(queue), Completions()
    subscription = border.subscribe(border.session(), queue)

    def use() -> None:
        sender.send(message(queue, "aside"), lambda error: None)
        subscription.interrupt()
        subscription.ready(lambda: False)
        subscription.ready(None)

    def complete(error: JMSError | None) -> None:
        seen.record(1, lambda: border.elsewhere(use))
        seen.record(2, use)
        seen.of(3)(error)

    sender.send(message(queue, "first"), complete)
    assert seen.wait_for(3, 3 * border.patience)
    assert seen.calls == [(1, None), (2, None), (3, None)]
