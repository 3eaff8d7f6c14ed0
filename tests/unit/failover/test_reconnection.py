"""The link: its first host, its loss, its restoration, and when it is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from jmslike.capabilities import NATIVE, Capabilities, Feature, partial, unsupported
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    JMSError,
    JMSSecurityError,
)
from jmslike.spi import ACCEPT, SubscriptionSpec
from jmslike_transports.failover.hosts import shortfall
from tests.unit.core.fake import QUEUE, Task, text
from tests.unit.failover.world import World


def thread_runs() -> bool:
    return any(thread.name.startswith("jmslike-failover") for thread in threading.enumerate())


# ---- the first connection -------------------------------------------------------------------------------------------


def test_the_first_host_that_answers_is_taken(world: World) -> None:
    world.hosts[0].go_down()
    before = set(threading.enumerate())
    world.open()
    assert [host.tried for host in world.hosts] == [1, 1]
    assert set(threading.enumerate()) <= before


def test_hosts_are_tried_until_the_connect_timeout(world: World) -> None:
    for host in world.hosts:
        host.go_down()
    opening = Task(world.make(connect_timeout=10, initial_delay=1).open, world.events)
    world.advance_until(opening.done)
    with pytest.raises(ConnectionLostError, match="no connection to one://: one:// is down; two://: two:// is down"):
        opening.end()
    assert world.pauses == [1, 2, 4, 8]
    assert world.events.all == []


def test_a_host_that_comes_up_within_the_connect_timeout_is_taken(world: World) -> None:
    for host in world.hosts:
        host.go_down()
    opening = Task(world.make().open, world.events)
    world.hosts[1].until_tried(1)
    world.hosts[1].come_up()
    world.advance_until(opening.done)
    opening.end()


def test_wrong_credentials_are_an_error_at_once(world: World) -> None:
    world.hosts[0].refusals.append(JMSSecurityError("wrong"))
    with pytest.raises(JMSSecurityError):
        world.open()
    assert world.hosts[1].tried == 0


# ---- restoring ------------------------------------------------------------------------------------------------------


def test_the_loss_and_the_restoration_are_reported(world: World) -> None:
    world.open()
    world.move_to_two()
    assert world.events.names == ["interrupted", "resumed"]
    assert world.events.all[1] == ("resumed", "two://")
    assert [host.tried for host in world.hosts] == [1, 1]
    world.advance_until(lambda: not thread_runs())


def test_the_lost_host_is_tried_last(world: World) -> None:
    world.open()
    world.hosts[1].go_down()
    world.hosts[0].broker.cut()
    world.advance_until(lambda: "resumed" in world.events.names)
    assert world.events.all[-1] == ("resumed", "one://")
    assert [host.tried for host in world.hosts] == [2, 1]


def test_pauses_grow_to_the_longest(world: World) -> None:
    world.open(initial_delay=1, max_delay=5)
    world.lose_both()
    world.advance_until(lambda: len(world.pauses) == 5)
    assert world.pauses == [1, 2, 4, 5, 5]


def test_what_the_lost_link_still_holds_is_tried_again(world: World) -> None:
    transport = world.open(max_delay=2)
    transport.identify("me")
    link = world.session(transport)
    link.subscribe(SubscriptionSpec(QUEUE))
    broker = world.hosts[1].broker
    world.hosts[0].refusals.extend([ConnectionLostError("down")] * 3)
    broker.at("identify", InvalidClientIDError("me is in use"))
    broker.at("subscribe", JMSError("has a consumer"))
    world.move_to_two()
    assert len(broker.named("open")) == 3
    assert [made.closed for made in broker.transports] == [True, True, False]


def test_wrong_credentials_later_are_tried_again_slowly(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.open(initial_delay=1, max_delay=30)
    begun = world.clock.monotonic()
    for host in world.hosts:
        host.refusals.extend([JMSSecurityError("wrong")] * 2)
    world.hosts[0].broker.cut()
    world.advance_until(lambda: "resumed" in world.events.names)
    assert world.clock.monotonic() - begun >= 60
    assert world.pauses == [30] * 4
    assert [host.tried for host in world.hosts] == [3, 3]
    assert "two://: wrong" in caplog.text


def test_a_host_that_refuses_the_user_does_not_slow_down_the_others(world: World) -> None:
    world.open(initial_delay=1, max_delay=30)
    world.hosts[1].refusals.append(JMSSecurityError("wrong"))
    world.hosts[0].refusals.extend([ConnectionLostError("down")] * 3)
    world.hosts[0].broker.cut()
    world.advance_until(lambda: "resumed" in world.events.names)
    assert world.pauses == [30, 1, 2, 4]
    assert [host.tried for host in world.hosts] == [5, 1]


def test_what_another_call_found_lost_is_lost_for_all(world: World) -> None:
    """A call may find out before the transport does, which is then closed under the calls of others."""
    link = world.session(world.open())
    sender, subscription = link.sender(QUEUE), link.subscribe(SubscriptionSpec(QUEUE))
    broker = world.hosts[0].broker
    broker.put(text("a"))
    receipt = subscription.take(0)[1]
    taking = Task(subscription.take, None)
    world.clock.until_waiting()

    def end() -> None:
        subscription.settle([receipt], ACCEPT)
        raise IllegalStateError("the connection is closed")

    broker.at("settle", ConnectionLostError("no answer"))
    broker.at("send", end)
    with pytest.raises(ConnectionLostError, match="the message may have been sent"):
        sender.send(text("b"))
    world.advance_until(lambda: "resumed" in world.events.names)
    world.hosts[1].broker.put(text("c"))
    assert taking.end()[0].body == "c"


def test_a_link_that_does_not_last_is_restored_more_slowly(world: World) -> None:
    world.open()
    for times in range(1, 6):
        world.hosts[0].broker.cut()
        world.hosts[1].broker.cut()
        world.advance_until(lambda: world.events.names.count("resumed") == times, 0.01)  # noqa: B023
    assert world.clock.monotonic() - 5000 >= 0.1 + 0.2 + 0.4


def test_a_loss_while_everything_is_opened_again_counts(world: World) -> None:
    world.session(world.open())
    world.hosts[1].broker.at("session", world.hosts[1].broker.cut)
    world.hosts[0].refusals.append(ConnectionLostError("down"))
    world.move_to_two()
    assert len(world.hosts[1].broker.named("open")) == 2
    assert world.events.names == ["interrupted", "resumed"]


def test_an_error_that_no_transport_should_raise_does_not_end_the_attempts(world: World) -> None:
    def fail() -> None:
        raise RuntimeError("a fault")

    world.open()
    world.hosts[0].refusals.append(ConnectionLostError("down"))
    world.hosts[1].broker.at("open", fail)
    world.move_to_two()
    assert len(world.hosts[1].broker.named("open")) == 2


def test_a_host_that_offers_less_is_not_taken(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.open()
    world.hosts[1].broker.features[Feature.DELAY] = unsupported("none here")
    world.hosts[0].go_down()
    world.advance_until(lambda: world.hosts[1].tried == 2)
    assert "the host offers less than the first one did: delivery delay (none here)" in caplog.text
    world.hosts[0].come_up()
    world.advance_until(lambda: "resumed" in world.events.names)
    assert world.events.all[-1] == ("resumed", "one://")


@pytest.mark.parametrize(
    ("promised", "offered", "is_less"),
    [
        (NATIVE, NATIVE, False),
        (NATIVE, partial("somewhat"), True),
        (partial("somewhat"), NATIVE, False),
        (partial(TX_01="a"), partial(TX_01="b"), False),
        (partial(TX_01="a"), partial(TX_01="a", TX_02="b"), True),
        (unsupported("none"), unsupported("none"), False),
    ],
)
def test_what_less_is(promised: Any, offered: Any, is_less: bool) -> None:
    first, second = (
        Capabilities("p", "1", {**dict.fromkeys(Feature, NATIVE), Feature.ORDER: support})
        for support in (promised, offered)
    )
    assert bool(shortfall(first, second)) is is_less


# ---- no thread ------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_thread_starts(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function after whose call no thread starts whose name begins so, as in a process at its limit."""
    start = threading.Thread.start

    def refuse(prefix: str) -> None:
        def refused(thread: threading.Thread) -> None:
            if thread.name.startswith(prefix):
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", refused)

    return refuse


