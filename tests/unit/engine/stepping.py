"""Lets a test decide how threads interleave: one of them is stopped at each line of the engine in turn."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from tests.unit.engine.amplifier import under_test

PATIENCE = 10.0
GRACE = 0.01
"""How long a thread runs before it counts as blocked although it moves, in seconds. No assertion depends on
it."""


class Stepped:
    """Work in a thread of its own that stops before the `stop`-th line that it runs in the engine; 0 never stops."""

    def __init__(self, work: Callable[[], Any], stop: int = 0) -> None:
        self._work = work
        self._left = stop
        self._resume = threading.Event()
        self._settled = threading.Event()  # stopped at the line, or ended
        self.stopped = False
        self.outcome: Future[Any] = Future()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.settle()

    def settle(self) -> None:
        """Wait until the work ended, stopped at its line, or seems to block: it was seen at one place three times."""
        end, places = time.monotonic() + GRACE, [object()]
        while not self._settled.wait(0.0001) and time.monotonic() < end:
            frame = sys._current_frames().get(self._thread.ident or 0)
            places.append((id(frame), frame.f_lasti) if frame else object())
            if len(set(places[-3:])) == 1:
                return

    def go_on(self) -> None:
        """Run on past the line, until it ended or blocks."""
        if not self.outcome.done():
            self._settled.clear()
            self._resume.set()
            self.settle()

    def _run(self) -> None:
        if self._left:
            sys.settrace(self._on_call)
        try:
            self.outcome.set_result(self._work())
        except BaseException as error:
            self.outcome.set_exception(error)
        finally:
            sys.settrace(None)
            self._settled.set()

    def _on_call(self, frame: FrameType, event: str, _: Any) -> Any:
        return self._on_line if self._left and self._stops_in(frame.f_code) else None

    @staticmethod
    def _stops_in(code: CodeType) -> bool:
        """Leave out the backlog: it is used under a lock, where one place to stop is as good as another."""
        return under_test(code) and not code.co_filename.endswith("backlog.py")

    def _on_line(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and self._left:
            self._left -= 1
            if not self._left:
                self.stopped = True
                self._settled.set()
                self._resume.wait(PATIENCE)
        return self._on_line


@dataclass
class Scene:
    """Actions that meet on one engine, and what must hold when they have ended, or block forever.

    `check` gets the outcomes of the actions, in their order; `clean` ends those that still block.
    """

    actions: Sequence[Callable[[], Any]]
    check: Callable[..., None]
    clean: Callable[[], None]


def explore(make: Callable[[], Scene], *orders: Sequence[int]) -> int:
    """Play the scene in these orders of its actions (all, if none is named), stopping each action before each line.

    While one is stopped, the others run until they end or block; then it goes on. Returns the number of plays.
    """
    plays = 0
    orders = orders or tuple(itertools.permutations(range(len(make().actions))))
    for order in orders:
        for stopped in order:
            for line in itertools.count(1):
                plays += 1
                if not _play(make(), order, stopped, line):
                    break
    return plays


def _play(scene: Scene, order: Sequence[int], stopped: int, line: int) -> bool:
    """Play once; tells whether the line was reached."""
    running: dict[int, Stepped] = {}
    try:
        for number in order:
            running[number] = Stepped(scene.actions[number], line if number == stopped else 0)
        running[stopped].go_on()
        try:
            scene.check(*(running[number].outcome for number in sorted(running)))
        except BaseException as error:
            error.add_note(f"order {order}, action {stopped} stopped before its line {line}")
            raise
    finally:
        scene.clean()
    return running[stopped].stopped
