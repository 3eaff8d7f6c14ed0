"""A process that works with a folder until it is killed: several threads that send and receive in all ways.

It prints `opening` before it opens the folder, and `open` afterwards.

python -m tests.durable.worker native:///folder diary seed
"""

from __future__ import annotations

import logging
import random
import sys
import threading
from pathlib import Path

from jmslike import ConnectionFactory, SessionMode
from tests.durable.actors import Actor, Listener, PipeliningSender, Receiver, RefusedError, Sender, Subscriber
from tests.durable.diary import Diary
from tests.durable.world import MAX_REDELIVERIES, QUEUES, WINDOW

MODES = tuple(SessionMode)


class Troupe:
    """The threads of one worker. A seed decides which they are, and what each does."""

    def __init__(self, url: str, diary: Diary, seed: str) -> None:
        self._factory = ConnectionFactory(url, max_redeliveries=MAX_REDELIVERIES, window=WINDOW)
        self._diary = diary
        self._seed = seed
        self._random = random.Random(seed)
        self._stop = threading.Event()
        _tell("opening")
        self._keeper = self._factory.create_connection()  # the folder stays open while the others come and go
        diary.note("has opened the folder")
        _tell("open")
        self._actors = self._cast()
        for actor in self._actors:
            actor.start()

    def _cast(self) -> list[Actor]:
        makes: list[type[Actor]] = [Sender, Sender, PipeliningSender, Subscriber]
        actors = [self._make(each, f"{each.__name__}{number}") for number, each in enumerate(makes)]
        places = [*QUEUES, "d0", "d1", "s0", "s1", *self._random.sample((*QUEUES, "s0", "s1"), 2)]
        for number, place in enumerate(places):
            kind = self._random.choice((Receiver, Receiver, Listener))
            actor = self._make(kind, f"{kind.__name__}{number}")
            assert isinstance(actor, Receiver)
            actors.append(actor.on(place, self._random.choice(MODES)))
        return actors

    def _make(self, kind: type[Actor], name: str) -> Actor:
        return kind(f"{self._seed}.{name}", self._factory, self._diary, self._stop, self._seed)

    def end(self) -> None:
        """Let the threads end, and close all."""
        self._stop.set()
        for actor in self._actors:
            actor.join()
        self._keeper.close()


def _tell(line: str) -> None:
    print(line, flush=True)


def _print_unless_refused(raised: threading.ExceptHookArgs) -> None:
    if not isinstance(raised.exc_value, RefusedError):
        threading.__excepthook__(raised)


def main(url: str, diary: str, seed: str) -> None:
    """Work until a line comes on stdin, or the end."""
    threading.excepthook = _print_unless_refused
    logging.getLogger("jmslike.redelivery").setLevel(logging.CRITICAL)  # dead letters are meant
    troupe = Troupe(url, Diary(Path(diary)), seed)
    sys.stdin.readline()
    troupe.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
