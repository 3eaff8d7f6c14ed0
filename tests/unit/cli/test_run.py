"""`jmslike run`: finds the listeners of a module, says what it cannot load, and ends by signals."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import Result

import jmslike
from jmslike import Queue

COMMAND = [sys.executable, "-W", "error", "-m", "jmslike", "run"]
PATIENCE = 60
Run = Callable[..., Result]

SERVICE = """
import threading
from jmslike.listening import jms_listener
from helper import SUFFIX

@jms_listener("queue://orders", concurrency=2)
def on_order(message):
    return message.get_body(str) + SUFFIX

@jms_listener("queue://slow")
def on_slow(message):
    threading.Event().wait()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a service, as a file and in a package."""
    (tmp_path / "helper.py").write_text("SUFFIX = '!'", encoding="utf-8")
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "orders.py").write_text(SERVICE, encoding="utf-8")
    return tmp_path


@contextmanager
def service(folder: Path, module: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """Run the command until it listens."""
    with subprocess.Popen(
        [*COMMAND, module, "--url", url], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:  # fmt: skip
        bound = threading.Timer(PATIENCE, process.kill)
        bound.start()
        try:
            yield process
        finally:
            bound.cancel()
            process.kill()


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    pytest.fail(f"the process ended without {text!r}")


@pytest.mark.parametrize("module", ["service.py", "service", "shop.orders", "shop/orders.py"])
def test_a_module_by_its_name_or_path(folder: Path, module: str) -> None:
    url = f"native://{folder}/engine"
    ask(url, "orders", "a")
    with service(folder, module, url) as process:
        wait_for(process, "listening")
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, output) == (0, "")
        assert "INFO jmslike.listening: stopped listening to queue://orders" in errors


def test_it_says_what_runs(folder: Path) -> None:
    url = f"native://{folder}/engine"
    with service(folder, "service.py", url) as process:
        wait_for(process, f"listening to queue://orders, sessions: 2, at ConnectionFactory('{url}')")
        wait_for(process, "listening to queue://slow, sessions: 1")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == 0


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_a_listener_that_does_not(folder: Path, second: signal.Signals) -> None:
    url = f"native://{folder}/engine"
    ask(url, "slow", "a")
    with service(folder, "service.py", url) as process:
        wait_for(process, "listening to queue://slow")
        process.send_signal(signal.SIGTERM)
        wait_for(process, "a second signal ends at once")
        process.send_signal(second)
        assert process.wait(PATIENCE) == -second


def ask(url: str, queue: str, body: str) -> None:
    with jmslike.connect(url) as context:
        context.create_producer().set_reply_to(Queue("answers")).send(Queue(queue), body)
    jmslike.forget(url)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("no_listener.py", "x = 1", "the module no_listener has no listener: mark its functions by @jms_listener"),
        ("broken.py", "import no_such_module", "cannot be imported: ModuleNotFoundError: No module named"),
        ("wrong.py", "x = = 1", "cannot be imported: SyntaxError"),
        ("raises.py", "x = 1\n1 / 0", "raises.py:2)"),
        ("ends.py", "raise SystemExit(0)", "cannot be imported: SystemExit: 0"),
        ("marks.py", "from jmslike.listening import jms_listener\njms_listener('q', concurrency=0)", "sessions"),
    ],
)
def test_a_module_that_cannot_be_run(run: Run, tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    result = run("run", str(tmp_path / name), "--url", "native://")
    assert result.exit_code == 2
    assert result.stderr.startswith("jmslike: ")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("module", ["no_such_module", "os.no_such_module", "no_such_file.py"])
def test_a_module_that_is_not_there(run: Run, module: str) -> None:
    result = run("run", module, "--url", "native://")
    assert result.exit_code == 2
    assert result.stderr.startswith("jmslike: there is no ")


def test_a_wrong_url(run: Run, folder: Path) -> None:
    result = run("run", str(folder / "service.py"), "--url", "nowhere://")
    assert result.exit_code == 2
    assert result.stderr.startswith("jmslike: no transport for nowhere://")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "url",
    [
        "stomp://127.0.0.1:{}?connect_timeout=600",
        "amqp://127.0.0.1:{}?connect_timeout=600",
        "kafka://127.0.0.1:{}?connect_timeout=600",
        "failover:(stomp://127.0.0.1:{})?connect_timeout=600",
    ],
)
def test_a_signal_ends_a_start_that_waits_for_its_provider(folder: Path, url: str, number: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        with service(folder, "service.py", url.format(silent.getsockname()[1])) as process:
            with silent.accept()[0]:
                process.send_signal(number)
                _, errors = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, errors
            assert "stopping: listeners that run end their work; a second signal ends at once" in errors


def test_a_provider_that_is_away(run: Run, folder: Path) -> None:
    result = run("run", str(folder / "service.py"), "--url", "stomp://127.0.0.1:1")
    assert result.exit_code == 3
    assert "(stomp://127.0.0.1:1)" in result.stderr
