"""`run` and signals: in the main thread of a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import jmslike
from jmslike import Queue
from jmslike.listening import ListenerContainer
from tests.unit.core.fake import PATIENCE, Task
from tests.unit.listening.steps import eventually, put, rest

ROOT = Path(__file__).parents[3]
LONG = 60

WORKER = """
import logging, signal, sys, threading
import jmslike
from jmslike.listening import ListenerContainer

def work(message):
    with open(sys.argv[2], "a") as log:
        log.write("begun\\n")
        log.flush()
        threading.Event().wait(float(sys.argv[3]))
        log.write("finished\\n")
    return message.get_body(str)

logging.basicConfig(level=logging.INFO, format="%(message)s")
before = [signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)]
handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
container = ListenerContainer(sys.argv[1], "q", work, concurrency=4)
print("ready", flush=True)
try:
    container.run()
finally:
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    print("restored", flush=True)
"""


@contextmanager
def worker(url: str, log: Path, seconds: float) -> Iterator[subprocess.Popen[str]]:
    """Run the worker, whose listener takes that long, until its listener has begun."""
    command = [sys.executable, "-W", "error", "-c", WORKER, url, str(log), str(seconds)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT}/transports"},
    ) as process:  # fmt: skip
        bound = threading.Timer(LONG, process.kill)
        bound.start()
        try:
            eventually(lambda: log.exists() and "begun" in log.read_text(), LONG)
            yield process
        finally:
            bound.cancel()
            process.kill()


def interrupt(process: subprocess.Popen[str]) -> None:
    """Send a first signal, and wait until it is handled."""
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert any("a second signal ends at once" in line for line in process.stderr)


def ask(url: str, *bodies: str) -> None:
    """Send requests whose replies go to a queue."""
    with jmslike.connect(url) as context:
        for body in bodies:
            context.create_producer().set_reply_to(Queue("done")).send(Queue("q"), body)
    jmslike.forget(url)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_under_load_leaves_nothing_half_done(tmp_path: Path, number: signal.Signals) -> None:
    url, log = f"native://{tmp_path}/engine", tmp_path / "log"
    bodies = [f"{each}" for each in range(400)]
    ask(url, *bodies)
    with worker(url, log, 0.005) as process:
        eventually(lambda: log.read_text().count("finished") > 40, LONG)
        process.send_signal(number)
        assert process.communicate(timeout=LONG)[0] == "ready\nrestored\n"
        assert process.returncode == 0
    done, left = rest(url, "done"), rest(url, "q")
    assert sorted([*done, *left]) == sorted(bodies)
    assert left
    lines = log.read_text().splitlines()
    assert lines.count("begun") == lines.count("finished") == len(done)
    jmslike.forget(url)


def test_a_second_sigint_ends_at_once(tmp_path: Path) -> None:
    url, log = f"native://{tmp_path}/engine", tmp_path / "log"
    ask(url, "a")
    with worker(url, log, 600) as process:
        interrupt(process)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LONG)
        assert output == "ready\nrestored\n"
        assert errors.endswith("KeyboardInterrupt\n")
        assert process.returncode == -signal.SIGINT
    assert (rest(url, "q"), rest(url, "done")) == (["a"], [])
    jmslike.forget(url)


def test_a_second_sigterm_ends_at_once(tmp_path: Path) -> None:
    url, log = f"native://{tmp_path}/engine", tmp_path / "log"
    ask(url, "a")
    with worker(url, log, 600) as process:
        interrupt(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == -signal.SIGTERM
    assert (rest(url, "q"), rest(url, "done")) == (["a"], [])
    jmslike.forget(url)


def test_run_in_another_thread_has_no_handlers(url: str) -> None:
    before = signal.getsignal(signal.SIGTERM)
    container = ListenerContainer(url, "q", print)
    running = Task(container.run)
    eventually(lambda: container.is_healthy)
    assert signal.getsignal(signal.SIGTERM) is before
    container.stop()
    running.end()
    assert not container.is_running


def test_run_goes_on_with_a_container_that_runs(url: str) -> None:
    with ListenerContainer(url, "q", print) as container:
        running = Task(container.run)
        put(url, "q", "a")
        eventually(lambda: rest(url, "q") == [])
        assert container.stop(PATIENCE)
        running.end()


def test_run_raises_what_start_raises_and_restores_the_handlers() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(jmslike.InvalidSelectorError):
        ListenerContainer("native://", "q", print, selector="n >").run()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
