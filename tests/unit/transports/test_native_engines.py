"""Which connections share an engine, and when it is opened and closed; the places here make engines in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event
from typing import Any

import pytest

from jmslike import JMSError
from jmslike_transports.native import engines
from jmslike_transports.native.engines import SharedEngine, forget, join, leave
from native_engine import Engine

PATIENCE = 5.0
SILENCE = 0.05


class Client:
    def __init__(self) -> None:
        self.losses: SimpleQueue[JMSError] = SimpleQueue()

    def lose(self, error: JMSError) -> None:
        self.losses.put(error)


class SlowEngine(Engine):
    def __init__(self, may_close: Event) -> None:
        super().__init__()
        self.may_close = may_close
        self.is_closed = False

    def close(self) -> None:
        assert self.may_close.wait(PATIENCE)
        self.is_closed = True
        super().close()


class SlowPlace:
    """A place whose engine is opened and closed when the test says so."""

    url = "native:///slow"
    farewell = "it was closed"

    def __init__(self, is_durable: bool = True) -> None:
        self.is_durable = is_durable
        self.may_open, self.may_close = Event(), Event()
        self.opening: SimpleQueue[None] = SimpleQueue()
        self.made: list[SlowEngine] = []
        self.failed: list[Callable[[Exception], None]] = []
        self.refusals: list[JMSError] = []

    def missing(self) -> str:
        return ""

    def make(self, limits: Mapping[str, Any], failed: Callable[[Exception], None]) -> Engine:
        self.opening.put(None)
        assert self.may_open.wait(PATIENCE)
        if self.refusals:
            raise self.refusals.pop()
        self.failed.append(failed)
        self.made.append(SlowEngine(self.may_close))
        return self.made[-1]


@pytest.fixture
def place() -> Iterator[SlowPlace]:
    place = SlowPlace()
    yield place
    place.may_open.set()
    place.may_close.set()
    forget(place)


@pytest.fixture
def background() -> Iterator[Callable[..., Future[Any]]]:
    pool = ThreadPoolExecutor()
    yield pool.submit
    pool.shutdown()


def entered(place: Any, client: Client | None = None, **options: Any) -> SharedEngine:
    return join(place, options, client or Client(), None, None)


def waits(future: Future[Any]) -> bool:
    try:
        future.result(SILENCE)
    except TimeoutError:
        return True
    return False


def test_connections_to_other_places_do_not_wait_for_one_that_opens(
    place: SlowPlace, background: Callable[..., Future[Any]]
) -> None:
    first = background(entered, place)
    place.opening.get(timeout=PATIENCE)
    second = background(entered, place)
    other = SlowPlace()
    other.may_open.set()
    other.may_close.set()
    client = Client()
    leave(background(entered, other, client).result(PATIENCE), client)
    assert waits(first)
    assert waits(second)
    place.may_open.set()
    assert first.result(PATIENCE) is second.result(PATIENCE)


def test_one_that_cannot_be_opened_is_tried_again_by_the_next(
    place: SlowPlace, background: Callable[..., Future[Any]]
) -> None:
    refusal = JMSError("the disk is full")
    place.refusals.append(refusal)
    first = background(entered, place, max_depth=1)
    place.opening.get(timeout=PATIENCE)
    second = background(entered, place, max_depth=2)
    place.may_open.set()
    assert first.exception(PATIENCE) is refusal
    assert second.result(PATIENCE).options == {"max_depth": 2}


def test_the_last_connection_closes_it_and_the_next_opens_another(
    place: SlowPlace, background: Callable[..., Future[Any]]
) -> None:
    place.may_open.set()
    clients = [Client(), Client()]
    shared = [entered(place, each, max_depth=1) for each in clients]
    leave(shared[0], clients[0])
    leave(shared[0], clients[0])
    leaving = background(leave, shared[1], clients[1])
    assert waits(leaving)
    joining = background(entered, place, max_depth=2)
    assert waits(joining)
    place.may_close.set()
    leaving.result(PATIENCE)
    joining.result(PATIENCE)
    assert [engine.is_closed for engine in place.made] == [True, False]


def test_one_in_memory_stays(place: SlowPlace) -> None:
    place.is_durable = False
    place.may_open.set()
    client = Client()
    shared = entered(place, client)
    leave(shared, client)
    assert entered(place) is shared


def test_a_failure_is_told_once_and_the_next_connection_opens_another(place: SlowPlace) -> None:
    """C10"""
    place.may_open.set()
    place.may_close.set()
    client, late = Client(), Client()
    shared = entered(place, client)
    failure = OSError("Input/output error")
    place.failed[0](failure)
    place.failed[0](failure)
    loss = client.losses.get(timeout=PATIENCE)
    assert str(loss) == "native:///slow: Input/output error"
    assert loss.__cause__ is failure
    another = entered(place, late)
    assert another is not shared
    leave(shared, client)
    assert [engine.is_closed for engine in place.made] == [True, False]
    forget(place)
    assert late.losses.get(timeout=PATIENCE)
    assert client.losses.empty()


def test_a_failure_while_it_is_forgotten_is_told_once(place: SlowPlace, background: Callable[..., Future[Any]]) -> None:
    """C10"""
    place.may_open.set()
    client = Client()
    entered(place, client)
    forgetting = background(forget, place)
    assert waits(forgetting)
    background(place.failed[0], OSError("Input/output error")).result(PATIENCE)
    place.may_close.set()
    forgetting.result(PATIENCE)
    assert "Input/output error" in str(client.losses.get(timeout=PATIENCE))
    assert client.losses.empty()


def test_nothing_is_kept_of_a_place_without_an_engine() -> None:
    gc.collect()
    before = len(engines._seats)
    place = SlowPlace()
    place.may_open.set()
    place.may_close.set()
    client = Client()
    leave(entered(place, client), client)
    forget(SlowPlace())
    place.failed.clear()  # it refers to what is kept
    del place
    gc.collect()
    assert len(engines._seats) == before
