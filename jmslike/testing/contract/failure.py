"""C10, C11, C12: losing the link, and errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from jmslike.capabilities import Feature, Level
from jmslike.constants import SessionMode
from jmslike.destinations import Queue, TemporaryQueue
from jmslike.errors import (
    ConnectionLostError,
    InvalidClientIDError,
    InvalidDestinationError,
    JMSError,
    UnsupportedFeatureError,
)
from jmslike.spi import ACCEPT, Deleting
from jmslike.testing.contract.border import Border, Completions, message


def _cut(border: Border) -> None:
    if not border.can_cut:
        pytest.skip("the harness cannot cut links")
    border.cut()


def test_a_loss_wakes_every_blocked_take(border: Border) -> None:
    """C10: takes that block in two sessions both raise ConnectionLostError."""
    subscriptions = [border.subscribe(border.session(), border.queue()) for _ in range(2)]
    takes = [border.in_thread(partial(subscription.take, None)) for subscription in subscriptions]
    assert all(border.waits(taking) for taking in takes)
    _cut(border)
    for taking in takes:
        with pytest.raises(ConnectionLostError):
            taking.result(border.patience)


def test_a_loss_ends_every_use(border: Border) -> None:
    """C10: after a loss, take, send, settle and commit raise ConnectionLostError, each time; close does not."""
    queue, link = border.queue(), border.session(SessionMode.SESSION_TRANSACTED)
    sender, subscription = link.sender(queue), border.subscribe(link, queue)
    border.send(border.session(), queue, ["held"])
    _, receipt, _ = border.receive(subscription)
    taking = border.in_thread(lambda: subscription.take(None))
    _cut(border)
    with pytest.raises(ConnectionLostError):
        taking.result(border.patience)
    for _ in range(2):
        for timeout in (0, 1, None):
            with pytest.raises(ConnectionLostError):
                subscription.take(timeout)
        with pytest.raises(ConnectionLostError):
            sender.send(message(queue))
        with pytest.raises(ConnectionLostError):
            subscription.settle([receipt], ACCEPT)
        if border.declares(Feature.TRANSACTION):
            with pytest.raises(ConnectionLostError):
                link.commit([(sender, message(queue))], [])
        assert not subscription.holds(receipt)
    subscription.close()
    link.close()
    border.transport.close()


def test_a_loss_is_reported_once(border: Border) -> None:
    """C10: Events.lost is called once, although several calls find the link gone, and close follows."""
    reported = threading.Event()
    border.events.at_loss = reported.set
    subscription = border.subscribe(border.session(), border.queue())
    _cut(border)
    for _ in range(3):
        with pytest.raises(ConnectionLostError):
            subscription.take(None)
    assert reported.wait(border.patience)
    border.transport.close()
    assert [type(error) for error in border.events.losses] == [ConnectionLostError]


def test_a_loss_is_reported_without_a_lock(border: Border) -> None:
    """C12: within Events.lost, the API answers in that thread and in another."""
    seen, queue = Completions(), border.queue()
    link = border.session()
    subscription, sender = border.subscribe(link, queue), link.sender(queue)

    def use() -> None:
        subscription.interrupt()
        subscription.ready(None)
        with pytest.raises(ConnectionLostError):
            sender.send(message(queue))

    def report() -> None:
        seen.record(1, lambda: border.elsewhere(use))
        seen.record(2, use)

    border.events.at_loss = report
    _cut(border)
    assert seen.wait_for(2, 3 * border.patience)
    assert seen.calls == [(1, None), (2, None)]


def test_a_loss_completes_every_open_send(border: Border) -> None:
    """C5, C10: a loss calls every open completion once, in order, those of unconfirmed sends with an error."""
    queue, link, completions = border.queue(), border.session(), Completions()
    sender = link.sender(queue)
    for number in range(100):
        sender.send(message(queue, str(number)), completions.of(number))
    _cut(border)
    assert completions.wait_for(100, border.patience)
    assert [number for number, _ in completions.calls] == list(range(100))
    assert all(error is None or isinstance(error, JMSError) for _, error in completions.calls)


def test_use_of_what_is_closed_raises_only_library_errors(border: Border) -> None:
    """C11: whatever is called on closed objects raises JMSError, or nothing at all."""
    transport, _ = border.connect()
    link = border.session(SessionMode.SESSION_TRANSACTED, transport)
    queue = border.queue()
    sender, subscription = link.sender(queue), border.subscribe(link, queue)
    transport.close()
    calls: list[Callable[[], object]] = [
        lambda: sender.send(message(queue)),
        lambda: link.sender(queue),
        lambda: border.subscribe(link, queue),
        lambda: link.commit([(sender, message(queue))], []),
        lambda: border.session(transport=transport),
        lambda: transport.create_temporary(TemporaryQueue),
    ]
    for call in calls:
        with suppress(JMSError):
            call()
    subscription.settle([object()], ACCEPT)
    assert not subscription.holds(object())
    assert subscription.take(0) is None
    subscription.ready(lambda: True)


def test_a_client_id_in_use_is_refused(border: Border) -> None:
    """C11: the second open connection that claims a client id gets InvalidClientIDError; after close it is free."""
    if not border.declares(Feature.CLIENT_ID, Level.NATIVE, Level.EMULATED):
        pytest.skip("no exclusive client ids")
    client = border.name("client")
    first, _ = border.connect()
    second, _ = border.connect()
    first.identify(client)
    with pytest.raises(InvalidClientIDError):
        second.identify(client)
    first.close()
    third, _ = border.connect()
    third.identify(client)


def test_an_unknown_durable_subscription_is_refused(border: Border) -> None:
    """C11: unsubscribing an unknown name raises InvalidDestinationError."""
    if not border.declares(Feature.DURABLE_SUBSCRIPTION, Level.NATIVE, Level.EMULATED):
        pytest.skip("no durable subscriptions whose names are all known")
    border.transport.identify(border.name("client"))
    with pytest.raises(InvalidDestinationError):
        border.transport.unsubscribe(border.name("unknown"))


def test_an_exclusive_durable_subscription_in_use_is_refused(border: Border) -> None:
    """C11: a second consumer of an unshared durable subscription, or its deletion while in use, is refused."""
    if not border.declares(Feature.DURABLE_SUBSCRIPTION):
        pytest.skip("no durable subscriptions")
    border.transport.identify(border.name("client"))
    topic, name = border.topic(), border.name("durable")
    subscription = border.subscribe(border.session(), topic, name=name, durable=True)
    with pytest.raises(JMSError):
        border.subscribe(border.session(), topic, name=name, durable=True)
    with pytest.raises(JMSError):
        border.transport.unsubscribe(name)
    subscription.close()
    border.transport.unsubscribe(name)


def test_a_temporary_queue_in_use_is_not_deleted(border: Border) -> None:
    """C11: deleting a temporary queue with a consumer raises JMSError and leaves it working."""
    if not border.declares(Feature.TEMPORARY):
        pytest.skip("no temporary queues")
    queue = TemporaryQueue(border.transport.create_temporary(TemporaryQueue))
    link = border.session()
    subscription = border.subscribe(link, queue)
    with pytest.raises(JMSError):
        border.transport.delete_temporary(queue)
    border.send(link, queue, ["works"])
    assert border.receive(subscription)[0].body == "works"
    subscription.close()


def test_a_deleted_queue_is_empty_when_it_is_made_again(border: Border) -> None:
    """C11: deleting a queue with a consumer raises JMSError; without one it takes the messages along, and can be made
    again.
    """
    transport, _ = border.connect()
    if not isinstance(transport, Deleting):
        pytest.skip("only the provider's own tools delete queues")
    queue, link = Queue(border.name("deleted.queue")), border.session(transport=transport)
    subscription = border.subscribe(link, queue)
    with pytest.raises(JMSError):
        transport.delete(queue)
    border.send(link, queue, ["held", "waits"])
    assert border.receive(subscription)[0].body == "held"
    link.close()
    try:
        transport.delete(queue)
    except UnsupportedFeatureError as reason:
        pytest.skip(str(reason))
    transport.delete(queue)
    assert border.remaining(queue) == []
    border.send(border.session(transport=transport), queue, ["new"])
    assert border.remaining(queue) == ["new"]


def test_a_deleted_topic_can_be_used_again(border: Border) -> None:
    """C1: what is sent to a topic after it was deleted reaches those who subscribe to it now."""
    transport, _ = border.connect()
    if not isinstance(transport, Deleting):
        pytest.skip("only the provider's own tools delete topics")
    topic, link = border.topic(), border.session(transport=transport)
    border.subscribe(link, topic).close()
    border.send(link, topic, ["old"])
    try:
        transport.delete(topic)
    except UnsupportedFeatureError as reason:
        pytest.skip(str(reason))
    transport.delete(topic)
    subscription = border.subscribe(link, topic)
    border.send(border.session(transport=transport), topic, ["new"])
    assert border.receive(subscription)[0].body == "new"
