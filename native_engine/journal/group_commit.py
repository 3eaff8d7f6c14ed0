"""Group commit by a leader: threads that wait for the disk at the same moment share one sync.

A thread that finds no other syncing is the leader: it syncs for all whose entries are written. Those that come
meanwhile wait. When the leader is done, one of them leads the next group. So a single thread never waits for another.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

__all__ = ["GroupCommit"]


class GroupCommit:
    """Waits until a position of the log is safe. `sync` makes all that is appended safe, and returns its position."""

    def __init__(self, sync: Callable[[], int]) -> None:
        self._sync = sync
        self._lock = threading.Lock()
        self._is_led = False
        self._followers: deque[tuple[int, threading.Lock]] = deque()
        self.safe: int = 0  # only grows

    def wait(self, position: int) -> None:
        """Return when everything before the position is safe. Raises what `sync` raises."""
        while self.safe < position:
            turn: threading.Lock | None = None
            try:
                with self._lock:
                    if self.safe >= position:
                        return
                    if self._is_led:
                        turn = threading.Lock()
                        turn.acquire()
                        self._followers.append((position, turn))
                    else:
                        self._is_led = True
                if turn is None:
                    self._lead()
                else:
                    turn.acquire()
            except BaseException:  # KeyboardInterrupt, say: the others must not wait for this thread
                if turn is not None:
                    self._leave(position, turn)
                raise

    def _lead(self) -> None:
        try:
            self.safe = self._sync()
        finally:
            self._pass_on(is_done=True)

    def _leave(self, position: int, turn: threading.Lock) -> None:
        with self._lock:
            if (position, turn) in self._followers:
                self._followers.remove((position, turn))
                return
        self._pass_on(is_done=False)  # it was to lead, perhaps

    def _pass_on(self, is_done: bool) -> None:
        """Wake those whose entries are safe, and the first of the others, which leads the next group."""
        with self._lock:
            if is_done:
                self._is_led = False
            safe: list[tuple[int, threading.Lock]] = []
            others: deque[tuple[int, threading.Lock]] = deque()
            for follower in self._followers:
                (safe if follower[0] <= self.safe else others).append(follower)
            if others and not self._is_led:
                safe.insert(0, others.popleft())
            self._followers = others
        for _, turn in safe:
            turn.release()
