"""Real losses without a broker: an engine in a folder that is forgotten, and opened again by the next link."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

import jmslike
from jmslike import (
    ConnectionLostError,
    Message,
    Session,
    TextMessage,
    TransactionInDoubtError,
    TransactionRolledBackError,
)
from tests.unit.core.fake import Task

CUTS = 20
BETWEEN = 10
"""Messages that must arrive between two cuts."""
BATCH = 50
"""Half the window: a batch of DUPS_OK is full then."""
PATIENCE = 60.0


class Program:
    """Sends numbers, each until its send is confirmed, and receives until all have come."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._received: Counter[int] = Counter()
        self._confirmed = -1
        self._changed = threading.Condition()
        self._stops = threading.Event()

    def send(self) -> None:
        number = 0
        with jmslike.connect(self._url) as context:
            while not self._stops.is_set():
                with suppress(ConnectionLostError):
                    context.create_producer().send(context.create_queue("q"), str(number))
                    number += 1
        self._confirmed = number

    def receive(self, mode: int, settle: Callable[[jmslike.JMSContext, TextMessage], object]) -> None:
        with jmslike.ConnectionFactory(self._url).create_context(session_mode=mode) as context:
            consumer = context.create_consumer(context.create_queue("q"))
            while not self.has_all:
                message = consumer.receive(0.1)
                if isinstance(message, TextMessage):
                    self._note(message)
                    with suppress(TransactionRolledBackError, TransactionInDoubtError):
                        settle(context, message)

    def listen(self) -> None:
        with jmslike.connect(self._url) as context:
            context.create_consumer(context.create_queue("q")).message_listener = self._note
            with self._changed:
                assert self._changed.wait_for(lambda: self.has_all, PATIENCE)

    def _note(self, message: Message) -> None:
        assert isinstance(message, TextMessage)
        with self._changed:
            self._received[int(message.text or "")] += 1
            self._changed.notify_all()

    @property
    def has_all(self) -> bool:
        return self._confirmed >= 0 and set(range(self._confirmed)) <= set(self._received)

    def until_more_came(self) -> None:
        with self._changed:
            expected = len(self._received) + BETWEEN
            assert self._changed.wait_for(lambda: len(self._received) >= expected, PATIENCE)

    def stop(self) -> None:
        self._stops.set()

    @property
    def repeated(self) -> int:
        """How many messages came more than once."""
        return sum(count > 1 for count in self._received.values())


RECEIVERS: dict[str, Callable[[Program], None]] = {
    "acknowledges": lambda program: program.receive(
        Session.CLIENT_ACKNOWLEDGE, lambda _, message: message.acknowledge()
    ),
    "in batches": lambda program: program.receive(Session.DUPS_OK_ACKNOWLEDGE, lambda context, message: None),
    "commits": lambda program: program.receive(Session.SESSION_TRANSACTED, lambda context, _: context.commit()),
    "listens": Program.listen,
}


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_nothing_is_lost(tmp_path: Path, receiver: str) -> None:
    """Nothing is lost. At each loss at most one message is sent again, and what was not acknowledged comes again."""
    inner = f"native://{tmp_path}/folder"
    program = Program(f"failover:({inner})?initial_delay=0.001&max_delay=0.01")
    sending, receiving = Task(program.send), Task(RECEIVERS[receiver], program)
    for _ in range(CUTS):
        program.until_more_came()
        jmslike.forget(inner)
    program.until_more_came()
    program.stop()
    sending.result(PATIENCE)
    receiving.result(PATIENCE)
    assert program.has_all
    assert program.repeated <= CUTS * (1 + (BATCH if receiver == "in batches" else 1))


def test_wrappers_nest() -> None:
    """The outer link is restored at its next host when the inner one is given up."""
    restored: SimpleQueue[str] = SimpleQueue()

    class Watch:
        def on_restored(self, url: str) -> None:
            restored.put(url)

    url = "failover:(failover:(native://nested-one)?max_reconnects=0,native://nested-two)"
    with jmslike.connect(url) as context:
        context.link_listener = Watch()
        consumer = context.create_consumer(context.create_queue("q"))
        jmslike.forget("native://nested-one")
        assert restored.get(timeout=PATIENCE) == "native://nested-two"
        context.create_producer().send(context.create_queue("q"), "hello")
        assert consumer.receive_body(str, PATIENCE) == "hello"
