"""The program of a timed receiver's process: it notes what comes, and returns its log when it is asked for it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from jmslike import SessionMode
from jmslike.compare.processes.counters import NOTED, PROBES, Counters
from jmslike.compare.processes.pipe import Answer, connect, listen, serve
from jmslike.compare.timed_receivers import Acknowledging, TimedReceiver
from jmslike.compare.timing.driver import SYSTEM_TIME
from jmslike.compare.timing.log import ArrivalLog


class CountedLog(ArrivalLog):
    """A log whose length other processes see."""

    def __init__(self, numbers: memoryview[int], place: int) -> None:
        super().__init__()
        self._numbers = numbers
        self._place = place
        numbers[place] = 0

    def note(self, key: int, at: int, again: bool) -> None:
        """See ArrivalLog."""
        super().note(key, at, again)
        self._numbers[self._place] = len(self)


class _Program:
    """The answers to the requests of `Processes`."""

    def __init__(self, receiver: TimedReceiver, numbers: memoryview[int], first: int, hold: float) -> None:
        self._receiver = receiver
        self._numbers = numbers
        self._first = first
        self._hold = hold
        self._released = Event()

    def answer(self, do: str, **arguments: Any) -> Any:
        match do:
            case "clock":
                return SYSTEM_TIME.now()
            case "begin":
                self._receiver.base = arguments["base"]
                self._receiver.log = CountedLog(self._numbers, self._first + NOTED)
            case "release":
                self._released.set()
            case "log":
                log = self._receiver.log
                return [b64encode(values).decode("ascii") for values in (log.keys, log.times, log.again)]
        return None

    def answer_probe(self) -> None:
        """Hold a probe until every receiver has one, as far as the provider promises that."""
        self._released.clear()
        self._numbers[self._first + PROBES] += 1
        self._released.wait(self._hold)


@contextmanager
def _start(place: dict[str, Any]) -> Iterator[Answer]:
    acknowledging = Acknowledging(SessionMode(place["mode"]), place["every"])
    with closing(Counters(Path(place["counters"]))) as counters, connect(place) as connection:
        receiver = TimedReceiver("", connection, lambda session, _: listen(session, place), acknowledging)
        program = _Program(receiver, counters.numbers, place["first"], place["hold"])
        receiver.answer_probe = program.answer_probe
        yield program.answer


if __name__ == "__main__":
    serve(_start)
