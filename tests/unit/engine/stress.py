"""An engine under stress: everything happens at once to one queue, then holds still, so that a test can look at it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from native_engine import Engine, RolledBackError
from tests.unit.engine.in_folder import engine_in
from tests.unit.engine.ledger import Ledger
from tests.unit.engine.records import Record
from tests.unit.engine.stress_workers import QUEUE, Chaos, Endpoint, Listener, Producer, Taker, Worker

PATIENCE = 10.0


@dataclass(frozen=True)
class Traffic:
    """The shares of receivers with a selector and of records with a group, and the bound of the queue, if any.

    With `written`, transactions are claimed, written (which fails now and then) and applied. With `folder`, the queue
    is in a folder.
    """

    selective: float = 0.0
    grouped: float = 0.0
    max_depth: int | None = None
    written: bool = False
    folder: bool = False


class Written:
    """A store whose writes take their time, and fail now and then."""

    def __init__(self, generator: random.Random) -> None:
        self._random = generator

    def hold(self, record: Any, queues: Sequence[Any]) -> Sequence[Any]:
        return [record] * len(queues)

    def send(self, record: Any, queues: Sequence[Any], completion: Any) -> None:
        for queue in queues:
            queue.send_constrained(record)
        if completion is not None:
            completion(None)

    def write(self, parts: object, records: object) -> None:
        time.sleep(self._random.choice((0, 0.0002)))
        if self._random.random() < 0.2:
            raise RolledBackError("planted")


class World:
    """An engine under stress: workers, the ledger they write, and the pauses in which all of them hold still."""

    def __init__(self, seed: int, traffic: Traffic, path: Path) -> None:
        self.traffic = traffic
        options: dict[str, Any] = {"max_depth": traffic.max_depth, "block_timeout": 0.01}
        self.engine = engine_in(path, **options) if traffic.folder else Engine(**options)
        if traffic.written:
            self.engine._services = self.engine._services._replace(store=Written(random.Random(seed)))
        self.ledger = Ledger()
        self.changed = self.ledger.changed
        self.pausing = False
        self.ending = False
        self.sleepiness = 0.0  # the share of takers that do not wait in a pause
        self._random = random.Random(seed)
        self.workers: list[Worker] = [
            *(Producer(self, number) for number in range(2)),
            *(Taker(self, number) for number in range(10, 13)),
            *(Listener(self, number) for number in range(20, 22)),
            Chaos(self, 30),
        ]

    def seed(self) -> int:
        return self._random.randrange(1 << 30)

    def run(self, slices: Callable[[], bool]) -> None:
        """Stress, pause and check as long as `slices` says so; then end, and check that nothing was lost."""
        for worker in self.workers:
            worker.thread.start()
        try:
            while slices():
                with self.changed:
                    self.changed.wait_for(lambda: bool(self.ledger.faults), self._random.uniform(0.0005, 0.01))
                    self.sleepiness = self._random.choice((0.2, 0.5, 0.9))
                self._pause_and_check()
        finally:
            self._end()
        self._check_the_end()

    def _pause_and_check(self) -> None:
        with self.changed:
            self.pausing = True
            self.changed.notify_all()
            still = self.changed.wait_for(lambda: all(worker.is_still() for worker in self.workers), PATIENCE)
            assert still, f"these do not come to rest: {[w for w in self.workers if not w.is_still()]}"
            kept = self.changed.wait_for(lambda: not self._neglected() and self._books_agree(), PATIENCE / 2)
            assert kept, f"waiting although {self._neglected()}; books agree: {self._books_agree()}"
            self.pausing = False
            assert not self.ledger.faults, self.ledger.faults
            self.changed.notify_all()
        for worker in self.workers:
            worker.nudge()

    def _neglected(self) -> list[tuple[Record, Worker]]:
        """E1: what is available although an idle receiver may take it."""
        idle = [(worker, endpoint) for worker in self.workers if (endpoint := worker.idle_endpoint()) is not None]
        return [
            (record, worker)
            for record in self.engine.browse(QUEUE)
            for worker, endpoint in idle
            if endpoint.matches(record) and self._may_have_group(endpoint, record)
        ]

    def _may_have_group(self, endpoint: Endpoint, record: Record) -> bool:
        owners = self.ledger.owners[record.group] if record.group else None
        return not owners or endpoint in owners

    def _books_agree(self) -> bool:
        return {record.body for record in self.engine.browse(QUEUE)} == self.ledger.available

    def _end(self) -> None:
        with self.changed:
            self.ending = True
            self.pausing = False
            self.changed.notify_all()
        for worker in self.workers:
            worker.nudge()
        for worker in self.workers:
            worker.thread.join(PATIENCE)
            assert not worker.thread.is_alive(), f"{worker} does not end"

    def _check_the_end(self) -> None:
        errors = [worker.error for worker in self.workers if worker.error is not None]
        assert not errors, errors
        last = Endpoint(self.engine, None)
        while (delivery := last.receiver.take(0)) is not None:
            self.ledger.took(last, delivery)
        assert not self.ledger.faults, self.ledger.faults
        assert not self.ledger.available, f"lost: {self.ledger.available}"
        self.engine.close()
