"""What happens on a full disk, step by step: each function runs in a process of its own, on a small disk of its own.

python -m tests.durable.full_disk NAME FOLDER, in a folder whose disk is small
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    ConnectionLostError,
    JMSConsumer,
    JMSContext,
    JMSError,
    JMSProducer,
    Message,
    Queue,
    ResourceAllocationError,
    Session,
    TransactionRolledBackError,
)
from jmslike.envelope import Envelope
from jmslike_transports.native.json_lines import Message as LineMessage
from jmslike_transports.native.json_lines import Place, Waiting, message_line
from tests.faults.steps import PATIENCE, text_of

SIZE: Final = "8m"
BODY: Final = 20_000
SCENES: Final[dict[str, Callable[[Path], None]]] = {}


def scene(act: Callable[[Path], None]) -> Callable[[Path], None]:
    SCENES[act.__name__] = act
    return act


def text(number: int) -> str:
    return f"{number:06}" + "x" * BODY


def number_of(message: Message | None) -> int:
    body = text_of(message)
    number = int(body[:6])
    assert body == text(number)
    return number


def connect(disk: Path, mode: int = Session.AUTO_ACKNOWLEDGE) -> JMSContext:
    context = ConnectionFactory(f"native://{disk}/messages").create_context(session_mode=mode)
    context.start()
    return context


def fill(context: JMSContext, first: int = 0, queue: str = "q") -> int:
    """Send until the disk is full; return the number that was refused."""
    producer, destination, number = context.create_producer(), context.create_queue(queue), first
    while True:
        try:
            producer.send(destination, text(number))
        except ResourceAllocationError as error:
            check_clear(error)
            return number
        number += 1


def check_clear(error: JMSError) -> None:
    """An error on a full disk says what became of the message, and what to do."""
    words = str(error)
    assert "not sent" in words or "rolled back" in words, words
    assert "disk" in words, words
    assert "receive" in words or "make room" in words, words


def drain(context: JMSContext, queue: str = "q") -> list[int]:
    with context.create_consumer(context.create_queue(queue)) as consumer:
        numbers = []
        while (message := consumer.receive_no_wait()) is not None:
            numbers.append(number_of(message))
            message.acknowledge()
        return numbers


@scene
def sends_are_refused_and_nothing_is_lost(disk: Path) -> None:
    with connect(disk) as context:
        refused = fill(context)
        assert refused > 20
        assert fill(context, refused) == refused, "the same is refused again"
    with connect(disk) as context:
        assert drain(context) == list(range(refused))


@scene
def receiving_makes_room_again_and_again(disk: Path) -> None:
    first = 0
    with connect(disk, Session.CLIENT_ACKNOWLEDGE) as context:
        for _ in range(5):
            refused = fill(context, first)
            assert refused - first > 20, "an emptied folder has room for as much as before"
            assert drain(context) == list(range(first, refused))
            first = refused
    with connect(disk) as context:
        assert drain(context) == []


@scene
def a_commit_that_does_not_fit_is_rolled_back_whole(disk: Path) -> None:
    with connect(disk) as context:
        context.create_producer().send(context.create_queue("in"), text(0))
        refused = fill(context)
    with connect(disk, Session.SESSION_TRANSACTED) as context, connect(disk) as other:
        consumer = context.create_consumer(context.create_queue("in"))
        producer = context.create_producer()
        for attempt in (1, 2):
            message = consumer.receive(PATIENCE)
            assert number_of(message) == 0
            assert message is not None
            assert message.get_int_property("JMSXDeliveryCount") == attempt
            for number in range(100):
                producer.send(context.create_queue("out"), text(number))
            with pytest.raises(TransactionRolledBackError) as raised:
                context.commit()
            check_clear(raised.value)
            assert drain(other, "out") == []
        assert number_of(consumer.receive(PATIENCE)) == 0
        assert drain(other) == list(range(refused))
        for number in range(100):
            producer.send(context.create_queue("out"), text(number))
        context.commit()
    with connect(disk) as context:
        assert drain(context, "in") == []
        assert drain(context, "out") == list(range(100))


@scene
def asynchronous_sends_are_told_which_of_them_are_refused(disk: Path) -> None:
    told: list[tuple[int, JMSError | None]] = []

    class Listener:
        def on_completion(self, message: Message) -> None:
            told.append((number_of(message), None))

        def on_exception(self, message: Message, error: JMSError) -> None:
            told.append((number_of(message), error))

    with ConnectionFactory(f"native://{disk}/messages").create_connection() as connection:
        with connection.create_session() as session:
            producer, listener, raised = session.create_producer(session.create_queue("q")), Listener(), []
            for number in range(600):
                try:
                    producer.send(session.create_text_message(text(number)), completion_listener=listener)
                except ResourceAllocationError as error:
                    raised.append(number)
                    check_clear(error)
        assert sorted([number for number, _ in told] + raised) == list(range(600)), "each is told once"
        arrived = [number for number, error in told if error is None]
        refused = [error for _, error in told if error is not None]
        assert refused or raised
        for each in refused:
            assert isinstance(each, ResourceAllocationError)
            check_clear(each)
    with connect(disk) as context:
        assert drain(context) == arrived


@scene
def several_senders_and_receivers_pass_a_full_disk(disk: Path) -> None:
    """Others fill the disk and free it while messages flow: each message that was sent comes once."""
    numbers = [range(1000 * at, 1000 * at + 400) for at in range(3)]
    received: list[int] = []
    over = threading.Event()
    with connect(disk):
        senders = [threading.Thread(target=send_all, args=(disk, mine, over)) for mine in numbers]
        receiver = threading.Thread(target=receive_all, args=(disk, received, over))
        for thread in (*senders, receiver):
            thread.start()
        for _ in range(10):
            ballast(disk)
            over.wait(0.05)
            (disk / "ballast").unlink()
        for thread in senders:
            thread.join()
        over.set()
        receiver.join()
    with connect(disk) as context:
        received += drain(context)
    for mine in numbers:
        assert [number for number in received if number in mine] == list(mine)


def send_all(disk: Path, numbers: range, over: threading.Event) -> None:
    """Send these, each again until it is not refused."""
    with connect(disk) as context:
        producer, queue = context.create_producer(), context.create_queue("q")
        for number in numbers:
            while not sends(producer, queue, number):
                over.wait(0.01)


def sends(producer: JMSProducer, queue: Queue, number: int) -> bool:
    try:
        producer.send(queue, text(number))
    except ResourceAllocationError:
        return False
    return True


def receive_all(disk: Path, received: list[int], over: threading.Event) -> None:
    with connect(disk, Session.CLIENT_ACKNOWLEDGE) as context:
        consumer = context.create_consumer(context.create_queue("q"))
        while not over.is_set():
            message = consumer.receive(0.05)
            if message is not None:
                received.append(number_of(message))
                message.acknowledge()


def ballast(disk: Path) -> None:
    """Fill what is left of the disk."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(b"b" * 4096)


