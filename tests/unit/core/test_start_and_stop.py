"""Start and stop beside receives (sections 6.1.4, 6.1.5 and 6.2.5)."""

from __future__ import annotations

import pytest

from jmslike.errors import IllegalStateError
from jmslike.session import Session
from tests.unit.core.fake import QUEUE, FakeBroker, Task, text, texts


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_nothing_is_taken_while_stopped(broker: FakeBroker, mode: int) -> None:
    connection = broker.connect(start=False)
    consumer = connection._open_session(mode).create_consumer(QUEUE)  # type: ignore[arg-type]
    broker.put(text("a"))
    assert consumer.receive_no_wait() is None
    assert broker.named("take") == []
    connection.start()
    assert consumer.receive_no_wait() is not None


def test_a_session_made_after_start_runs(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    connection.start()
    connection.start()
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive_no_wait() is not None
    connection.stop()
    connection.stop()
    broker.put(text("b"))
    assert consumer.receive_no_wait() is None
    assert connection.create_session().create_consumer(QUEUE).receive_no_wait() is None


def test_a_receive_continues_when_the_connection_is_started(broker: FakeBroker) -> None:
    connection = broker.connect(start=False)
    consumer = connection.create_session().create_consumer(QUEUE)
    broker.put(text("a"))
    task = Task(consumer.receive)
    broker.clock.until_waiting()
    assert broker.named("take") == []
    connection.start()
    assert task.end() is not None


def test_stop_parks_a_blocked_receive_until_start(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive, 60)
    broker.clock.until_waiting()
    connection.stop()
    broker.put(text("a"))
    assert task.goes_on()
    assert broker.bodies(QUEUE) == ["a"]
    connection.start()
    message = task.end()
    assert message is not None
    assert message.message_id == "ID:a"


def test_the_time_of_a_receive_runs_while_the_connection_is_stopped(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive, 10)
    broker.clock.until_waiting()
    broker.clock.advance(4)
    connection.stop()
    broker.clock.until_waiting()
    broker.clock.advance(5)
    assert task.goes_on()
    broker.clock.advance(1)
    assert task.end() is None
    assert broker.named("take") == [("take", 10.0, True)]


def test_stop_and_start_again_and_again_costs_a_blocked_receive_nothing(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    task = Task(consumer.receive)
    for _ in range(20):
        broker.clock.until_waiting()
        connection.stop()
        connection.start()
    broker.put(text("a"))
    assert task.end() is not None


def test_stop_waits_for_a_receive_that_was_given_a_message(broker: FakeBroker) -> None:
    """A delivery that crosses stop() is handed over before stop() returns, or after start()."""
    connection = broker.connect()
    consumer = connection.create_session(False, Session.CLIENT_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(*texts("ab"))
    order: list[str] = []
    stopping: list[Task[None]] = []

    def stop() -> None:
        connection.stop()
        order.append("stopped")

    def cross() -> None:
        stopping.append(Task(stop))
        broker.until(lambda: broker.named("interrupt"))
        assert stopping[0].goes_on()
        broker.subscriptions[0].interrupted = False  # the message was there before the interrupt

    broker.at("take", cross)
    message = consumer.receive()
    order.append("received")
    assert message is not None
    stopping[0].end()
    assert consumer.receive(0) is None
    connection.start()
    message = consumer.receive(0)
    assert message is not None
    assert message.message_id == "ID:b"


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE])
@pytest.mark.parametrize("receives_while_stopped", [0, 1, 2])
def test_receive_no_wait_misses_nothing_after_stop_and_start(
    broker: FakeBroker, mode: int, receives_while_stopped: int
) -> None:
    """An interrupt that met no take is pending in the transport, and ends the next take early (C2 of the SPI)."""
    connection = broker.connect()
    consumer = connection.create_session(False, mode).create_consumer(QUEUE)
    broker.put(*texts("abc"))
    for letter in "abc":
        connection.stop()
        for _ in range(receives_while_stopped):
            assert consumer.receive_no_wait() is None
        connection.start()
        message = consumer.receive_no_wait()
        assert message is not None
        assert message.message_id == f"ID:{letter}"


def test_an_interrupt_is_noted_after_it_was_given(broker: FakeBroker) -> None:
    """Otherwise a receive that ends between the two uses up the note, and the interrupt ends a later one early."""
    connection = broker.connect()
    consumer = connection.create_session().create_consumer(QUEUE)
    noted = []
    broker.at("interrupt", lambda: noted.append(consumer._intake.interrupted))
    connection.stop()
    assert noted == [False]
    assert consumer._intake.interrupted


def test_stop_is_not_held_up_by_a_dups_ok_receive_that_settles_before_it_waits(broker: FakeBroker) -> None:
    connection = broker.connect()
    consumer = connection.create_session(False, Session.DUPS_OK_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is not None
    stopping: list[Task[None]] = []

    def cross() -> None:
        stopping.append(Task(connection.stop))
        broker.until(lambda: broker.named("interrupt"))

    broker.at("take", cross)
    task = Task(consumer.receive)
    broker.until(lambda: len(stopping) == 1)
    stopping[0].end()
    assert task.goes_on()
    consumer.close()
    assert task.end() is None


def test_a_consumer_made_while_stop_is_under_way_is_stopped(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()

    class Consumers(set):  # type: ignore[type-arg]
        def add(self, consumer: object) -> None:
            connection.stop()  # as another thread does, at the worst moment
            super().add(consumer)

    session._state.receivers = Consumers()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    assert consumer.receive(0) is None
    assert broker.named("take") == []


def test_start_and_stop_by_two_threads_leave_sessions_as_the_connection_is(
    broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = broker.connect(start=False)
    session = connection.create_session()
    session.create_consumer(QUEUE)
    stopping: list[Task[None]] = []
    start = Session._start

    def slow_start(session: Session) -> None:
        stopping.append(Task(connection.stop))
        assert stopping[0].goes_on()
        start(session)

    monkeypatch.setattr(Session, "_start", slow_start)
    connection.start()
    stopping[0].end()
    assert not connection._started
    assert not session._state.gate.running


def test_stop_is_refused_on_a_closed_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    connection.close()
    for act in (connection.start, connection.stop):
        with pytest.raises(IllegalStateError, match="connection is closed"):
            act()
