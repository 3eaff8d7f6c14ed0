"""A container from start to stop: what it listens with, what it leaves, how often it can be started."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    ConnectionLostError,
    IllegalStateError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSError,
    Message,
    Queue,
    Topic,
)
from jmslike.listening import ListenerContainer
from tests.unit.core.fake import PATIENCE, FakeBroker, Task
from tests.unit.listening.steps import FakeConnections, Heard, Held, eventually, put, rest


def test_each_message_comes_to_the_listener(url: str) -> None:
    heard = Heard()
    put(url, "q", "a")
    with ListenerContainer(url, "q", heard) as container:
        assert (container.is_running, container.is_healthy) == (True, True)
        put(url, "q", "b", "c")
        assert heard.texts(3) == ["a", "b", "c"]
    assert (container.is_running, container.is_healthy) == (False, False)
    assert rest(url, "q") == []


@pytest.mark.parametrize("destination", ["q", "queue://q", Queue("q")])
def test_a_queue_by_its_name(url: str, destination: Any) -> None:
    heard = Heard()
    with ListenerContainer(ConnectionFactory(url), destination, heard) as container:
        assert container.destination == Queue("q")
        put(url, "q", "a")
        assert heard.texts(1) == ["a"]


@pytest.mark.parametrize("destination", ["queue://", "file://q", "", None, 5])
def test_what_is_no_destination(destination: Any) -> None:
    with pytest.raises(InvalidDestinationError):
        ListenerContainer("native://", destination, print)


def test_each_session_works_on_a_thread_of_its_own(url: str) -> None:
    together = threading.Barrier(4)
    names: list[str] = []

    def listener(message: Message) -> None:
        names.append(threading.current_thread().name)
        together.wait(PATIENCE)

    with ListenerContainer(url, "q", listener, concurrency=4):
        put(url, "q", *"abcd")
        eventually(lambda: len(names) == 4 and not together.n_waiting)
    assert sorted(names) == [f"jmslike-worker-queue://q-{number}" for number in range(1, 5)]
    assert not [thread for thread in threading.enumerate() if thread.name in names and thread.is_alive()]


def test_a_selector(url: str) -> None:
    heard = Heard()
    with (
        ListenerContainer(url, "q", heard, selector="n > 1"),
        jmslike.connect(url) as context,
    ):
        for number in range(4):
            context.create_producer().set_property("n", number).send(Queue("q"), f"{number}")
        assert heard.texts(2) == ["2", "3"]
    assert rest(url, "q") == ["0", "1"]


def test_stop_finishes_what_runs_and_leaves_the_rest(url: str) -> None:
    held = Held()
    container = ListenerContainer(url, "q", held, concurrency=2)
    put(url, "q", *"abcde")
    container.start()
    begun = {held.begun.get(timeout=PATIENCE), held.begun.get(timeout=PATIENCE)}
    stopping = Task(container.stop)
    assert stopping.goes_on()
    assert (container.is_running, container.is_healthy) == (True, False)
    held.go.set()
    assert stopping.end() is True
    assert set(held.finished) == begun
    assert sorted(rest(url, "q")) == sorted({*"abcde"} - begun)


def test_stop_waits_no_longer_than_it_may(url: str) -> None:
    held = Held()
    container = ListenerContainer(url, "q", held)
    put(url, "q", "a", "b")
    container.start()
    held.begun.get(timeout=PATIENCE)
    assert container.stop(0.01) is False
    assert container.is_running
    with pytest.raises(jmslike.IllegalStateError, match="is stopping"):
        container.start()
    held.go.set()
    assert container.stop(PATIENCE) is True
    assert rest(url, "q") == ["b"]


def test_a_listener_may_stop_its_container(url: str) -> None:
    answers: list[bool] = []

    def listener(message: Message) -> None:
        answers.append(container.stop())

    container = ListenerContainer(url, "q", listener)
    put(url, "q", "a", "b")
    container.start()
    eventually(lambda: not container.is_running)
    assert answers == [False]
    assert rest(url, "q") == ["b"]


def test_a_container_can_be_started_again(url: str) -> None:
    heard = Heard()
    container = ListenerContainer(url, "q", heard, concurrency=2)
    assert container.stop() is True
    for text in ("a", "b"):
        container.start()
        container.start()
        put(url, "q", text)
        assert heard.texts(1) == [text]
        assert container.stop() is True
        assert container.stop() is True


def test_start_raises_what_is_wrong_and_nothing_stays(broker: FakeBroker) -> None:
    container = ListenerContainer(FakeConnections(broker), "q", print, concurrency=3)
    broker.at("open", ConnectionLostError("nothing answers"))
    with pytest.raises(ConnectionLostError, match="nothing answers"):
        container.start()
    broker.at("subscribe", lambda: None)
    broker.at("subscribe", JMSError("refused"))
    with pytest.raises(JMSError, match="refused"):
        container.start()
    assert not container.is_running
    assert broker.subscriptions == []
    assert len(broker.named("close transport")) == 1
    assert [thread for thread in threading.enumerate() if thread.name.startswith("jmslike-worker")] == []


def test_a_start_without_enough_threads_leaves_nothing(broker: FakeBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "jmslike-worker-queue://q-2":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    container = ListenerContainer(FakeConnections(broker), "q", print, concurrency=3)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        container.start()
    assert not container.is_running
    broker.until(lambda: broker.named("close transport"))
    assert broker.subscriptions == []


@pytest.mark.parametrize("concurrency", [1, 3])
def test_stop_waits_no_longer_than_it_may_for_a_start(broker: FakeBroker, concurrency: int) -> None:
    connecting, answer = threading.Event(), threading.Event()

    def silent() -> None:
        connecting.set()
        assert answer.wait(PATIENCE)

    broker.at("open", silent)
    container = ListenerContainer(FakeConnections(broker), "q", print, concurrency=concurrency)
    starting = Task(container.start)
    assert connecting.wait(PATIENCE)
    assert container.stop(0) is False
    assert (container.is_running, container.is_healthy) == (False, False)
    answer.set()
    with pytest.raises(IllegalStateError, match="was stopped while it started"):
        starting.end()
    assert container.stop(PATIENCE) is True
    assert broker.subscriptions == []
    assert len(broker.named("close transport")) == 1
    container.start()
    assert container.is_healthy
    assert container.stop(PATIENCE) is True


def test_a_call_within_a_start_stops_it(broker: FakeBroker) -> None:
    """As of a program's signal handler: it does not wait for itself."""
    container = ListenerContainer(FakeConnections(broker), "q", print)
    stopped: list[bool] = []
    broker.at("open", lambda: stopped.append(container.stop()))
    with pytest.raises(IllegalStateError, match="was stopped while it started"):
        container.start()
    assert stopped == [False]
    assert not container.is_running


