"""A process that moves messages in folders is killed at any instant: nothing is lost, nor doubled within a folder."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

import jmslike
from tests.operations.killed import instants, ran
from tests.unit.operating.steps import die, fill, texts_in

KILLS = 5
TEXTS = [str(number) for number in range(220)]
"""More than two transactions."""
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="it has no kill -9"),
]


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
    at = instants(call.format(*folders.filled()), random.Random("move"), KILLS)
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
    for instant in instants(call.format(*folders.filled()), random.Random("two"), KILLS):
        urls = folders.filled()
        assert ran(call.format(*urls), instant) is None
        before, after = set(left_in(urls[0], "orders")), left_in(urls[1], "archive")
        assert before | set(after) == set(TEXTS), f"killed at {instant}"
        assert len(after) == len(set(after))
        assert len(before & set(after)) in (0, 20, 100)


def test_killed_while_it_returns_dead_letters(folders: Folders) -> None:
    """Each message is there once, also one that cannot go back."""
    call = "retry({0!r}, 'DLQ.orders')"
    for instant in instants(call.format(*folders.filled(dead=True)), random.Random("retry"), KILLS):
        url, _ = folders.filled(dead=True)
        assert ran(call.format(url), instant) is None
        assert sorted(left_in(url, "orders", "DLQ.orders")) == sorted([*TEXTS, "stays"]), f"killed at {instant}"
        assert ran(call.format(url)) is not None
        assert left_in(url, "DLQ.orders") == ["stays"]


def test_killed_while_it_copies(folders: Folders) -> None:
    """The originals are all there."""
    call = "copy({0!r}, 'orders', 'audit', to_url={1!r})"
    for instant in instants(call.format(*folders.filled()), random.Random("copy"), KILLS):
        urls = folders.filled()
        assert ran(call.format(*urls), instant) is None
        copies = left_in(urls[1], "audit")
        assert (left_in(urls[0], "orders"), copies) == (TEXTS, TEXTS[: len(copies)]), f"killed at {instant}"
