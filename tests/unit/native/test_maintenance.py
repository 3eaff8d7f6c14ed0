"""What is put into a folder, or removed from it, while no engine uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from jmslike.destinations import Queue
from jmslike.envelope import Envelope
from jmslike_transports.native.json_lines import Place, Waiting
from jmslike_transports.native.record_format import EnvelopeFormat
from jmslike_transports.native.store.stock import Stock
from native_engine import Engine
from native_engine.journal import Journal
from native_engine.journal.folder import FolderFiles
from native_engine.journal.layout import Definition
from native_engine.journal.maintenance import Maintenance
from tests.unit.native.envelopes import envelopes, everything

FORMAT = EnvelopeFormat()
QUEUE = Definition("orders")
SUBSCRIPTION = Definition("audit", "prices", "shop", False, "price > 10", "shop")


@contextmanager
def opened(folder: str | Path) -> Iterator[Maintenance]:
    maintenance = Maintenance(FolderFiles.lock(str(folder)), FORMAT)
    try:
        yield maintenance
    finally:
        maintenance.close()


def message(number: int, **fields: Any) -> Envelope:
    return Envelope.make(id=f"ID:{number}", destination=Queue("orders"), kind="text", body=str(number), **fields)


def received(folder: Path, queue: str = "orders") -> list[tuple[str, int]]:
    """Return the bodies that an engine delivers from the queue, each with its attempts."""
    with Engine(journal=Journal(FolderFiles.lock(str(folder)), FORMAT)) as engine:
        receiver = engine.receiver(queue)
        return [(delivery[0].body, delivery[2]) for delivery in iter(lambda: receiver.take(0), None)]


MARKS = st.just((0, 0)) | st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**63 - 1))


@given(st.lists(st.tuples(envelopes(), MARKS, MARKS), max_size=5))
@settings(max_examples=20)
def test_what_is_put_is_there(messages: Sequence[tuple[Envelope, tuple[int, int], tuple[int, int]]]) -> None:
    with TemporaryDirectory() as folder:
        with opened(folder) as maintenance:
            for envelope, first, second in messages:
                maintenance.put(envelope, [(QUEUE, first), (SUBSCRIPTION, second)])
        with Stock(folder) as stock:
            found = list(stock.messages())
            assert stock.damage == []
    assert [everything(each.envelope) for each in found] == [everything(envelope) for envelope, _, _ in messages]
    assert [each.waits_in for each in found] == [
        [Waiting(Place("queue", "orders"), *first), Waiting(Place("subscription", "audit", "shop"), *second)]
        for _, first, second in messages
    ]


def test_an_engine_delivers_what_was_put(tmp_path: Path) -> None:
    with opened(tmp_path) as maintenance:
        for number in range(3):
            maintenance.put(message(number), [(QUEUE, (number, 0))])
        maintenance.put(message(3), [(QUEUE, (0, 2**62))])
    assert received(tmp_path) == [("1", 1), ("2", 2), ("0", 0)]


def test_definitions_stay(tmp_path: Path) -> None:
    for _ in range(2):
        with opened(tmp_path) as maintenance:
            maintenance.define(SUBSCRIPTION)
            maintenance.define(QUEUE)
    with opened(tmp_path) as maintenance:
        assert maintenance.definitions == [SUBSCRIPTION]  # a queue is made when it is named


def test_what_is_cleared_is_gone_and_the_rest_is_not(tmp_path: Path) -> None:
    other = Definition("others")
    with opened(tmp_path) as maintenance:
        for number in range(2_500):
            maintenance.put(message(number), [(QUEUE, (number % 2, 0)), (other, (0, 0))][: 1 + (number % 1000 == 0)])
        assert maintenance.clear(QUEUE) == 2_500
        assert maintenance.clear(QUEUE) == 0
        maintenance.put(message(-1), [(QUEUE, (0, 0))])
    assert received(tmp_path) == [("-1", 0)]
    assert received(tmp_path, "others") == [("0", 0), ("1000", 0), ("2000", 0)]


def test_compacting_keeps_what_lives(tmp_path: Path) -> None:
    with opened(tmp_path) as maintenance:
        for number in range(2_000):
            definition = Definition("kept" if number % 500 == 0 else "gone")
            maintenance.put(message(number, properties={"filler": "x" * 2_000}), [(definition, (0, 0))])
        full = set(sorted(tmp_path.glob("*.journal"))[:-2])  # beside those that are in use and ready
        assert full
        maintenance.clear(Definition("gone"))
        maintenance.compact()
        assert full.isdisjoint(tmp_path.glob("*.journal"))
    assert received(tmp_path, "kept") == [("0", 0), ("500", 0), ("1000", 0), ("1500", 0)]
