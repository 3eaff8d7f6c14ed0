"""A process that moves messages is killed at any instant: each message is at one end, or between two folders at least.

The process kills itself when it has called as many functions as the dice say, so an instant can be looked at again.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

import jmslike
from tests.brokers.software import ROOT
from tests.unit.operating.steps import die, fill, texts_in

KILLS = 5
TEXTS = [str(number) for number in range(220)]
"""More than two transactions."""
PROGRAM = """
import itertools, os, signal, sys
from jmslike import operating

calls, last = itertools.count(1), int(sys.argv[1])

def count(frame, event, argument):
    if event in ("call", "c_call") and next(calls) == last:
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(count)
operating.{call}
sys.setprofile(None)
print(next(calls))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="it has no kill -9"),
]


def ran(call: str, last: int = 0) -> int | None:
    """Run it in a process that is killed at its last call of a function; return how many it made, None if killed."""
    command = [sys.executable, "-c", PROGRAM.format(call=call), str(last)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode in (0, -9), result.stderr
    return int(result.stdout) if result.returncode == 0 else None


def instants(call: str, dice: random.Random) -> list[int]:
    """Return calls of functions at which to kill the process: one in each part of its life."""
    calls = ran(call)
    assert calls is not None
    return [dice.randrange(calls * part // KILLS + 1, calls * (part + 1) // KILLS) for part in range(KILLS)]


class Folders:
    """Pairs of new folders, each pair filled as the others."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0

    def filled(self, *, dead: bool = False) -> tuple[str, str]:
        self._number += 1
        first, second = (f"native://{self._path / f'{name}-{self._number}'}" for name in ("first", "second"))
        fill(first, "orders", *TEXTS)
        if dead:
            die(first, "orders")
            fill(first, "DLQ.orders", "stays")
        jmslike.forget(first)
        return first, second


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def left_in(url: str, *queues: str) -> list[str]:
    found = [str(text) for queue in queues for text in texts_in(url, queue)]
    jmslike.forget(url)
    return found


def test_killed_while_it_moves_within_a_folder(folders: Folders) -> None:
    """Each message is there once."""
    call = "move({0!r}, 'orders', 'archive')"
    at = instants(call.format(*folders.filled()), random.Random("move"))
    shares = set()
    for instant in at:
        url, _ = folders.filled()
        assert ran(call.format(url), instant) is None
        shares.add(len(left_in(url, "archive")))
        assert sorted(left_in(url, "orders", "archive")) == sorted(TEXTS), f"killed at {instant}"
        assert ran(call.format(url)) is not None
        assert left_in(url, "archive") == TEXTS
    assert len(shares) > 1, "the kills found it at different points"


def test_killed_while_it_moves_between_folders(folders: Folders) -> None:
    """Each message is at one end at least, and those at both are of one transaction."""
    call = "move({0!r}, 'orders', 'archive', to_url={1!r})"
    for instant in instants(call.format(*folders.filled()), random.Random("two")):
        urls = folders.filled()
        assert ran(call.format(*urls), instant) is None
        before, after = set(left_in(urls[0], "orders")), left_in(urls[1], "archive")
        assert before | set(after) == set(TEXTS), f"killed at {instant}"
        assert len(after) == len(set(after))
        assert len(before & set(after)) in (0, 20, 100)


def test_killed_while_it_returns_dead_letters(folders: Folders) -> None:
    """Each message is there once, also one that cannot go back."""
    call = "retry({0!r}, 'DLQ.orders')"
    for instant in instants(call.format(*folders.filled(dead=True)), random.Random("retry")):
        url, _ = folders.filled(dead=True)
        assert ran(call.format(url), instant) is None
        assert sorted(left_in(url, "orders", "DLQ.orders")) == sorted([*TEXTS, "stays"]), f"killed at {instant}"
        assert ran(call.format(url)) is not None
        assert left_in(url, "DLQ.orders") == ["stays"]


def test_killed_while_it_copies(folders: Folders) -> None:
    """The originals are all there."""
    call = "copy({0!r}, 'orders', 'audit', to_url={1!r})"
    for instant in instants(call.format(*folders.filled()), random.Random("copy")):
        urls = folders.filled()
        assert ran(call.format(*urls), instant) is None
        copies = left_in(urls[1], "audit")
        assert (left_in(urls[0], "orders"), copies) == (TEXTS, TEXTS[: len(copies)]), f"killed at {instant}"
