"""Ctrl-C at any instant: the caller cannot know what became of the call, but it is whole, and all goes on."""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jmslike import ConnectionFactory, JMSContext, JMSError, Message, Session
from tests.faults.steps import PATIENCE, text_of

ATTEMPTS = 250
LONGEST = 0.003
"""Seconds after which a call is interrupted, at most. Most times are much shorter, as calls are on a quick disk."""

pytestmark = [
    pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timers that interrupt"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # interrupted where Python drops it
]


class Interrupts:
    """Interrupts calls of the main thread as Ctrl-C does, after times that a seed decides."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._armed = False
        self.count = 0

    def ring(self, number: int, frame: object) -> None:
        """Raise KeyboardInterrupt, if a call is under way."""
        if self._armed:
            self._armed = False
            raise KeyboardInterrupt

    def passes(self, call: Callable[[], object]) -> bool:
        """Call it; return whether it came to its end."""
        try:
            try:
                self._armed = True
                signal.setitimer(signal.ITIMER_REAL, LONGEST * self._random.random() ** 4 + 1e-6)
                call()
                return True
            finally:
                self._armed = False
        except KeyboardInterrupt:
            self.count += 1
            return False


@pytest.fixture
def interrupts(request: pytest.FixtureRequest) -> Iterator[Interrupts]:
    it = Interrupts(request.node.name)
    before = signal.signal(signal.SIGALRM, it.ring)
    yield it
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    assert it.count > ATTEMPTS / 20, "hardly anything was interrupted"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "messages"


def connect(folder: Path, mode: int = Session.AUTO_ACKNOWLEDGE) -> JMSContext:
    return ConnectionFactory(f"native://{folder}").create_context(session_mode=mode)


def put(folder: Path, queue: str) -> None:
    with connect(folder, Session.SESSION_TRANSACTED) as context:
        producer = context.create_producer()
        for number in range(ATTEMPTS):
            producer.send(context.create_queue(queue), str(number))
        context.commit()


def left(folder: Path, queue: str) -> list[int]:
    """Return what the folder has, when it is opened again."""
    with connect(folder) as context, context.create_consumer(context.create_queue(queue)) as consumer:
        return [int(text_of(message)) for message in iter(consumer.receive_no_wait, None)]


def test_sends(folder: Path, interrupts: Interrupts) -> None:
    sure: list[int] = []
    with connect(folder) as context:
        producer, queue = context.create_producer(), context.create_queue("q")
        for number in range(ATTEMPTS):
            sure += [number] * interrupts.passes(lambda: producer.send(queue, str(number)))  # noqa: B023
        with context.create_browser(queue) as browser:
            here = [int(text_of(message)) for message in browser]
    assert set(sure) <= set(here)
    assert here == sorted(set(here)), "once, and in order"
    kept = left(folder, "q")
    assert set(here) <= set(kept) <= set(range(ATTEMPTS)), "what was not received by then comes from the folder"
    assert kept == sorted(set(kept))


def test_asynchronous_sends(folder: Path, interrupts: Interrupts) -> None:
    completed: list[int] = []
    failed: list[JMSError] = []

    class Listener:
        def on_completion(self, message: Message) -> None:
            completed.append(int(text_of(message)))

        def on_exception(self, message: Message, error: JMSError) -> None:
            failed.append(error)

    with ConnectionFactory(f"native://{folder}").create_connection() as connection:
        session = connection.create_session()
        producer, listener = session.create_producer(session.create_queue("q")), Listener()
        passed = []
        for number in range(ATTEMPTS):
            message = session.create_text_message(str(number))
            if interrupts.passes(lambda: producer.send(message, completion_listener=listener)):  # noqa: B023
                passed.append(number)
    here = left(folder, "q")
    assert here == sorted(set(here))
    assert failed == []
    assert set(passed) <= set(completed) <= set(here)
    assert len(completed) == len(set(completed))


def test_commits(folder: Path, interrupts: Interrupts) -> None:
    """Each message that was received is there again, or both that were sent for it are."""
    put(folder, "in")
    with connect(folder, Session.SESSION_TRANSACTED) as context:
        consumer, producer = context.create_consumer(context.create_queue("in")), context.create_producer()
        sure = []
        for _ in range(ATTEMPTS - 10):
            text = text_of(consumer.receive(PATIENCE))
            producer.send(context.create_queue("out"), text)
            producer.send(context.create_queue("copy"), text)
            if interrupts.passes(context.commit):
                sure.append(int(text))
            else:
                context.rollback()
    out = left(folder, "out")
    assert left(folder, "copy") == out
    assert len(set(out)) == len(out)
    assert set(sure) <= set(out)
    assert sorted(out + left(folder, "in")) == list(range(ATTEMPTS))


def test_receives_that_acknowledge_at_once(folder: Path, interrupts: Interrupts) -> None:
    put(folder, "q")
    came: list[int] = []
    with connect(folder) as context:
        consumer = context.create_consumer(context.create_queue("q"))
        for _ in range(ATTEMPTS - 10):
            interrupts.passes(lambda: came.append(int(text_of(consumer.receive(PATIENCE)))))
    rest = left(folder, "q")
    assert came == sorted(set(came))
    assert set(came).isdisjoint(rest)
    assert len(came) + len(rest) + interrupts.count >= ATTEMPTS, "an interrupted call may cost the message that it took"


def test_receives_and_acknowledgements(folder: Path, interrupts: Interrupts) -> None:
    """What was not acknowledged comes again, marked; also what a receive took that was interrupted."""
    put(folder, "q")
    acknowledged: list[int] = []
    unsure: list[int] = []
    with connect(folder, Session.INDIVIDUAL_ACKNOWLEDGE) as context:
        consumer = context.create_consumer(context.create_queue("q"))
        for _ in range(ATTEMPTS - 10):
            came: list[Message | None] = []
            if interrupts.passes(lambda: came.append(consumer.receive(PATIENCE))):  # noqa: B023
                (message,) = came
                assert message is not None
                (acknowledged if interrupts.passes(message.acknowledge) else unsure).append(int(text_of(message)))
    rest = left(folder, "q")
    assert set(acknowledged).isdisjoint(rest)
    assert set(range(ATTEMPTS)) - set(acknowledged) - set(unsure) <= set(rest)
    assert len(rest) == len(set(rest))


def test_others_go_on(folder: Path, interrupts: Interrupts) -> None:
    """What is interrupted holds nothing that another thread needs."""
    over = threading.Event()
    came: list[int] = []

    def receive() -> None:
        with connect(folder, Session.CLIENT_ACKNOWLEDGE) as context:
            consumer = context.create_consumer(context.create_queue("q"))
            while True:
                ends = over.is_set()
                message = consumer.receive(0.05)
                if message is not None:
                    came.append(int(text_of(message)))
                    message.acknowledge()
                elif ends:
                    break

    sure: list[int] = []
    with connect(folder) as context:
        receiver = threading.Thread(target=receive)
        receiver.start()
        producer, queue = context.create_producer(), context.create_queue("q")
        for number in range(ATTEMPTS):
            sure += [number] * interrupts.passes(lambda: producer.send(queue, str(number)))  # noqa: B023
        over.set()
        receiver.join(PATIENCE)
        assert not receiver.is_alive()
    assert set(sure) <= set(came)
    assert came == sorted(set(came))
