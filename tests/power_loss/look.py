"""What an engine finds on a disk: it opens a copy of the disk, and receives all that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from native_engine import Engine, Receiver
from native_engine.journal import Damage, Journal, read
from native_engine.journal.layout import Definition
from native_engine.journal.receiver import DurableReceiver
from tests.power_loss.disk import Disk, SimulatedFiles
from tests.power_loss.messages import Message, MessageFormat
from tests.power_loss.stepping import SteppedTimers
from tests.unit.engine.manual_clock import ManualClock

__all__ = ["Look", "Seen", "look"]

LONG = 1e6
"""Seconds after which everything has come due."""


class Seen(NamedTuple):
    """A message that came, after so many attempts, and postponed until then; `waited`: not before its time."""

    message: Message
    attempts: int
    until: int
    waited: bool
    number: int
    """Of the record in the journal."""

    @property
    def status(self) -> tuple[int, int]:
        return self.attempts, self.until


@dataclass
class Look:
    """What came of each place, in its order, and what could not be read."""

    places: dict[Definition, list[Seen]] = field(default_factory=dict)
    numbers: dict[Definition, int] = field(default_factory=dict)
    """Of the places in the journal."""
    damage: Sequence[Damage] = ()
    tail: Damage | None = None
    unknown: int = 0
    """How many places there are whose definition cannot be read."""


def look(disk: Disk, now: float, known: MessageFormat, segment_size: int) -> Look:
    """Open a copy of the disk."""
    found = Look()
    clock = ManualClock(now)
    journal = Journal(SimulatedFiles(disk.copy()), known, segment_size)
    engine = Engine(journal=journal, clock=clock)
    found.damage = engine.damage
    found.tail = read(SimulatedFiles(disk)).tail
    books = list(journal.holdings.defined.values())
    found.unknown = sum(book.definition is None for book in books)
    marks = {book.definition: dict(book.marks) for book in books if book.definition is not None}
    found.numbers = {book.definition: book.number for book in books if book.definition is not None}
    receivers = {definition: receiver_of(engine, definition) for definition in marks}
    for definition, receiver in receivers.items():
        found.places[definition] = drain(receiver, marks[definition], False)
    clock.advance(LONG)
    timers = engine._services.timers
    assert isinstance(timers, SteppedTimers)
    timers.work()
    for definition, receiver in receivers.items():
        found.places[definition] += drain(receiver, marks[definition], True)
    return found


def receiver_of(engine: Engine, definition: Definition, awaits_disk: bool = False) -> DurableReceiver:
    """Receive from a queue, or from a subscription as it is."""
    name, topic, owner, shared, text, excluded = definition
    if topic is None:
        receiver = engine.receiver(name, awaits_disk=awaits_disk)
    else:
        receiver = engine.subscribe(
            topic, name=name, durable=True, shared=shared, owner=owner, awaits_disk=awaits_disk,
            matches=None if text is None else MessageFormat().matches(text), selector_text=text,
            excluded_origin=excluded,
        )  # fmt: skip
    assert isinstance(receiver, DurableReceiver)
    return receiver


def drain(receiver: Receiver, marks: dict[int, tuple[int, int]], waited: bool) -> list[Seen]:
    """Take all there is, and keep it."""
    seen = []
    while (delivery := receiver.take(0)) is not None:
        message, receipt, attempts = delivery
        assert receipt is not None
        number = receipt.record.number
        _, until = marks.get(number, (0, 0))
        seen.append(Seen(message, attempts, until, waited, number))
    return seen
