"""What only some transports offer works through `failover:` as well."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from jmslike.errors import UnsupportedFeatureError
from jmslike.spi import Counting, Deleting, Embedding, Flush, Flushing, Returning, Stoppable, SubscriptionSpec
from jmslike_transports.failover import factory
from jmslike_transports.native import factory as native
from tests.unit.core.fake import QUEUE, ReturningBroker, Task, text
from tests.unit.failover.world import Reported, World


class NativeTarget:
    """An engine of this process as a target."""

    def __init__(self, name: str) -> None:
        self.url = f"native://{name}"

    def transport(self, user_name: str | None, password: str | None) -> Any:
        return native.make(self.url, {}, user_name, password)


def opened_native(name: str) -> Any:
    transport = factory.wrap([NativeTarget(name)], {}, None, None)
    transport.open(Reported())
    return transport


def test_postponing_and_counting_reach_the_host_that_holds_the_message(world: World) -> None:
    subscription: Any = world.session(world.open()).subscribe(SubscriptionSpec(QUEUE))
    is_counting: bool = isinstance(subscription, Counting)
    assert is_counting
    world.hosts[0].broker.put(text("a"), text("b"))
    first, second = (subscription.take(0)[1] for _ in range(2))
    subscription.postpone([first], 2, 5)
    subscription.count(second, 1)  # which this host does not do
    assert world.hosts[0].broker.named("postpone") == [("postpone", ["ID:a"], 2, 5)]
    world.move_to_two()
    subscription.postpone([second], 2, 5)
    subscription.count(second, 1)
    assert world.hosts[1].broker.named("postpone") == []


def test_only_what_is_pushed_to_is_stoppable(world: World) -> None:
    assert isinstance(world.session(world.open()).subscribe(SubscriptionSpec(QUEUE)), Stoppable)
    transport = opened_native("optional-stoppable")
    subscription = world.session(transport).subscribe(SubscriptionSpec(QUEUE))
    assert not isinstance(subscription, Stoppable)
    transport.close()


def test_a_provider_that_redelivers_by_itself_is_seen(world: World) -> None:
    """C15: a host of the other kind is not taken: the core goes on as it began."""
    world.hosts[0].broker = ReturningBroker(world.clock)
    subscription: Any = world.session(world.open()).subscribe(SubscriptionSpec(QUEUE))
    is_returning: bool = isinstance(subscription, Returning)
    assert is_returning
    is_stoppable: bool = isinstance(subscription, Stoppable)
    assert is_stoppable
    world.hosts[0].broker.put(text("a"), text("b"))
    first, second = (subscription.take(0)[1] for _ in range(2))
    subscription.settle([first], 1)
    subscription.postpone([second], 1, 5)
    assert world.hosts[0].broker.attempts(QUEUE) == [("a", 1)]
    world.hosts[0].go_down()
    world.advance_until(lambda: world.hosts[1].broker.named("subscribe"))
    world.hosts[1].broker = ReturningBroker(world.clock)
    world.advance_until(lambda: world.events.names[-1:] == ["resumed"])
    world.hosts[1].broker.put(text("c"))
    assert subscription.take(0)[0].body == "c"


def test_a_session_that_a_host_refuses_leaves_the_link_usable(world: World) -> None:
    world.hosts[0].broker.individual = False
    transport = world.open()
    with pytest.raises(UnsupportedFeatureError, match="all or nothing"):
        world.session(transport, individual=True)
    world.session(transport).sender(QUEUE).send(text("a"))
    assert world.hosts[0].broker.bodies(QUEUE) == ["a"]


def test_the_engine_of_this_process_is_seen() -> None:
    transport = opened_native("optional-engine")
    is_embedding: bool = isinstance(transport, Embedding)
    assert is_embedding
    statistics = transport.engine_statistics()
    assert statistics is not None
    assert statistics.url == "native://optional-engine"
    transport.close()
    world = World("one://")
    assert world.open().engine_statistics() is None
    world.close()


def test_deleting_is_left_to_the_host(world: World) -> None:
    transport = world.open()
    assert isinstance(transport, Deleting)
    with pytest.raises(UnsupportedFeatureError, match="queue://q stays: at one:// only its own tools delete it"):
        transport.delete(QUEUE)
    inner = opened_native("optional-deleting")
    inner.delete(QUEUE)
    inner.close()


def test_the_end_of_a_program_does_not_wait_for_a_link_that_is_away(world: World) -> None:
    transport = world.open()
    assert isinstance(transport, Flushing)
    assert transport.flush().wait(10)
    world.lose_both()
    flush: Flush = transport.flush()
    assert not Task(flush.wait, 10).end()
    assert flush.unanswered() == {}


def test_a_connection_that_is_dropped_while_the_link_is_away_ends() -> None:
    world = World("one://", "two://")
    world.connect()
    world.lose_both()
    with pytest.warns(ResourceWarning, match="was never closed"):
        world.drop()
    world.advance_until(lambda: not any(thread.name == "jmslike-failover" for thread in threading.enumerate()))
