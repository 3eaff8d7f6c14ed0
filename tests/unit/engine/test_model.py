"""The engine against a model of a queue: nothing lost, nothing twice, order kept, and the statistics agree."""

from __future__ import annotations

import itertools
import os
import time
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from native_engine import Engine, QueueAddress
from tests.unit.engine.books import open_books
from tests.unit.engine.in_folder import engine_in
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.model import Item, ModelQueue, ModelReceiver
from tests.unit.engine.records import Record

QUEUE = "q"
PATIENCE = 5.0
COLOURS = st.sampled_from(["red", "blue"])
needs_folders = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no folders")
OUTCOMES = st.sampled_from([None, 0, 1, 3])


class Pair:
    """A receiver, what the model has in its place, and the receipts of what both hold."""

    def __init__(self, engine: Engine, colour: str | None) -> None:
        self.model = ModelReceiver(colour)
        self.take_from(engine)

    def take_from(self, engine: Engine) -> None:
        """Take from this engine from now on, unless it is closed."""
        colour = self.model.colour
        self.real = engine.receiver(QUEUE, None if colour is None else lambda record: record.colour == colour)
        self.receipts: dict[Item, Any] = {}
        self.stale: list[Any] = []
        if self.model.closed:
            self.real.close()

    def some(self, data: st.DataObject) -> list[Item]:
        """Draw some of what is held."""
        held = self.model.held
        return data.draw(st.lists(st.sampled_from(held), unique_by=id)) if held else []

    def give_up(self, items: list[Item]) -> list[Any]:
        """Return the receipts of the items, which will be stale."""
        receipts = [self.receipts.pop(item) for item in items]
        self.stale += receipts
        return receipts


