"""What is done to the folder of an open engine from outside, and forks while it works."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jmslike import ConnectionFactory, JMSContext, Message, ResourceAllocationError, Session
from tests.brokers.software import ROOT
from tests.faults.steps import PATIENCE, text_of

LONG = "x" * 50_000
COUNT = 60
"""Messages of that length, which fill more than one segment."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "messages"


def connect(folder: Path) -> JMSContext:
    return ConnectionFactory(f"native://{folder}").create_context()


def put(context: JMSContext, numbers: range) -> None:
    producer, queue = context.create_producer(), context.create_queue("q")
    for number in numbers:
        producer.send(queue, f"{number} {LONG}")


def take(context: JMSContext, most: int = 1000) -> list[int]:
    numbers: list[int] = []
    with context.create_consumer(context.create_queue("q")) as consumer:
        while len(numbers) < most and (message := consumer.receive_no_wait()) is not None:
            number, _, rest = text_of(message).partition(" ")
            assert rest == LONG
            numbers.append(int(number))
    return numbers


def test_an_open_folder_that_is_moved_goes_on_where_it_is(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    with connect(folder) as context:
        put(context, range(COUNT))
        folder.rename(moved)
        put(context, range(COUNT, 2 * COUNT))
        assert take(context, COUNT) == list(range(COUNT))
        with pytest.raises(ResourceAllocationError, match=f"moved is in use by this process, {os.getpid()}"):
            connect(moved)
    with connect(moved) as context:
        assert take(context) == list(range(COUNT, 2 * COUNT))


@pytest.mark.parametrize("again", ["recover", "rollback"])
def test_each_hand_over_counts_also_those_of_one_session(folder: Path, tmp_path: Path, again: str) -> None:
    """RED-02: a copy of the files shows what a process would leave that is killed now."""
    mode = {"recover": Session.CLIENT_ACKNOWLEDGE, "rollback": Session.SESSION_TRANSACTED}[again]
    with (
        connect(folder) as sender,
        ConnectionFactory(f"native://{folder}").create_context(session_mode=mode) as context,
    ):
        put(sender, range(1))
        consumer = context.create_consumer(context.create_queue("q"))
        for count in (1, 2, 3):
            assert count_of(consumer.receive(PATIENCE)) == count
            copy = tmp_path / f"{count}"
            shutil.copytree(folder, copy)
            with connect(copy) as other, other.create_consumer(other.create_queue("q")) as left:
                assert count_of(left.receive(PATIENCE)) == count + 1
            getattr(context, again)()


def count_of(message: Message | None) -> int:
    assert message is not None
    return message.get_int_property("JMSXDeliveryCount")


def test_a_full_segment_that_is_removed_is_missed_when_the_folder_is_opened(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with connect(folder) as context:
        put(context, range(COUNT))
        first = min(folder.glob("*.journal"))
        first.unlink()
        put(context, range(COUNT, 2 * COUNT))
    with caplog.at_level(logging.ERROR, "jmslike.engine"), connect(folder) as context:
        came = take(context)
        put(context, range(3))
        assert take(context) == [0, 1, 2]
    assert came == list(range(came[0], 2 * COUNT)), "what was in the other segments is there, in order"
    assert 0 < came[0] < COUNT


FORKING = """
import os, signal, sys, threading
import jmslike

url = sys.argv[1]
numbers = range(400)

def send(which):
    with jmslike.connect(url) as context:
        producer, queue = context.create_producer(), context.create_queue(f"q{which}")
        for number in numbers:
            producer.send(queue, str(number))

with jmslike.connect(url) as context:
    senders = [threading.Thread(target=send, args=(which,)) for which in range(3)]
    for sender in senders:
        sender.start()
    producer, queue, children = context.create_producer(), context.create_queue("own"), []
    for number in range(20):
        producer.send(queue, str(number))
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            for use in (lambda: producer.send(queue, "child"), lambda: context.create_consumer(queue)):
                try:
                    use()
                except jmslike.IllegalStateError:
                    continue
                os._exit(1)
            sys.exit(0)  # as a program ends, with all that it does then
        children.append(child)
    for sender in senders:
        sender.join()
    codes = {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children}
    assert codes == {0}, codes
with jmslike.connect(url) as context:
    for name, expected in (("own", range(20)), *((f"q{which}", numbers) for which in range(3))):
        with context.create_consumer(context.create_queue(name)) as consumer:
            came = [int(message.get_body(str)) for message in iter(consumer.receive_no_wait, None)]
        assert came == list(expected), (name, came)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_children_that_are_forked_while_threads_send_change_nothing(folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING, f"native://{folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
