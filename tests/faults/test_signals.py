"""A program is interrupted while it waits for a broker: it ends at once, and as any other program does."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.faults.proxy import Proxy
from tests.faults.steps import PATIENCE
from tests.faults.targets import Target

PROGRAM = """
import sys
import jmslike

url, name, how = sys.argv[1:]
factory = jmslike.ConnectionFactory(url, request_timeout=600 if how == "sending" else 2)
connection = factory.create_connection()
connection.start()
session = connection.create_session()
queue = session.create_queue(name)
producer, consumer = session.create_producer(queue), session.create_consumer(queue)
producer.send(session.create_text_message("works"))
assert consumer.receive() is not None
print("ready", flush=True)
sys.stdin.readline()
try:
    print("waits", flush=True)
    if how == "sending":
        producer.send(session.create_text_message("unanswered"))
    elif how == "listening":
        consumer.message_listener = lambda message: None
        sys.stdin.read()
    else:
        consumer.receive()
finally:
    print("finally", flush=True)
    if how == "sending":
        import os
        os._exit(5)  # the end of the connection would wait for the broker as long
"""


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run the program until it is ready."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == "ready\n"
            yield program
        finally:
            program.kill()


def end_of(program: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, list[str]]:
    """Send it the signal when it waits; return its exit code, what it printed from then on, and its errors."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("\n")
    program.stdin.flush()
    assert program.stdout.readline() == "waits\n"
    program.send_signal(number)
    output, errors = program.communicate(timeout=PATIENCE)
    return program.returncode, output, errors.splitlines()


@pytest.mark.parametrize("how", ["receiving", "listening"])
def test_ctrl_c_ends_a_program_that_waits(target: Target, name: str, how: str) -> None:
    with running(target.url, name, how) as program:
        code, output, errors = end_of(program, signal.SIGINT)
    assert (code, output) == (-signal.SIGINT, "finally\n")
    assert errors[0].startswith("Traceback")
    assert errors[-1] == "KeyboardInterrupt"


@pytest.mark.parametrize("how", ["receiving", "sending"])
def test_ctrl_c_ends_a_wait_for_a_silent_broker(proxy: Proxy, name: str, how: str) -> None:
    with running(proxy.url, name, how) as program:
        proxy.freeze()
        code, output, errors = end_of(program, signal.SIGINT)
    assert output == "finally\n"
    if how == "sending":
        assert (code, errors) == (5, [])
    else:
        assert (code, errors[-1]) == (-signal.SIGINT, "KeyboardInterrupt")


def test_sigterm_ends_a_program_without_a_word(target: Target, name: str) -> None:
    with running(target.url, name, "receiving") as program:
        assert end_of(program, signal.SIGTERM) == (-signal.SIGTERM, "", [])
