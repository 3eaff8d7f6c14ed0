"""A direct call: its caller waits for the service, in a line with the callers before it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Lock, Thread
from typing import Final

from jmslike.compare.flows.service import Service


class Answer(Enum):
    """The end of a call."""

    SERVED = "served"
    REFUSED = "refused, as the line is full"
    GIVEN_UP = "given up, as it took too long"
    FAILED = "failed, as the service is down"


@dataclass(eq=False, slots=True)
class Call:
    """A call, with when it came, when its service began and ended, and when its caller went on (0: it has not yet).

    The service begins for a waiting caller in the moment in which it ends for the one before it. `crashes` are those
    of the service until then.
    """

    key: int
    arrived: int
    begun: int = 0
    ended: int = 0
    left: int = 0
    crashes: int = 0
    answer: Answer | None = None
    turn: Event = field(default_factory=Event)


class DirectService:
    """A service with some workers and one line: first come, first served. Each caller is a thread, which waits.

    At most `line` callers wait, more are refused. A caller whose turn has not come after `give_up` seconds leaves the
    line. One thread starts the calls, and has the service crash and restart.
    """

    def __init__(self, service: Service, workers: int, *, line: int, give_up: float) -> None:
        self.calls: Final[list[Call]] = []
        """All calls, in the order in which they came."""
        self._service = service
        self._time = service.time
        self._workers = workers
        self._limit = line
        self._give_up = give_up
        self._free = workers
        self._line: deque[Call] = deque()
        self._lock = Lock()
        self._callers: list[Thread] = []

    def start_call(self, key: int) -> None:
        """Let a caller come, who waits in a thread of its own; a refused one needs none."""
        call = self._arrive(key)
        if call.answer is None:
            caller = Thread(target=self._wait, args=(call,), name=f"caller {key}", daemon=True)
            caller.start()
            self._callers.append(caller)
        else:
            call.left = self._time.now()

    def finish(self) -> None:
        """Wait until all callers have their answers."""
        while self._callers:
            self._callers.pop().join()

    def crash(self) -> None:
        """Fail all calls that wait or are in service, and each that comes until the restart."""
        with self._lock:
            self._service.crash()
            self._free = 0
            while self._line:
                self._end(self._line.popleft(), Answer.FAILED)

    def restart(self) -> None:
        """Serve again."""
        with self._lock:
            self._service.restart()
            self._free = self._workers

    def _arrive(self, key: int) -> Call:
        with self._lock:
            call = Call(key, self._time.now())
            self.calls.append(call)
            if not self._service.is_up:
                self._end(call, Answer.FAILED)
            elif self._free:
                self._free -= 1
                self._begin(call, call.arrived)
            elif len(self._line) == self._limit:
                self._end(call, Answer.REFUSED)
            else:
                self._line.append(call)
            return call

    def _wait(self, call: Call) -> None:
        if not call.turn.wait(self._give_up):
            self._leave_line(call)
        if call.answer is None:
            self._be_served(call)
        call.left = self._time.now()

    def _leave_line(self, call: Call) -> None:
        with self._lock:
            if not call.turn.is_set():  # else its turn, or a crash, has come at the last moment
                self._line.remove(call)
                self._end(call, Answer.GIVEN_UP)

    def _be_served(self, call: Call) -> None:
        self._service.work(call.key)
        with self._lock:
            if self._service.crashes != call.crashes:
                self._end(call, Answer.FAILED)
                return  # the worker is gone, too; the restart brings new ones
            call.ended = self._time.now()
            call.answer = Answer.SERVED
            if self._line:
                self._begin(self._line.popleft(), call.ended)
            else:
                self._free += 1

    def _begin(self, call: Call, at: int) -> None:
        call.begun = at
        call.crashes = self._service.crashes
        call.turn.set()

    def _end(self, call: Call, answer: Answer) -> None:
        call.answer = answer
        call.turn.set()
