"""Listening: which callbacks are called, and what their answers do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import Engine
from tests.unit.engine.records import QUEUE, Record, drain, send

PATIENCE = 10.0


class Listener:
    """A callback that notes its calls under a name, and always gives the same answer."""

    def __init__(self, name: str, calls: list[str], answer: bool = True) -> None:
        self._name = name
        self._calls = calls
        self._answer = answer

    def __call__(self) -> bool:
        self._calls.append(self._name)
        return self._answer


def test_a_listener_is_called_for_what_waits_and_for_what_comes(engine: Engine) -> None:
    calls: list[str] = []
    receiver = engine.receiver(QUEUE)
    send(engine, "a")
    receiver.ready(Listener("call", calls))
    assert len(calls) == 1
    send(engine, "b")
    assert len(calls) == 1  # it was called and has not looked yet
    assert drain(receiver) == ["a", "b"]
    send(engine, "c")
    assert len(calls) == 2
    receiver.ready(None)
    assert drain(receiver) == ["c"]
    send(engine, "d")
    assert len(calls) == 2


def test_a_busy_listener_lets_another_be_called(engine: Engine) -> None:
    """C2: one that answers False is not called again before it has looked."""
    calls: list[str] = []
    busy, free = engine.receiver(QUEUE), engine.receiver(QUEUE)
    busy.ready(Listener("busy", calls, answer=False))
    free.ready(Listener("free", calls))
    send(engine, "a")
    assert calls == ["busy", "free"]
    send(engine, "b")
    assert calls == ["busy", "free"]
    assert drain(free) == ["a", "b"]
    assert drain(busy) == []
    send(engine, "c", "d")
    assert sorted(calls) == ["busy", "busy", "free", "free"]


def test_a_failing_callback_counts_as_busy(
    engine: Engine, background: Callable[..., Future[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> bool:
        raise ValueError("planted")

    failing, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    failing.ready(fail)
    waiting = background(other.take, None)
    send(engine, "a")
    assert waiting.result(PATIENCE)[0].body == "a"
    assert "planted" in caplog.text


def test_a_listener_that_is_interrupted_does_not_keep_the_call_from_others(
    engine: Engine, background: Callable[..., Future[Any]]
) -> None:
    """E1: the exception is the sender's, the record another's."""

    def fail() -> bool:
        raise KeyboardInterrupt

    failing, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    failing.ready(fail)
    waiting = background(other.take, None)
    with pytest.raises(KeyboardInterrupt):
        send(engine, "a")
    assert waiting.result(PATIENCE)[0].body == "a"


def test_a_selective_subscription_calls_its_listener(engine: Engine) -> None:
    selective = engine.subscribe("t", matches=lambda record: record.body == "b")
    calls: list[str] = []
    selective.ready(Listener("call", calls))
    publisher = engine.sender("topic", "t")
    publisher.send(Record("a"))
    assert not calls
    publisher.send(Record("b"))
    assert calls
