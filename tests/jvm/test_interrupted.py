"""What Java hands out while its caller is interrupted, as by Ctrl-C, is neither lost nor acknowledged."""

from __future__ import annotations

from typing import Any

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import TransactionRolledBackError
from jmslike.spi import ACCEPT
from jmslike.testing import Harness
from jmslike.testing.contract.border import Border, message
from jmslike_transports.jvm import acknowledging
from jmslike_transports.jvm.crossings import cross
from tests.brokers import Broker
from tests.harnesses import jvm_harness

pytestmark = pytest.mark.broker("artemis")

EVERY_MODE = [mode for mode in SessionMode if mode is not SessionMode.SESSION_TRANSACTED]


@pytest.fixture(scope="session")
def harness(artemis: Broker) -> Harness:
    return jvm_harness(artemis, "artemis")


@pytest.fixture
def border(harness: Harness) -> Any:
    border = Border(harness)
    yield border
    border.close()


def take_in_vain(border: Border, subscription: Any) -> None:
    """Take a message in Java whose record does not reach Python."""
    assert subscription._consumer.take(subscription._buffer.java, int(border.patience * 1000), subscription._taken) > 0


@pytest.mark.parametrize("mode", EVERY_MODE)
def test_a_message_that_did_not_arrive_comes_next(border: Border, mode: SessionMode) -> None:
    """C7, ACK-05: its attempts and the order are as if the call had not been made."""
    link, queue = border.session(mode), border.queue()
    border.send(border.session(), queue, ["1", "2", "3"])
    subscription = border.subscribe(link, queue)
    found = []
    for _ in range(3):
        take_in_vain(border, subscription)
        envelope, receipt, attempts = border.receive(subscription)
        found.append((envelope.body, attempts))
        subscription.settle([receipt], ACCEPT)
    link.close()
    assert found == [("1", 0), ("2", 0), ("3", 0)]
    assert border.remaining(queue) == []


@pytest.mark.parametrize("mode", EVERY_MODE)
def test_a_message_that_did_not_arrive_is_not_acknowledged(border: Border, mode: SessionMode) -> None:
    """C7, ACK-05: with what was received before it."""
    link, queue = border.session(mode), border.queue()
    border.send(border.session(), queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)
    take_in_vain(border, subscription)
    try:
        subscription.settle([receipt], ACCEPT)
    except TransactionRolledBackError:
        assert mode is SessionMode.CLIENT_ACKNOWLEDGE
    link.close()
    assert border.remaining(queue) in (["2"], ["1", "2"])


def test_a_commit_leaves_out_what_did_not_arrive(border: Border) -> None:
    """C6, TX-05: it rolls back, and all comes again."""
    link, queue, target = border.session(SessionMode.SESSION_TRANSACTED), border.queue(), border.queue()
    border.send(border.session(), queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)
    take_in_vain(border, subscription)
    with pytest.raises(TransactionRolledBackError):
        link.commit([(link.sender(target), message(target, "no"))], [(subscription, [receipt], ACCEPT)])
    again = border.receive_all(subscription, 2)
    assert [envelope.body for envelope, _, _ in again] == ["1", "2"]
    link.commit([], [(subscription, [receipt for _, receipt, _ in again], ACCEPT)])
    link.close()
    assert border.remaining(target) == []
    assert border.remaining(queue) == []


def test_a_subscription_that_did_not_arrive_keeps_no_message(border: Border, monkeypatch: pytest.MonkeyPatch) -> None:
    """C1, C3: Java had subscribed when the caller was interrupted."""
    link, queue = border.session(SessionMode.SESSION_TRANSACTED), border.queue()
    border.subscribe(link, border.queue())
    transport: Any = border.transport
    connection = transport.connection
    finish = connection.finish

    def interrupted(call: Any) -> Any:
        monkeypatch.setattr(connection, "finish", finish)
        finish(call)
        raise KeyboardInterrupt

    monkeypatch.setattr(connection, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        border.subscribe(link, queue)
    border.send(border.session(), queue, ["1", "2"])
    assert border.remaining(queue) == ["1", "2"]


@pytest.mark.parametrize("end", ["close", "stop"])
@pytest.mark.parametrize("mode", [SessionMode.CLIENT_ACKNOWLEDGE, SessionMode.SESSION_TRANSACTED])
def test_a_consumer_that_ends_leaves_out_what_did_not_arrive(border: Border, mode: SessionMode, end: str) -> None:
    """C7, C9, C14: what acknowledges afterwards is rolled back, and all comes again."""
    link, queue = border.session(mode), border.queue()
    border.send(border.session(), queue, ["1", "2", "3"])
    subscription: Any = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)
    take_in_vain(border, subscription)
    getattr(subscription, end)()
    with pytest.raises(TransactionRolledBackError):
        link.commit([], [(subscription, [receipt], ACCEPT)])
    link.close()
    assert border.remaining(queue) == ["1", "2", "3"]


def test_a_listener_gets_what_did_not_arrive_before_it(border: Border, monkeypatch: pytest.MonkeyPatch) -> None:
    """C2, C4: at once, in its place."""
    link, queue = border.session(SessionMode.AUTO_ACKNOWLEDGE), border.queue()
    border.send(border.session(), queue, ["1", "2", "3"])
    subscription: Any = border.subscribe(link, queue)

    def interrupted(length: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(subscription, "_delivery", interrupted)
        with pytest.raises(KeyboardInterrupt):
            border.receive(subscription)
    calls: list[None] = []

    def call() -> bool:
        calls.append(None)
        return True

    subscription.ready(call)
    assert calls
    found: list[object] = []
    while len(found) < 3:
        delivery = subscription.take(0)
        if delivery is not None:
            found.append(delivery[0].body)
            subscription.settle([delivery[1]], ACCEPT)
    assert found == ["1", "2", "3"]
    link.close()
    assert border.remaining(queue) == []


def test_a_message_whose_acknowledgement_was_interrupted_comes_again(
    border: Border, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: a receive of AUTO_ACKNOWLEDGE raises there, and the application has not got the message."""
    link, queue = border.session(SessionMode.AUTO_ACKNOWLEDGE), border.queue()
    border.send(border.session(), queue, ["1", "2"])
    subscription = border.subscribe(link, queue)
    _, receipt, _ = border.receive(subscription)

    def interrupted(call: Any, *arguments: Any) -> None:
        monkeypatch.undo()
        cross(call, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(acknowledging, "cross", interrupted)
    with pytest.raises(KeyboardInterrupt):
        subscription.settle([receipt], ACCEPT)
    for body in ("1", "2"):
        envelope, receipt, _ = border.receive(subscription)
        assert envelope.body == body
        subscription.settle([receipt], ACCEPT)
    link.close()
    assert border.remaining(queue) == []
