"""One life of an engine: what an application does with it, step by step, until the crash or its end."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from errno import EBADF
from typing import Final, NamedTuple

from native_engine import (
    ClosedError,
    DiskError,
    Engine,
    FullError,
    InUseError,
    Kind,
    RolledBackError,
    Sender,
    Settlement,
)
from native_engine.journal import Journal, layout
from native_engine.journal.layout import Definition
from native_engine.journal.receiver import DurableReceiver
from native_engine.records import Receipt
from tests.power_loss.disk import SimulatedFiles
from tests.power_loss.look import receiver_of
from tests.power_loss.messages import COLOURS, Message, MessageFormat, filling
from tests.power_loss.model import Change, Changes, Copy, Model, Place
from tests.power_loss.stepping import SteppedPipeline, SteppedTimers
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import Limits

__all__ = ["Life"]

QUEUES: Final = ("q0", "q1")
TOPIC: Final = "t"
SUBSCRIPTIONS: Final = ("s0", "s1", "shared")
ECHOES = 0.05
"""The share of messages whose bodies are pieces of the journal."""
PATIENCE: Final = 10.0
"""Seconds in which an engine closes itself."""


class Held(NamedTuple):
    """A copy that was handed over to a receiver, its receipt, and the attempts before that."""

    receiver: DurableReceiver
    copied: Copy
    receipt: Receipt
    attempts: int


class Life:
    """An engine on a disk, an application, and the model of what that may rely on."""

    def __init__(
        self,
        files: SimulatedFiles,
        model: Model,
        known: MessageFormat,
        clock: ManualClock,
        chance: random.Random,
        segment_size: int,
    ) -> None:
        """Open the engine."""
        self.files: Final = files
        self.faults: list[str] = []
        self.steps: list[str] = []
        self.ended = False
        self.has_failed = False
        """Whether the disk has failed, so that the engine is closed."""
        self._model = model
        self._known = known
        self._clock = clock
        self._chance = chance
        self._segment_size = segment_size
        self._journal = Journal(files, known, segment_size)
        self._doing = Changes()
        self._is_closing = False
        self._closed_by_itself = threading.Event()
        self._engine = Engine(journal=self._journal, clock=clock, on_failure=lambda error: self._closed_by_itself.set())
        self._damage = self._engine.damage
        self._receivers: dict[DurableReceiver, Place] = {}
        self._holds: dict[DurableReceiver, list[Held]] = {}
        self._open: list[Changes] = []
        self._done: list[Changes] = []

    def live(self, steps: int) -> None:
        """Take so many steps, fewer if the cut comes before; then close."""
        names, weights = zip(*STEPS, strict=True)
        for name in self._chance.choices(names, weights, k=steps):
            self.step(name)
            if self.files.is_cut or self.faults or self.has_failed:
                return
        self.step(Life.close)

    def step(self, step: Callable[[Life], None]) -> None:
        """Take a step, and note in the model what it did. The step says in `_doing` what it is about to do."""
        self._doing = Changes()
        try:
            step(self)
        except (FullError, InUseError, RolledBackError) as error:
            self._doing = Changes()
            self._refused(error)
        except (DiskError, ClosedError):
            self._fail()
        failure = self._journal._log.failure
        if isinstance(failure, OSError) and failure.errno != EBADF:  # that is how a log is closed
            self._fail()
        self.steps.append(f"{step.__name__} {self._doing}")
        for each in self._done:
            self._model.apply(each)
        self._done.clear()
        if self._engine.damage != self._damage:
            self.faults.append(f"this is called damaged: {self._engine.damage}")
        if self.files.is_cut or self.has_failed:
            for each in (self._doing, *self._open):
                self._model.doubt(each)
        else:
            self._model.apply(self._doing)

    def _fail(self) -> None:
        """Note that the disk has failed, and see that the engine is closed."""
        if not self.has_failed:
            self.has_failed = True
            if not self._is_closing and not self._closed_by_itself.wait(PATIENCE):
                self.faults.append("the disk has failed, and the engine goes on")
            try:
                self._engine.receiver("q")
                self.faults.append("the disk has failed, and the engine can be used")
            except (DiskError, ClosedError):
                pass
            self._engine.close()

    def _refused(self, error: Exception) -> None:
        """Note that the engine did not do a step."""
        if isinstance(error, RolledBackError):
            self.faults.append(f"a commit was rolled back: {error}")

    # -- sending

    def send(self) -> None:
        sender, message, places = self._outgoing()
        self._doing = changes_of([(message, places)])
        sender.send(message)

    def send_without_waiting(self) -> None:
        sender, message, places = self._outgoing()
        changes = changes_of([(message, places)])
        self._model.calls += 1
        changes.written = self._model.calls
        self._open.append(changes)

        def complete(error: Exception | None) -> None:
            if not self.files.is_cut and not isinstance(error, (DiskError, ClosedError)):
                self._open.remove(changes)
                if error is None:
                    self._done.append(changes)

        try:
            sender.send(message, complete)
        except FullError:
            self._open.remove(changes)

    def _outgoing(self) -> tuple[Sender, Message, Sequence[Place]]:
        message = self._message()
        kind, name, places = self._target(message)
        return self._engine.sender(kind, name), message, places

    def _message(self) -> Message:
        chance = self._chance
        message = Message(
            len(self._known.known) + 1,
            chance.choice((4, 4, 4, 0, 9)),
            chance.choice(COLOURS),
            filling(chance, self._segment_size),
            chance.random() < 0.9,
        )
        if chance.random() < ECHOES:
            message.data = self._echo(message.key)
        self._known.known[message.key] = message
        kind = chance.random()
        now = self._clock.milliseconds
        if kind < 0.1:
            message.constraints = Limits(expiration=now + chance.choice((500, 5_000, 10**9)))
        elif kind < 0.2:
            message.constraints = Limits(due=now + chance.choice((500, 5_000)))
        elif kind < 0.3:
            message.constraints = Limits(group=chance.choice("ab"), closes_group=chance.random() < 0.2)
        return message

    def _echo(self, key: str) -> bytes:
        """Return a body that is a piece of the journal, which will stand where it stood, in another segment."""
        disk = self.files.disk
        start = self._journal._log.active.end + layout.ENTRY_SIZE + len(layout.sent_once(4, 1, b"")) + len(key) + 1
        piece = bytes(disk.names[self._chance.choice(sorted(disk.names))].data[start : start + 1_500])
        return f"{key} ".encode() + piece

    def _target(self, message: Message) -> tuple[Kind, str, Sequence[Place]]:
        if self._chance.random() < 0.4:
            wanting = [
                place
                for place in self._model.subscriptions()
                if place.definition.selector_text in (None, message.colour)
            ]
            return "topic", TOPIC, wanting
        name = self._chance.choice(QUEUES)
        return "queue", name, [self._model.place(Definition(name))]

    # -- receiving

    def receive(self) -> None:
        """Take a message, and keep it; or as AUTO_ACKNOWLEDGE does, have it accepted at the hand-over."""
        receiver = self._receiver()
        place, accepts = self._receivers[receiver], self._chance.random() < 0.4
        try:
            delivery = receiver.take(0, accepts)
        except DiskError:
            self._doing.changes += handed_over(place, accepts)
            raise
        if delivery is None:
            return
        message, receipt, attempts = delivery
        if not message.persistent:
            if receipt is not None:
                receiver.settle([receipt], None)
            return
        copy = place.copies.get(message.key)
        if copy is None or copy.status is None:
            self.faults.append(f"{message} came from {place}, where it must not be")
            return
        self._check(copy, attempts)
        self._doing.changes.append((copy, (attempts + 1, 0)))
        if receipt is None:
            self._doing.changes.append((copy, None))
        else:
            self._holds[receiver].append(Held(receiver, copy, receipt, attempts))

    def _check(self, copy: Copy, attempts: int) -> None:
        assert copy.status is not None
        if attempts != copy.status[0]:
            self.faults.append(f"{copy} came after {attempts} attempts")
        now = self._clock.milliseconds
        if now < max(copy.status[1], copy.message.due):
            self.faults.append(f"{copy} came before its time")
        if 0 < copy.message.expiration <= int(self._clock.now() * 1000):  # as the engine rounds it
            self.faults.append(f"{copy} came after its expiration")

    def _receiver(self) -> DurableReceiver:
        chance = self._chance
        if self._receivers and (len(self._receivers) > 5 or chance.random() < 0.8):
            return chance.choice(list(self._receivers))
        places = [self._model.place(Definition(name)) for name in QUEUES] + list(self._model.subscriptions())
        place = chance.choice(places)
        receiver = receiver_of(self._engine, place.definition, chance.random() < 0.5)
        self._receivers[receiver] = place
        self._holds[receiver] = []
        return receiver

    def _some(self) -> list[Held]:
        """Choose some of what a receiver holds, to be settled."""
        holders = [held for held in self._holds.values() if held]
        if not holders:
            return []
        held = self._chance.choice(holders)
        some = held[:] if self._chance.random() < 0.5 else self._chance.sample(held, self._chance.randint(1, len(held)))
        held[:] = [each for each in held if each not in some]
        return some

    def accept(self) -> None:
        held = self._some()
        if held:
            receiver = held[0].receiver
            self._doing = Changes([(each.copied, None) for each in held], syncs=receiver._awaits_disk)
            receiver.settle([each.receipt for each in held], None)

    def release(self) -> None:
        """Release what is held, with an attempt more, or as if it had never been handed over."""
        more = self._chance.randrange(2)
        for receiver, copy, receipt, attempts in self._some():
            self._doing.changes.append((copy, (attempts + more, 0)))
            receiver.settle([receipt], attempts + more)

    def postpone(self) -> None:
        delay = self._chance.choice((0.5, 5.0))
        until = self._clock.milliseconds + int(delay * 1000)
        for receiver, copy, receipt, attempts in self._some():
            if copy.message.expiration:
                self._doing.changes.append((copy, (attempts + 1, 0)))
                receiver.settle([receipt], attempts + 1)
            else:
                self._doing.changes.append((copy, (attempts + 1, until)))
                receiver.postpone([receipt], attempts + 1, delay)

    def count(self) -> None:
        """Hand over again what a session holds, as `recover` does."""
        for receiver, copy, receipt, attempts in self._some():
            self._holds[receiver].append(Held(receiver, copy, receipt, attempts + 1))
            self._doing.changes.append((copy, (attempts + 2, 0)))
            receiver.count(receipt, attempts + 1)

    def close_receiver(self) -> None:
        if self._receivers:
            receiver = self._chance.choice(list(self._receivers))
            del self._receivers[receiver]
            for _, copy, receipt, attempts in self._holds.pop(receiver):
                self._doing.changes.append((copy, (attempts + 1, 0)))
                receiver.settle([receipt], attempts + 1)
            receiver.close()
            receiver.release_unsettled()

    # -- transactions

    def commit(self) -> None:
        sends = [self._outgoing() for _ in range(self._chance.choice((0, 1, 1, 2, 5)))]
        changes = changes_of([(message, places) for _, message, places in sends])
        settlements: list[Settlement] = []
        for _ in range(self._chance.choice((0, 1, 1, 2))):
            releases = self._chance.random() < 0.2
            for receiver, copy, receipt, attempts in self._some():
                settlements.append((receiver, [receipt], attempts + 1 if releases else None))
                changes.changes.append((copy, (attempts + 1, 0) if releases else None))
        changes.syncs = bool(changes.changes)
        self._doing = changes
        buries = self._chance.random() < 0.1
        self._engine.commit([(sender, message) for sender, message, _ in sends], settlements, dead_letters=buries)

    # -- destinations

    def subscribe(self) -> None:
        """Make a subscription, or one of the same name with another selector."""
        name = self._chance.choice(SUBSCRIPTIONS)
        shared = name == "shared"
        text = self._chance.choice((None, None, *COLOURS))
        definition = Definition(name, TOPIC, None if shared else "owner", shared, text, None)
        known = [place for place in self._model.subscriptions() if place.definition.name == name]
        place = Place(definition)
        if known and known[0].definition == definition:
            place = known[0]
        else:
            self._doing = Changes(made=[place], ended=known, syncs=True)
        receiver = receiver_of(self._engine, definition, self._chance.random() < 0.5)
        self._receivers[receiver], self._holds[receiver] = place, []

    def unsubscribe(self) -> None:
        subscriptions = list(self._model.subscriptions())
        if subscriptions:
            place = self._chance.choice(subscriptions)
            self._doing = Changes(ended=[place], syncs=True)
            self._engine.unsubscribe(place.definition.owner, place.definition.name)

    def delete(self) -> None:
        name = self._chance.choice(QUEUES)
        if self._engine.queue_statistics(name) is not None:
            self._doing = Changes(ended=[self._model.place(Definition(name))], syncs=True)
            self._engine.delete("queue", name)

    # -- what the threads of an engine do, and time

    def work(self) -> None:
        try:
            upkeep = self._journal.upkeep
            (upkeep.compact if self._chance.random() < 0.3 else upkeep.work)()
        except OSError as error:
            if self._journal._log.failure is not None:
                raise self._journal.fail(error) from error

    def finish_sends(self) -> None:
        pipeline = self._journal._pipeline
        assert isinstance(pipeline, SteppedPipeline)
        pipeline.work()

    def wait(self) -> None:
        self._clock.advance(self._chance.choice((0.1, 1.0, 3.0)))
        timers = self._engine._services.timers
        assert isinstance(timers, SteppedTimers)
        timers.work()

    def close(self) -> None:
        self._doing, self._is_closing = Changes(syncs=True), True
        self._engine.close()
        self.ended = not self.files.is_cut


def changes_of(sends: Sequence[tuple[Message, Sequence[Place]]]) -> Changes:
    """Return what these sends do, together."""
    changes = Changes(is_whole=True)
    for message, places in sends:
        if message.persistent:
            changes.send(message, places)
    changes.syncs = bool(changes.changes)
    return changes


def handed_over(place: Place, accepts: bool) -> list[Change]:
    """Return what a take may have done that has failed."""
    waiting = [(copy, copy.status) for copy in place.copies.values() if copy.status is not None]
    changes: list[Change] = [(copy, (status[0] + 1, 0)) for copy, status in waiting]
    return changes + [(copy, None) for copy, _ in waiting if accepts]


STEPS: Final[Sequence[tuple[Callable[[Life], None], int]]] = (
    (Life.send, 12),
    (Life.send_without_waiting, 6),
    (Life.receive, 20),
    (Life.accept, 8),
    (Life.release, 2),
    (Life.postpone, 1),
    (Life.count, 1),
    (Life.close_receiver, 2),
    (Life.commit, 6),
    (Life.subscribe, 3),
    (Life.unsubscribe, 1),
    (Life.delete, 1),
    (Life.work, 4),
    (Life.finish_sends, 3),
    (Life.wait, 1),
)
