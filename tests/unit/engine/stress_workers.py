"""The threads that do everything at once to one queue."""

from __future__ import annotations

import random
import threading
from typing import TYPE_CHECKING, Any

from native_engine import Engine, FullError, RolledBackError
from tests.unit.engine.records import Record

if TYPE_CHECKING:
    from tests.unit.engine.stress import World

QUEUE = "stressed"
COLOURS = ("red", "blue")
CROWD = 30
"""As many records may wait before producers pause: wake-ups go wrong where a queue is nearly empty."""


class Endpoint:
    """A receiver with what it matches. Compared by identity: a reopened one is another."""

    def __init__(self, engine: Engine, colour: str | None) -> None:
        self.colour = colour
        self.receiver = engine.receiver(QUEUE, self.matches if colour else None)
        self.gone = False

    def matches(self, record: Record) -> bool:
        return self.colour is None or record.colour == self.colour


class Worker:
    """A thread that does random things until the world ends."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = number
        self.random = random.Random(world.seed())
        self.resting = False
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name=repr(self), daemon=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}-{self.number}"

    def _run(self) -> None:
        try:
            while not self.world.ending:
                if self.world.pausing:
                    self.pause()
                else:
                    self.act()
            self.leave()
        except BaseException as error:
            self.error = error
            self.world.ledger.faults.append(f"{self}: {error!r}")

    def act(self) -> None:
        """Do one random thing."""

    def leave(self) -> None:
        """Release and close everything."""

    def nudge(self) -> None:
        """Wake it if it may wait in the engine."""

    def pause(self) -> None:
        """Rest until the pause is over."""
        with self.world.changed:
            self.resting = True
            self.world.changed.notify_all()
            self.world.changed.wait_for(lambda: not self.world.pausing)
            self.resting = False

    def is_still(self) -> bool:
        return self.resting or self.error is not None

    def idle_endpoint(self) -> Endpoint | None:
        """The endpoint that waits for a record now, if any."""
        return None

    def chance(self, share: float) -> bool:
        return self.random.random() < share


class Producer(Worker):
    def __init__(self, world: World, number: int) -> None:
        super().__init__(world, number)
        self._count = 0
        self._sender = world.engine.sender("queue", QUEUE)

    def act(self) -> None:
        with self.world.changed:
            self.world.changed.wait_for(
                lambda: len(self.world.ledger.available) < CROWD or self.world.pausing or self.world.ending
            )
        if self.chance(0.2):
            records = [self.record() for _ in range(self.random.randint(1, 4))]
            self.world.ledger.offered(*records)
            try:
                self.world.engine.commit([(self._sender, record) for record in records], [])
            except RolledBackError:
                self.world.ledger.refused(*records)
        else:
            record = self.record()
            self.world.ledger.offered(record)
            try:
                self._sender.send(record)
            except FullError:
                self.world.ledger.refused(record)
        if self.chance(0.5):
            with self.world.changed:
                self.world.changed.wait(self.random.uniform(0, 0.001))

    def record(self) -> Record:
        self._count += 1
        group = self.random.choice("gh") if self.chance(self.world.traffic.grouped) else None
        return Record(
            (self.number, self._count),
            self.random.choice((4, 4, 4, 7)),
            colour=self.random.choice(COLOURS),
            group=group,
            closes_group=group is not None and self.chance(0.3),
        )


class Receiving(Worker):
    """What takers and listeners have in common: an endpoint that any thread may close, and what it holds."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(world, number)
        self._held: list[tuple[Record, Any]] = []
        self._sender = world.engine.sender("queue", QUEUE)
        self._count = 0
        self.endpoint = self._open()

    def _open(self) -> Endpoint:
        return Endpoint(
            self.world.engine, self.random.choice(COLOURS) if self.chance(self.world.traffic.selective) else None
        )

    def nudge(self) -> None:
        self.endpoint.receiver.interrupt()

    def close(self) -> None:
        """Close the endpoint; from any thread."""
        endpoint = self.endpoint
        endpoint.gone = True
        self.world.ledger.closing(endpoint)
        endpoint.receiver.close()

    def take(self, timeout: float | None) -> bool:
        endpoint = self.endpoint
        delivery = endpoint.receiver.take(timeout, self.chance(0.3))
        if delivery is None:
            return False
        self.world.ledger.took(endpoint, delivery)
        if delivery[1] is not None:
            self._held.append(delivery[:2])
        return True

    def settle_some(self) -> None:
        if not self._held or self.chance(0.3):
            return
        self.random.shuffle(self._held)
        cut = self.random.randint(1, len(self._held))
        some, self._held = self._held[:cut], self._held[cut:]
        records, receipts = [record for record, _ in some], [receipt for _, receipt in some]
        ledger, receiver = self.world.ledger, self.endpoint.receiver
        match self.random.randrange(4):
            case 0 | 1:
                receiver.settle(receipts, None)
                ledger.settled(*records)
            case 2:
                ledger.offered(*records)
                receiver.settle(receipts, self.random.randint(0, 2))
            case _:
                self._count += 1
                answer = Record((self.number, self._count), colour=self.random.choice(COLOURS))
                ledger.offered(answer)
                try:
                    self.world.engine.commit([(self._sender, answer)], [(receiver, receipts, None)])
                except RolledBackError:
                    ledger.refused(answer)
                    self._held += some
                else:
                    ledger.settled(*records)

    def give_back(self) -> None:
        self.world.ledger.offered(*(record for record, _ in self._held))
        self._held.clear()
        self.endpoint.receiver.release_unsettled()

    def leave(self) -> None:
        self.close()
        self.give_back()