@scene
def a_folder_with_messages_opens_on_a_full_disk(disk: Path) -> None:
    with connect(disk) as context:
        for number in range(20):
            context.create_producer().send(context.create_queue("q"), text(number))
    ballast(disk)
    assert os.statvfs(disk).f_bavail == 0
    with connect(disk, Session.CLIENT_ACKNOWLEDGE) as context:
        came = drain(context)
    assert came == list(range(20))
    (disk / "ballast").unlink()
    with connect(disk) as context:
        assert drain(context) == []
        context.create_producer().send(context.create_queue("q"), text(0))
        assert drain(context) == [0]


@scene
def acknowledgements_that_free_nothing_fail_the_engine_in_the_end(disk: Path) -> None:
    """Segments are dropped from the oldest on, so that what is acknowledged from the newest on frees none."""
    with connect(disk, Session.INDIVIDUAL_ACKNOWLEDGE) as context:
        producer, queue, number = context.create_producer(), context.create_queue("q"), 0
        with suppress(ResourceAllocationError):
            while True:
                producer.priority = min(9, number // 3000)
                producer.send(queue, f"{number}")
                number += 1
        consumer, came = context.create_consumer(queue), list[int]()
        with pytest.raises(ConnectionLostError, match=r"No space left .*in the folder; make the disk work"):
            acknowledge_all(consumer, came)
        for use in (consumer.receive_no_wait, context.recover, lambda: producer.send(queue, "")):
            with pytest.raises(ConnectionLostError):
                use()
    assert 1000 < len(came) < number
    subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
    with connect(disk) as context, context.create_consumer(context.create_queue("q")) as consumer:
        left = []
        while (message := consumer.receive_no_wait()) is not None:
            left.append(int(text_of(message)))
        unsure = set(range(number)) - set(came) - set(left)
        assert len(unsure) <= 1, "the acknowledgement that failed may have been done"
        assert len(left) + len(came) + len(unsure) == number
        assert fill(context) > 20


def acknowledge_all(consumer: JMSConsumer, came: list[int]) -> None:
    while (message := consumer.receive(PATIENCE)) is not None:
        message.acknowledge()
        came.append(int(text_of(message)))


@scene
def a_new_folder_is_refused_on_a_full_disk(disk: Path) -> None:
    ballast(disk)
    with pytest.raises(ResourceAllocationError, match=r"/messages cannot be used: its disk is full: make room"):
        connect(disk)
    (disk / "ballast").unlink()
    with connect(disk) as context:
        context.create_producer().send(context.create_queue("q"), text(0))
        assert drain(context) == [0]


@scene
def a_dead_letter_waits_for_room(disk: Path) -> None:
    factory = ConnectionFactory(f"native://{disk}/messages", max_redeliveries=0)
    with factory.create_connection() as connection, connect(disk) as other:
        connection.start()
        other.create_producer().send(other.create_queue("bad"), text(0))
        refused = fill(other)
        ballast(disk)
        session = connection.create_session(Session.CLIENT_ACKNOWLEDGE)
        consumer = session.create_consumer(session.create_queue("bad"))
        assert number_of(consumer.receive(PATIENCE)) == 0
        session.recover()
        assert consumer.receive(0.1) is None
        (disk / "ballast").unlink()
        assert drain(other) == list(range(refused))
        assert consumer.receive(5) is None  # the dead letter is tried again
        assert drain(other, "DLQ.bad") == [0]
        assert drain(other, "bad") == []


@scene
def subscriptions_on_a_full_disk_come_and_go(disk: Path) -> None:
    factory = ConnectionFactory(f"native://{disk}/messages", client_id="me")
    with factory.create_connection() as connection, connect(disk) as other:
        session = connection.create_session()
        topic = session.create_topic("t")
        session.create_durable_consumer(topic, "old").close()
        refused = fill(other)
        ballast(disk)
        session.create_durable_consumer(topic, "new").close()  # what is left to settlements has room for it
        session.unsubscribe("old")
        (disk / "ballast").unlink()
        assert drain(other) == list(range(refused))
    with factory.create_connection() as connection, connection.create_session() as session:
        with pytest.raises(jmslike.InvalidDestinationError):
            session.unsubscribe("old")
        session.unsubscribe("new")


@scene
def an_import_says_how_far_it_came_and_a_purge_makes_room(disk: Path) -> None:
    store = [sys.executable, "-m", "jmslike", "store"]
    line = message_line(
        LineMessage(
            Envelope.make(id="ID:1", destination=Queue("q"), kind="text", body=text(0)), [Waiting(Place("queue", "q"))]
        )
    )

    def run(*arguments: str, typed: bytes = b"") -> tuple[int, str]:
        ended = subprocess.run([*store, *arguments], input=typed, capture_output=True, check=False)
        return ended.returncode, (ended.stderr if ended.returncode else ended.stdout).decode()

    folder = f"{disk}/messages"
    code, said = run("import", folder, "-", typed=line * 1_000)
    assert (code, said[:9]) == (3, "jmslike: "), said
    imported = int(re.findall(r"; (\d+) of 1,000 messages were imported before that: to go on, import the", said)[0])
    assert imported > 0
    assert run("purge", folder, "q") == (0, f"{imported} messages removed\n")
    assert run("import", folder, "-", typed=line) == (0, f"1 message imported to {folder}\n")
    with connect(disk) as context:
        assert drain(context, "q") == [0]


def main(name: str, folder: str) -> None:
    """Act one scene."""
    logging.getLogger("jmslike").setLevel(logging.CRITICAL)
    SCENES[name](Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