def test_run_returns_if_it_is_stopped_while_it_starts(broker: FakeBroker) -> None:
    connecting, answer = threading.Event(), threading.Event()

    def silent() -> None:
        connecting.set()
        assert answer.wait(PATIENCE)

    broker.at("open", silent)
    container = ListenerContainer(FakeConnections(broker), "q", print)
    running = Task(container.run)
    assert connecting.wait(PATIENCE)
    assert container.stop(0) is False
    answer.set()
    running.end()
    assert not container.is_running


def test_a_wrong_selector_is_found_at_the_start(url: str) -> None:
    with pytest.raises(InvalidSelectorError):
        ListenerContainer(url, "q", print, selector="n >").start()


def test_no_session_is_pushed_to_before_all_are_there(broker: FakeBroker) -> None:
    with ListenerContainer(FakeConnections(broker), "q", print, concurrency=3):
        pass
    subscribed = [call[0] for call in broker.calls if call[0] in ("subscribe", "start")]
    assert subscribed[:3] == ["subscribe"] * 3


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"concurrency": 0}, ValueError, "a number of sessions, 1 or more"),
        ({"concurrency": True}, ValueError, "a number of sessions"),
        ({"subscription": "s"}, ValueError, "only a topic has subscriptions"),
        ({"durable": True}, ValueError, "only a topic has subscriptions"),
        ({"session_mode": 9}, JMSError, "no session mode"),
        ({"converter": "json"}, ValueError, "a converter is an object"),
        ({"sessions": 2}, TypeError, "sessions"),
    ],
)
def test_what_is_wrong_is_said_at_once(options: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ListenerContainer("native://", "q", print, **options)


def test_a_durable_subscription_needs_a_name() -> None:
    with pytest.raises(ValueError, match="needs a name"):
        ListenerContainer("native://", Topic("t"), print, durable=True)


async def coroutine(message: Message) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("listener", "text"),
    [(None, "a callable"), ("f", "a callable"), (coroutine, "use jmslike.aio"), (lambda m: (yield m), "generator")],
)
def test_what_is_no_listener(listener: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        ListenerContainer("native://", "q", listener)


def test_what_is_no_factory() -> None:
    with pytest.raises(ValueError, match="a ConnectionFactory or a URL"):
        ListenerContainer(5, "q", print)  # type: ignore[arg-type]


def test_an_object_listens_as_in_java(url: str) -> None:
    class Java:
        def __init__(self) -> None:
            self.on_message = Heard()

    java = Java()
    with ListenerContainer(url, "q", java):
        put(url, "q", "a")
        assert java.on_message.texts(1) == ["a"]
