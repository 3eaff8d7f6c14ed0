"""The intake as something uses it that must not block: without a consumer, a dispatcher or a private name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jmslike.capabilities import EMULATED
from jmslike.constants import SessionMode
from jmslike.core.connection_state import ConnectionState
from jmslike.core.intake import Intake
from jmslike.core.session_state import SessionState
from jmslike.errors import ConnectionLostError
from jmslike.message import MESSAGE_TYPES, Message
from jmslike.settings import make_settings
from jmslike.spi import SubscriptionSpec
from tests.unit.core.fake import PATIENCE, QUEUE, FakeBroker, FakeTransport, text, texts

_connections: list[ConnectionState] = []


@pytest.fixture(autouse=True)
def closed_at_the_end() -> Iterator[None]:
    yield
    while _connections:
        connection = _connections.pop()
        connection.is_open = False
        connection.close()


def intake_of(broker: FakeBroker, mode: SessionMode, **options: Any) -> tuple[SessionState, Intake]:
    """Return a running session's state, and the intake of its only subscription."""
    connection = ConnectionState(FakeTransport(broker), make_settings(options), broker.clock)
    _connections.append(connection)
    session = SessionState(connection, mode, 1, MESSAGE_TYPES, keeps=None)
    spec = SubscriptionSpec(QUEUE)
    intake = Intake(session, session.link.subscribe(spec), spec, None)
    session.gate.set_running(True)
    return session, intake


class Coroutine:
    """Awaits messages: what settles a refused one runs in another thread, as everything that may wait for a broker."""

    def __init__(self, session: SessionState, intake: Intake) -> None:
        self.session = session
        self.intake = intake
        self.refusing: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()

    async def receive(self) -> Message:
        self.intake.subscription.ready(self._call)
        try:
            while True:
                self._ready.clear()
                self.session.gate.enter(self.intake)  # and leave it before waiting, so that a stop need not wait
                try:
                    delivery = self.intake.next()
                    if delivery is not None:
                        refuse = self.intake.refusal(delivery)
                        if refuse is None:
                            return self.intake.hand_over(delivery)
                        await asyncio.to_thread(self._refuse, refuse)
                        continue
                finally:
                    self.session.gate.leave()
                await asyncio.wait_for(self._ready.wait(), PATIENCE)
        finally:
            self.intake.subscription.ready(None)

    def _call(self) -> bool:
        self._loop.call_soon_threadsafe(self._ready.set)
        return True

    def _refuse(self, refuse: Callable[[], None]) -> None:
        self.refusing.append(threading.current_thread().name)
        refuse()


def test_a_coroutine_receives_without_a_thread_that_waits(broker: FakeBroker) -> None:
    async def run() -> list[Any]:
        session, intake = intake_of(broker, SessionMode.CLIENT_ACKNOWLEDGE, max_redeliveries=0)
        face = Coroutine(session, intake)
        waiting = asyncio.create_task(face.receive())
        await asyncio.sleep(0)
        session.gate.wait_quiet()
        broker.put(text("old", expiration=1), *texts("ab"))
        broker.put(text("dead"), attempts=1)
        broker.put(*texts("c"))
        received = [await waiting, await face.receive(), await face.receive()]
        received[0].acknowledge()
        assert len(face.refusing) == 2
        assert threading.current_thread().name not in face.refusing
        intake.stop()
        intake.close()
        return [message._body for message in received]

    assert asyncio.run(run()) == ["a", "b", "c"]
    assert [timeout for _, timeout, _ in broker.named("take")] == [0] * len(broker.named("take"))
    assert broker.bodies(QUEUE) == []


@pytest.mark.parametrize(("envelope", "attempts"), [(text("a", expiration=1), 0), (text("a"), 1)])
def test_next_leaves_to_its_caller_what_may_wait_for_the_broker(
    broker: FakeBroker, envelope: Any, attempts: int
) -> None:
    _, intake = intake_of(broker, SessionMode.CLIENT_ACKNOWLEDGE, max_redeliveries=0)
    broker.put(envelope, attempts=attempts)
    delivery = intake.next()
    assert delivery is not None
    assert not broker.named("settle", "commit")
    refuse = intake.refusal(delivery)
    assert refuse is not None
    assert not broker.named("settle", "commit")
    refuse()
    assert len(broker.named("settle", "commit")) == 1
    assert intake.next() is None


def test_next_returns_nothing_while_stopped_or_after_the_end(broker: FakeBroker) -> None:
    session, intake = intake_of(broker, SessionMode.AUTO_ACKNOWLEDGE)
    broker.put(*texts("ab"))
    session.gate.set_running(False)
    assert intake.next() is None
    session.gate.set_running(True)
    assert intake.next() is not None
    intake.stop()
    assert intake.next() is None


def test_next_takes_once_more_after_an_interrupt(broker: FakeBroker) -> None:
    _, intake = intake_of(broker, SessionMode.AUTO_ACKNOWLEDGE)
    broker.put(*texts("a"))
    intake.interrupt()
    delivery = intake.next()
    assert delivery is not None
    assert delivery[0].body == "a"


def test_a_redelivery_comes_when_it_is_due_and_not_after_a_loss() -> None:
    broker = FakeBroker(REDELIVERY_DELAY=EMULATED)
    _, intake = intake_of(broker, SessionMode.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    broker.put(*texts("ab"))
    delivery = intake.next()
    assert delivery is not None
    intake.redeliver([(delivery, "")])
    assert not intake.is_redelivering
    assert intake.due == broker.clock.monotonic() + 5
    following = intake.next()
    assert following is not None
    assert following[0].body == "b"
    broker.clock.advance(5)
    again = intake.next()
    assert again is not None
    assert (again[0].body, again[2]) == ("a", 1)
    assert intake.due is None
    intake.redeliver([(again, "")])
    broker.cut()
    with pytest.raises(ConnectionLostError):
        intake.next()


def test_an_intake_may_be_closed_while_another_thread_asks_what_is_due() -> None:
    broker = FakeBroker(REDELIVERY_DELAY=EMULATED)
    _, intake = intake_of(broker, SessionMode.CLIENT_ACKNOWLEDGE, redelivery_delay=5)
    broker.put(*texts("a"))
    delivery = intake.next()
    assert delivery is not None
    intake.redeliver([(delivery, "")])
    due = intake.due
    intake.close()
    assert (due, intake.due) == (broker.clock.monotonic() + 5, None)
    assert broker.attempts(QUEUE) == [("a", 1)]
