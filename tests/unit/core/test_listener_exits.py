"""Listeners that raise SystemExit and its like, and what is printed of what they raise."""

from __future__ import annotations

import subprocess
import sys
from asyncio import CancelledError
from functools import partial
from queue import SimpleQueue

import pytest

from jmslike.errors import IllegalStateError, JMSError
from tests.unit.core.fake import OTHER, PATIENCE, QUEUE, FakeBroker, Task, connection_of, text, texts
from tests.unit.core.listeners import AUTOMATIC, Pause, Seen, Told


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("mode", AUTOMATIC)
@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_an_exit_closes_the_session(broker: FakeBroker, mode: int, error: BaseException) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session(mode)
    connection = connection_of(session)
    connection.exception_listener = reported.put
    consumer = session.create_consumer(QUEUE)
    consumer.message_listener = Seen(partial(raising, error))
    broker.put(*texts("ab"))
    told = reported.get(timeout=PATIENCE)
    assert told.linked_exception is error
    assert str(told) == (
        f"a message listener of queue://q raised {error!r} at ID:a; "
        "its session is closed, and what it has not acknowledged goes to others"
    )
    Task(session.close).end()  # waits for the thread that closes it
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 0)]
    assert connection._sessions == []
    with pytest.raises(IllegalStateError, match=f"the session is closed, because a message .* {type(error).__name__}"):
        session.create_text_message()
    connection.stop()
    connection.start()


def test_a_close_that_waits_for_the_listener_does_not_meet_its_exit(broker: FakeBroker) -> None:
    session, pause = broker.session(), Pause()

    def wait_and_exit() -> None:
        pause()
        sys.exit()

    broker.put(*texts("ab"))
    session.create_consumer(QUEUE).message_listener = Seen(wait_and_exit)
    pause.until_begun()
    closing = Task(connection_of(session).close)
    assert closing.goes_on()
    pause.over.set()
    closing.end()
    assert broker.attempts(QUEUE) == [("a", 1), ("b", 0)]


def test_other_sessions_go_on(broker: FakeBroker) -> None:
    session = broker.session()
    other = connection_of(session).create_session()
    seen = Seen()
    other.create_consumer(OTHER).message_listener = seen
    session.create_consumer(QUEUE).message_listener = Seen(sys.exit)
    broker.put(text("a"))
    session._ended.wait(PATIENCE)
    broker.put(text("x", OTHER))
    assert seen.bodies(1) == ["x"]


@pytest.mark.parametrize("error", [CancelledError(), GeneratorExit(), pytest.fail.Exception("no")], ids=repr)
def test_others_than_exits_are_failures(broker: FakeBroker, error: BaseException) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session()
    connection_of(session).exception_listener = reported.put
    seen = Seen(partial(raising, error))
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(3) == ["a", "a", "b"]
    told = reported.get(timeout=PATIENCE)
    assert told.linked_exception is error
    assert str(told).endswith("at ID:a; the message is redelivered")


def test_an_ordinary_exception_is_not_told(broker: FakeBroker) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session()
    connection_of(session).exception_listener = reported.put
    seen = Seen(partial(raising, ValueError()))
    session.create_consumer(QUEUE).message_listener = seen
    broker.put(*texts("ab"))
    assert seen.bodies(3) == ["a", "a", "b"]
    assert reported.empty()


def test_the_exit_of_a_completion_listener_is_told_and_the_next_one_called(broker: FakeBroker) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()
    session = broker.session()
    connection_of(session).exception_listener = reported.put
    producer, told = session.create_producer(QUEUE), Told(sys.exit)
    for body in "ab":
        producer.send(session.create_text_message(body), completion_listener=told)
    assert [told.next()[0].text for _ in "ab"] == ["a", "b"]  # type: ignore[attr-defined]
    assert isinstance(reported.get(timeout=PATIENCE).linked_exception, SystemExit)


def test_the_exit_of_an_exception_listener_is_logged_and_the_next_call_made(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    reported: SimpleQueue[JMSError] = SimpleQueue()

    def listener(error: JMSError) -> None:
        reported.put(error)
        sys.exit()

    connection = broker.connect()
    connection.exception_listener = listener
    for reason in "ab":
        connection._state.report(JMSError(reason))
    assert [str(reported.get(timeout=PATIENCE)) for _ in "ab"] == ["a", "b"]
    broker.until(lambda: len(caplog.records) == 2)
    assert {record.exc_info[0] for record in caplog.records if record.exc_info} == {SystemExit}


PROGRAM = """
import logging, sys, threading, jmslike
{setup}
done = threading.Event()
with jmslike.connect("native://x?max_redeliveries=0") as context, jmslike.connect("native://x") as other:
    context.exception_listener = lambda error: done.set()
    queue = context.create_queue("q")
    def listener(message):
        if message.text == "a":
            raise ValueError("wrong")
        sys.exit(3)
    context.create_consumer(queue).message_listener = listener
    other.create_producer().send(queue, "a").send(queue, "b")
    assert done.wait(20)
"""


@pytest.mark.parametrize(
    ("setup", "printed"),
    [("", True), ("logging.getLogger('jmslike').addHandler(logging.FileHandler(sys.argv[1]))", False)],
    ids=["no logging", "logging"],
)
def test_without_logging_set_up_what_listeners_raise_is_printed(
    tmp_path_factory: pytest.TempPathFactory, setup: str, printed: bool
) -> None:
    log = tmp_path_factory.mktemp("log") / "log"
    command = [sys.executable, "-c", PROGRAM.format(setup=setup), str(log)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == ""
    text = result.stderr if printed else log.read_text(encoding="utf-8")
    assert bool(result.stderr) is printed
    assert "ValueError: wrong" in text
    assert "SystemExit: 3" in text
    assert "its session is closed" in text