class QueueMachine(RuleBasedStateMachine):
    """Does the same to both, and compares."""

    receivers = Bundle("receivers")

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.engine = self.make()
        self.prepare()
        self.sender = self.engine.sender("queue", QUEUE)
        self.model = ModelQueue(self.clock.milliseconds)
        self.bodies = itertools.count()
        self.pairs: list[Pair] = []

    def make(self) -> Engine:
        return Engine(clock=self.clock)

    def prepare(self) -> None:
        """Do what has to be done before there is a queue."""

    def teardown(self) -> None:
        self.engine.close()

    @initialize(target=receivers)
    def open_two(self) -> Any:
        return multiple(self.open(None), self.open(None))

    @rule(target=receivers, colour=st.none() | COLOURS)
    def open_one(self, colour: str | None) -> Any:
        if sum(not receiver.closed for receiver in self.model.receivers) >= 4:
            return multiple()
        return self.open(colour)

    def open(self, colour: str | None) -> Pair:
        pair = Pair(self.engine, colour)
        self.pairs.append(pair)
        self.model.receivers.append(pair.model)
        return pair

    @rule(count=st.integers(1, 5), priority=st.sampled_from([4, 4, 0, 9]), colour=COLOURS)
    def send(self, count: int, priority: int, colour: str) -> None:
        for _ in range(count):
            record = Record(next(self.bodies), priority, colour=colour)
            self.model.send(record)
            self.sender.send(record)

    @rule(
        count=st.integers(1, 4),
        colour=COLOURS,
        life=st.sampled_from([0, 0, 0, -1, 2, 10]),
        delay=st.sampled_from([0, 0, 0, 1, 5]),
        group=st.sampled_from(["g", "g", "h", None]),
        closes=st.integers(0, 3),
    )
    def send_with_limits(self, count: int, colour: str, life: int, delay: int, group: str | None, closes: int) -> None:
        now = self.clock.milliseconds
        for number in range(1, count + 1):
            record = Record(
                next(self.bodies),
                colour=colour,
                expiration=now + life * 1000 if life else 0,
                due=now + delay * 1000 if delay else 0,
                group=group,
                closes_group=group is not None and closes == number,
            )
            self.model.send(record)
            self.sender.send(record)

    @rule(pair=receivers, settle=st.booleans(), count=st.integers(1, 8))
    def take(self, pair: Pair, settle: bool, count: int) -> None:
        for _ in range(count):
            expected, delivery = self.model.take(pair.model, settle), pair.real.take(0, settle)
            if expected is None:
                assert delivery is None
                return
            assert delivery is not None, f"{expected.record} was due"
            record, receipt, attempts = delivery
            assert (record.body, attempts) == (expected.record.body, expected.attempts)
            assert (receipt is None) == (settle and not attempts)
            if receipt is not None:
                pair.receipts[expected] = receipt
                assert pair.real.holds(receipt)

    @rule(pair=receivers, data=st.data(), outcome=OUTCOMES)
    def settle(self, pair: Pair, data: st.DataObject, outcome: int | None) -> None:
        items = pair.some(data)
        pair.real.settle(pair.give_up(items), outcome)
        self.model.settle(pair.model, items, outcome)

    @rule(pair=receivers, data=st.data(), attempts=st.integers(1, 3), seconds=st.sampled_from([1, 5]))
    def postpone(self, pair: Pair, data: st.DataObject, attempts: int, seconds: int) -> None:
        items = pair.some(data)
        pair.real.postpone(pair.give_up(items), attempts, seconds)
        self.model.postpone(pair.model, items, attempts, seconds)

    @rule(pair=receivers, outcome=OUTCOMES)
    def settle_what_is_stale(self, pair: Pair, outcome: int | None) -> None:
        assert not any(pair.real.holds(receipt) for receipt in pair.stale)
        pair.real.settle(pair.stale, outcome)

    @rule(pair=receivers, data=st.data(), sends=st.integers(0, 3), outcome=OUTCOMES)
    def commit(self, pair: Pair, data: st.DataObject, sends: int, outcome: int | None) -> None:
        items = pair.some(data)
        records = [Record(next(self.bodies), colour="red") for _ in range(sends)]
        self.engine.commit([(self.sender, record) for record in records], [(pair.real, pair.give_up(items), outcome)])
        self.model.settle(pair.model, items, outcome)
        for record in records:
            self.model.send(record)

    @rule(pair=receivers)
    def close(self, pair: Pair) -> None:
        pair.real.close()
        self.model.close(pair.model)

    @rule(pair=consumes(receivers))
    def give_everything_back(self, pair: Pair) -> None:
        pair.real.close()
        self.model.close(pair.model)
        items = list(pair.model.held)
        pair.give_up(items)
        pair.real.release_unsettled()
        self.model.release(pair.model, items, None)

    @rule(seconds=st.sampled_from([1, 3, 20]))
    def advance(self, seconds: int) -> None:
        self.model.advance(seconds)
        self.clock.advance(seconds)
        self._eventually(lambda: self._bodies() == self.model.bodies() and self._depth() == self.model.depth)

    @invariant()
    def waiting_agrees(self) -> None:
        assert self._bodies() == self.model.bodies()

    @invariant()
    def statistics_agree(self) -> None:
        numbers = self.engine.statistics().get(QueueAddress("queue", QUEUE))
        model = self.model
        if numbers is not None:
            assert numbers.depth == model.depth
            assert numbers.in_flight == model.in_flight
            assert numbers.enqueued == model.enqueued
            assert numbers.delivered == model.delivered
            assert numbers.acknowledged == model.accepted
            assert numbers.expired == model.expired
            assert numbers.consumers == sum(not receiver.closed for receiver in model.receivers)

    def _bodies(self) -> list[object]:
        return [record.body for record in self.engine.browse(QUEUE)]

    def _depth(self) -> int:
        return sum(numbers.depth for numbers in self.engine.statistics().values())

    def _eventually(self, condition: Any) -> None:
        """Wait until the timer thread has had its turn."""
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0)


class QueueWithBooks(QueueMachine):
    """The same of a queue that is never plain, and whose books have to agree, too."""

    def prepare(self) -> None:
        self.books = open_books(self.engine, QUEUE)

    @invariant()
    def books_agree(self) -> None:
        model = self.model
        expected = {item.record.body: item.attempts for item in (*model.waiting, *model.delayed)}
        expected |= {item.record.body: item.attempts + 1 for receiver in model.receivers for item in receiver.held}
        assert self.books.attempts == expected


class QueueInFolder(QueueMachine):
    """The same of a queue in a folder, which is opened again now and then."""

    def make(self) -> Engine:
        self.folder = TemporaryDirectory()
        return engine_in(self.folder.name, clock=self.clock)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()

    @rule()
    def open_again(self) -> None:
        """What was held comes first, with an attempt more, and the counts begin with what is there."""
        self.engine.close()
        self.engine = engine_in(self.folder.name, clock=self.clock)
        self.sender = self.engine.sender("queue", QUEUE)
        self.model.open_again()
        for pair in self.pairs:
            pair.take_from(self.engine)


TestQueue = QueueMachine.TestCase
TestQueue.settings = settings(
    max_examples=200, stateful_step_count=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestQueueWithBooks = QueueWithBooks.TestCase
TestQueueWithBooks.settings = settings(TestQueue.settings, max_examples=100)
TestQueueInFolder = needs_folders(pytest.mark.usefixtures("unsynced")(QueueInFolder.TestCase))
TestQueueInFolder.settings = settings(TestQueue.settings, max_examples=50)
