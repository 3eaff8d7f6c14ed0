"""The fixture `jms_url`, in runs of pytest by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.test_docs import python_of

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "testing.md"
PATHS = os.pathsep.join(map(str, (ROOT, ROOT / "transports")))

LEAVING = """
import threading
import jmslike

def wait(consumer):
    try:
        consumer.receive()
    except jmslike.ConnectionLostError:
        pass

def test_left(jms_url):
    context = jmslike.connect(jms_url)
    context.create_consumer(context.create_queue("orders"))
    other = context.create_context(1)
    consumer = other.create_consumer(other.create_queue("bills"))
    test_left.waiting = threading.Thread(target=wait, args=(consumer,))
    test_left.waiting.start()

def test_next(jms_url):
    test_left.waiting.join(10)
    assert not test_left.waiting.is_alive()
    assert jmslike.open_connections() == []
"""

LEAVING_A_LOOP = """
import asyncio
import jmslike
from jmslike import aio

async def leave(url):
    context = await aio.connect(url)
    consumer = await context.create_consumer(context.create_queue("orders"))
    consumer.message_listener = print

def test_left(jms_url):
    asyncio.run(leave(jms_url))

def test_next(jms_url):
    assert jmslike.open_connections() == []
"""

UNUSED = """
import sys

def test_unused():
    assert [name for name in sys.modules if name.split(".")[0] in ("jmslike", "jmslike_transports")] == []
"""


def run(folder: Path, text: str) -> str:
    """Run pytest on a file with this text; return what it prints."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-p", "pytest_jmslike", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": PATHS}
    result = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return result.stdout + result.stderr


def test_the_example_of_the_page(tmp_path: Path) -> None:
    assert "2 passed" in run(tmp_path, python_of(PAGE.read_text(encoding="utf-8")))


def test_a_connection_that_is_left_open_fails_its_test(tmp_path: Path) -> None:
    printed = run(tmp_path, LEAVING)
    assert "2 passed, 1 error" in printed
    assert "the test left connections to native://jms_url-1 open: close each, as `with` does" in printed
    assert "(started, sessions: 2), which consumes from queue://orders, queue://bills" in printed


def test_one_of_an_event_loop_that_has_ended_is_closed_as_well(tmp_path: Path) -> None:
    printed = run(tmp_path, LEAVING_A_LOOP)
    assert "2 passed, 1 error" in printed
    assert "(started, sessions: 1), which consumes from queue://orders" in printed
    assert "never awaited" not in printed


def test_it_costs_nothing_without_the_fixture(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, UNUSED)
