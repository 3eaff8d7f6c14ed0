"""`@jms_listener` and `listen`: from marked functions to containers."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import pytest

from jmslike import InvalidDestinationError, JMSError, Message, Queue, Topic
from jmslike.listening import ContainerGroup, ListenerContainer, jms_listener, listen
from tests.unit.core.fake import PATIENCE, Task
from tests.unit.listening.steps import Heard, Held, eventually, put, rest


@jms_listener("queue://orders", concurrency=2)
def on_order(message: Message) -> str:
    return "order"


@jms_listener("one")
@jms_listener(Topic("two"), subscription="s")
def on_both(message: Message) -> str:
    return "both"


def unmarked(message: Message) -> None:
    """Do nothing."""


class Proxy:
    """An object that is not ready to be asked, as those of web frameworks outside a request."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


def module_of(**names: Any) -> ModuleType:
    module = ModuleType("services")
    vars(module).update(names)
    return module


def test_a_marked_function_stays_callable() -> None:
    message: Any = None
    assert on_order(message) == "order"
    assert on_both(message) == "both"


def test_containers_of_functions() -> None:
    containers = listen("native://", on_order, on_both)
    assert len(containers) == 3
    assert [container.destination for container in containers] == [Queue("orders"), Queue("one"), Topic("two")]
    assert containers[0].concurrency == 2
    assert not containers.is_running


def test_containers_of_a_module() -> None:
    module = module_of(on_order=on_order, again=on_order, unmarked=unmarked, request=Proxy(), number=5)
    assert [container.destination for container in listen("native://", module, on_order)] == [Queue("orders")]


def test_methods(url: str) -> None:
    class Shop:
        def __init__(self) -> None:
            self.heard = Heard()

        @jms_listener("q")
        def on_order(self, message: Message) -> None:
            self.heard(message)

    shop = Shop()
    for given in (shop.on_order, module_of(on_order=shop.on_order, Shop=Shop)):
        put(url, "q", "a")
        with listen(url, given):
            assert shop.heard.texts(1) == ["a"]
    with pytest.raises(ValueError, match="give a method with its object, not with its class"):
        listen(url, Shop.on_order)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([], "nothing to listen with"),
        ([unmarked], "is no listener: mark the function by @jms_listener"),
        ([5], "is no listener"),
        ([module_of(unmarked=unmarked)], "the module services has no listener"),
    ],
)
def test_what_has_no_listener(given: list[Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        listen("native://", *given)


def test_what_is_wrong_with_a_mark_is_said_where_it_is_written() -> None:
    async def coroutine(message: Message) -> None:
        """Do nothing."""

    with pytest.raises(InvalidDestinationError):
        jms_listener("file://q")
    with pytest.raises(ValueError, match="a number of sessions"):
        jms_listener("q", concurrency=0)
    with pytest.raises(ValueError, match="coroutine functions are listeners"):
        jms_listener("q")(coroutine)
    with pytest.raises(ValueError, match="needs a destination"):
        jms_listener(unmarked)  # type: ignore[arg-type]
    with pytest.raises(JMSError, match="no transport for nowhere"):
        listen("nowhere://", on_order)


def test_a_group_starts_and_stops_together(url: str) -> None:
    one, two = Heard(), Heard()
    group = ContainerGroup([ListenerContainer(url, "one", one), ListenerContainer(url, "two", two)])
    with group:
        assert (group.is_running, group.is_healthy) == (True, True)
        put(url, "one", "a")
        put(url, "two", "b")
        assert (one.texts(1), two.texts(1)) == (["a"], ["b"])
    assert (group.is_running, group.is_healthy) == (False, False)


def test_a_group_of_which_one_cannot_start_runs_nothing(url: str) -> None:
    group = ContainerGroup([ListenerContainer(url, "one", print), ListenerContainer(url, "two", print, selector="n >")])
    with pytest.raises(JMSError):
        group.start()
    assert not group.is_running


def test_a_group_stops_within_one_timeout(url: str) -> None:
    held = Held()
    group = ContainerGroup(ListenerContainer(url, name, held) for name in ("one", "two", "three"))
    for name in ("one", "two"):
        put(url, name, name)
    group.start()
    assert {held.begun.get(timeout=PATIENCE) for _ in range(2)} == {"one", "two"}
    assert group.stop(0.01) is False
    assert [container.is_running for container in group] == [True, True, False]
    held.go.set()
    assert group.stop() is True


def test_listeners_may_stop_their_group(url: str) -> None:
    together = threading.Barrier(2)
    answers: SimpleQueue[bool] = SimpleQueue()

    def listener(message: Message) -> None:
        together.wait(PATIENCE)
        answers.put(group.stop())

    group = ContainerGroup(ListenerContainer(url, name, listener) for name in ("one", "two"))
    put(url, "one", "a")
    put(url, "two", "b")
    group.start()
    assert [answers.get(timeout=PATIENCE) for _ in range(2)] == [False, False]
    eventually(lambda: not group.is_running)
    assert (rest(url, "one"), rest(url, "two")) == ([], [])


def test_run_of_a_thread_ends_with_the_stop_of_one(url: str) -> None:
    one = ListenerContainer(url, "one", print)
    group = ContainerGroup([one, ListenerContainer(url, "two", print)])
    running = Task(group.run)
    eventually(lambda: group.is_healthy)
    one.stop()
    running.end()
    assert not group.is_running
    put(url, "two", "a")
    assert rest(url, "two") == ["a"]
