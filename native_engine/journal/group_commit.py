"""Group commit by a leader: threads that wait for the disk at the same moment share one sync.

A thread that finds no other syncing is the leader: it syncs for all whose entries are written. Those that come
meanwhile wait. When the leader is done, one of them leads the next group. So a single thread never waits for another.

A signal's handler, such as that of Ctrl-C, may raise at almost any line. What must not be done by halves is done by
assignments that follow each other, and by calls that run in C: a handler runs before or after these.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from operator import methodcaller

__all__ = ["GroupCommit"]

_release = methodcaller("release")


class GroupCommit:
    """Waits until a position of the log is safe. `sync` makes all that is appended safe, and returns its position."""

    def __init__(self, sync: Callable[[], int]) -> None:
        self._sync = sync
        self._lock = threading.Lock()  # for what follows
        self._leader: threading.Lock | None = None  # the turn of the thread that leads
        self._followers: deque[tuple[int, threading.Lock]] = deque()
        self.safe: int = 0  # only grows

    def wait(self, position: int) -> None:
        """Return when everything before the position is safe. Raises what `sync` raises."""
        if self.safe >= position:
            return
        turn = threading.Lock()
        turn.acquire()
        try:
            with self._lock:
                if self._leader is None:
                    self._leader = turn
                else:
                    self._followers.append((position, turn))
            if self._leader is not turn:
                turn.acquire()  # until the position is safe, or this thread leads
            while self.safe < position:
                self.safe = self._sync()
        finally:
            interruption: BaseException | None = None
            has_left = False
            while not has_left:  # the others must not wait for this thread, whatever a signal's handler raises
                try:
                    has_left = self._leave(turn)
                except BaseException as error:
                    interruption = error
            if interruption is not None:
                raise interruption

    def _leave(self, turn: threading.Lock) -> bool:
        """Wait for nothing any more. The leader wakes those whose entries are safe, and one that leads from now on."""
        with self._lock:
            followers = deque(each for each in self._followers if each[1] is not turn)
            if self._leader is turn:
                woken = [other for position, other in followers if position <= self.safe]
                followers = deque(each for each in followers if each[0] > self.safe)
                leader = followers.popleft()[1] if followers else None
                if leader is not None:
                    woken.insert(0, leader)
                wake = map(_release, woken)
                self._leader, self._followers = leader, followers
                deque(wake, 0)
            else:
                self._followers = followers
        return True