def test_without_a_thread_that_restores_it_the_link_is_lost(
    world: World, no_thread_starts: Callable[[str], None]
) -> None:
    subscription = world.session(world.open()).subscribe(SubscriptionSpec(QUEUE))
    taking = Task(subscription.take, None)
    world.clock.until_waiting()
    no_thread_starts("jmslike-failover")
    world.hosts[0].broker.cut()
    assert world.events.names == ["interrupted", "lost"]
    for call in (taking.end, lambda: subscription.take(0)):
        with pytest.raises(ConnectionLostError, match="cannot be restored: can't start new thread"):
            call()
    assert all(made.closed for made in world.hosts[0].broker.transports)


def test_without_a_thread_that_closes_the_lost_host_it_is_closed_all_the_same(
    world: World, no_thread_starts: Callable[[str], None]
) -> None:
    world.open()
    no_thread_starts("jmslike-failover-closing")
    world.move_to_two()
    assert all(made.closed for made in world.hosts[0].broker.transports)


# ---- the end --------------------------------------------------------------------------------------------------------


def test_it_gives_up_after_so_many_attempts_in_a_row(world: World) -> None:
    subscription = world.session(world.open(max_reconnects=3)).subscribe(SubscriptionSpec(QUEUE))
    taking = Task(subscription.take, None)
    world.lose_both()
    world.advance_until(lambda: "lost" in world.events.names)
    assert world.events.names == ["interrupted", "lost"]
    assert [host.tried for host in world.hosts] == [4, 3]
    for call in (taking.end, lambda: subscription.take(0), lambda: subscription.settle([object()], None)):
        with pytest.raises(ConnectionLostError, match="gave up after 3 attempts"):
            call()
    world.advance_until(lambda: not thread_runs())


def test_without_reconnects_a_loss_is_final(world: World) -> None:
    world.open(max_reconnects=0)
    world.hosts[0].broker.cut()
    world.events.until("lost")
    assert world.hosts[1].tried == 0


def test_close_ends_the_attempts(world: World) -> None:
    transport = world.open()
    subscription = world.session(transport).subscribe(SubscriptionSpec(QUEUE))
    taking = Task(subscription.take, None)
    world.lose_both()
    Task(transport.close).end()
    assert taking.end() is None
    world.advance_until(lambda: not thread_runs())
    assert world.events.names == ["interrupted"]


def test_close_during_an_attempt_closes_what_it_opens(world: World) -> None:
    transport = world.open()
    opening, go_on = threading.Event(), threading.Event()

    def dawdle() -> None:
        opening.set()
        go_on.wait(5)

    world.hosts[1].broker.at("open", dawdle)
    world.hosts[0].go_down()
    world.advance_until(opening.is_set)
    closing = Task(transport.close)
    go_on.set()
    closing.end()
    world.advance_until(lambda: not thread_runs())
    assert all(made.closed for made in world.hosts[1].broker.transports)
    assert world.events.names == ["interrupted"]