class Taker(Receiving):
    """Takes in its own thread, without limit or not; during a pause it rests, or waits in `take`."""

    def __init__(self, world: World, number: int) -> None:
        super().__init__(world, number)
        self._waiting = False

    def act(self) -> None:
        self.take(self.random.choice((0, 0.0005, 0.002, 0.01)))
        self.settle_some()
        if self.endpoint.gone or self.chance(0.01):
            self.leave()
            self.endpoint = self._open()

    def pause(self) -> None:
        if self.chance(0.15):
            self.leave()
        if self.endpoint.gone or self.chance(self.world.sleepiness):
            super().pause()
            return
        while self.world.pausing and not self.endpoint.gone:
            with self.world.changed:
                self._waiting = True
                self.world.changed.notify_all()
            self.take(None)
            with self.world.changed:
                self._waiting = False
                self.world.changed.notify_all()

    def is_still(self) -> bool:
        return self._waiting or super().is_still()

    def idle_endpoint(self) -> Endpoint | None:
        return self.endpoint if self._waiting else None


class Listener(Receiving):
    """Is called when there is something to take, as the dispatch thread of a session is."""

    def __init__(self, world: World, number: int) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._missed = False
        self._called = threading.Event()
        self._armed: Endpoint | None = None
        super().__init__(world, number)

    def nudge(self) -> None:
        self._called.set()

    def act(self) -> None:
        if self._armed is not self.endpoint:
            self._arm()
        self._called.wait(0.002)
        self._called.clear()
        if self._busy:
            if self.chance(0.2):
                self._disarm()
            else:
                self._drain()
        self.settle_some()
        if self.chance(0.05):
            self._disarm()
        if self.chance(0.05):
            self._be_busy_for_a_while()
        if self.endpoint.gone or self.chance(0.01):
            self.leave()
            self.endpoint = self._open()

    def pause(self) -> None:
        match self.random.randrange(5):
            case 0:
                self.leave()
            case 1:
                self._disarm()
            case 2:
                self._stay_busy()
                return
            case _:
                if self._armed is None and not self.endpoint.gone:
                    self._arm()
        while self.world.pausing and not self.world.ending:
            self._called.clear()
            if self._busy:
                self._drain()
            with self.world.changed:
                self.resting = not self._busy
                self.world.changed.notify_all()
            self._called.wait(0.01)
        self.resting = False

    def leave(self) -> None:
        if self.chance(0.5):
            self._disarm()
        super().leave()
        self._disarm()

    def idle_endpoint(self) -> Endpoint | None:
        return self._armed if self.resting and not self._busy and not self.endpoint.gone else None

    def _arm(self) -> None:
        self._armed = self.endpoint
        self.endpoint.receiver.ready(self._on_ready)

    def _disarm(self) -> None:
        self.endpoint.receiver.ready(None)
        self._armed = None
        with self._lock:
            self._busy = self._missed = False

    def _on_ready(self) -> bool:
        with self._lock:
            if self._busy:
                self._missed = True
                return False
            self._busy = True
        self._called.set()
        return True

    def _drain(self) -> None:
        while True:
            while self.take(0) and not (self.world.ending or self.endpoint.gone):
                pass
            with self._lock:
                if not self._missed or self.world.ending or self.endpoint.gone:
                    self._busy = self._missed = False
                    return
                self._missed = False

    def _be_busy_for_a_while(self) -> None:
        with self._lock:
            self._busy = True
        with self.world.changed:
            self.world.changed.wait(self.random.uniform(0, 0.002))
        self._drain()

    def _stay_busy(self) -> None:
        """Say no to every call during the pause, but take what was promised before."""
        with self._lock:
            promised, self._busy = self._busy, True
        while promised and self.take(0):
            pass
        super().pause()


class Chaos(Worker):
    """Interrupts and closes what others use."""

    def act(self) -> None:
        victim = self.random.choice([worker for worker in self.world.workers if isinstance(worker, Receiving)])
        if self.chance(0.1):
            victim.close()
        else:
            victim.endpoint.receiver.interrupt()
        with self.world.changed:
            self.world.changed.wait(self.random.uniform(0, 0.002))
