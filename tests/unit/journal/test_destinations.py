"""What an earlier process left in queues and subscriptions: what waits, in which order, within which bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from native_engine import Engine, FullError, NoDestinationError, QueueAddress
from tests.unit.engine.manual_clock import ManualClock
from tests.unit.engine.records import QUEUE, Record, counts, drain, send, taken
from tests.unit.journal.engines import bodies, opened


def attempts(engine: Engine, queue: str = QUEUE) -> list[tuple[Any, int]]:
    """Take and accept all that is there; return the bodies with the attempts before."""
    receiver, found = engine.receiver(queue), []
    while (delivery := receiver.take(0)) is not None:
        record, receipt, before = delivery
        assert receipt is not None
        receiver.settle([receipt], None)
        found.append((record.body, before))
    return found


def test_what_was_handed_over_comes_first_and_counts(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        send(engine, *"abcd", Record("urgent", 9))
        receiver = engine.receiver(QUEUE)
        held = [taken(receiver) for _ in range(4)]
        assert [record.body for record, _, _ in held] == ["urgent", "a", "b", "c"]
        receiver.settle([held[2][1]], None)
        receiver.settle([held[1][1]], 5)
    with opened(tmp_path) as (engine, _):
        numbers = counts(engine)
        assert (numbers.depth, numbers.in_flight, numbers.enqueued, numbers.delivered) == (4, 0, 4, 3)
        assert attempts(engine) == [("urgent", 1), ("a", 5), ("c", 1), ("d", 0)]
    with opened(tmp_path) as (engine, _):
        assert attempts(engine) == []


def test_what_was_handed_over_before_keeps_its_place_among_what_is_released(tmp_path: Path) -> None:
    """Once: it was numbered behind the others, if something was postponed."""
    with opened(tmp_path, clock=ManualClock()) as (engine, _):
        send(engine, *"abcd")
        receiver = engine.receiver(QUEUE)
        receipts = [taken(receiver)[1] for _ in range(3)]
        receiver.postpone(receipts[:1], 1, 5)
    with opened(tmp_path, clock=ManualClock()) as (engine, _):
        receiver = engine.receiver(QUEUE)
        receiver.settle([taken(receiver)[1] for _ in range(3)], 1)
        assert drain(receiver) == ["b", "c", "d"]


def test_bounds_count_what_was_left(tmp_path: Path) -> None:
    """Waiting, handed over, postponed or delayed."""
    clock = ManualClock()
    options: dict[str, Any] = {"max_depth": 4, "when_full": "fail", "clock": clock}
    with opened(tmp_path, **options) as (engine, _):
        send(engine, *"abc", Record("delayed", due=clock.milliseconds + 5000))
        receiver = engine.receiver(QUEUE)
        receiver.postpone([taken(receiver)[1]], 1, 5)
        taken(receiver)
    with opened(tmp_path, **options) as (engine, _):
        with pytest.raises(FullError):
            send(engine, "more")
        drain(engine.receiver(QUEUE))
        send(engine, "d", "e")
        with pytest.raises(FullError):
            send(engine, "more")


def test_more_than_the_bounds_allow_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        send(engine, *"abc")
    with opened(tmp_path, max_depth=1, when_full="fail") as (engine, _):
        assert bodies(engine) == ["a", "b", "c"]
        with pytest.raises(FullError):
            send(engine, "d")


def test_what_expired_meanwhile_is_gone_for_good(tmp_path: Path) -> None:
    clock = ManualClock()
    with opened(tmp_path, clock=clock) as (engine, _):
        send(engine, *[Record(each, expiration=clock.milliseconds + 1000) for each in ("held", "waiting")], "stays")
        taken(engine.receiver(QUEUE))
    clock.advance(2)
    for expired in (2, 0):
        with opened(tmp_path, clock=clock) as (engine, _):
            assert bodies(engine) == ["stays"]
            assert counts(engine).expired == expired


def test_subscriptions_collect_whether_their_receivers_are_there_or_not(tmp_path: Path) -> None:
    """Each what it selects, also before it is used again; those that are not durable end."""

    def subscribe(engine: Engine, name: str, colour: str | None = None, **details: Any) -> Any:
        if colour is not None:
            details |= {"matches": lambda record: record.colour == colour, "selector_text": colour}
        return engine.subscribe("t", name=name, owner="me", **details)

    with opened(tmp_path) as (engine, _):
        subscribe(engine, "red", "red", durable=True)
        subscribe(engine, "shared", durable=True, shared=True)
        subscribe(engine, "foreign", durable=True, excluded_origin="me")
        subscribe(engine, "brief", shared=True)
        engine.subscribe("t")
    with opened(tmp_path) as (engine, _):
        publisher = engine.sender("topic", "t")
        publisher.send(Record("1", colour="red", origin="me"))
        publisher.send(Record("2", colour="blue", origin="you"))
        assert {each.subscription for each in engine.statistics()} == {"me:red", "me:shared", "me:foreign"}
    with opened(tmp_path) as (engine, _):
        assert drain(subscribe(engine, "red", "red", durable=True)) == ["1"]
        assert drain(subscribe(engine, "shared", durable=True, shared=True)) == ["1", "2"]
        assert drain(subscribe(engine, "foreign", durable=True, excluded_origin="me")) == ["2"]
        assert drain(subscribe(engine, "brief", shared=True)) == []


def test_a_record_is_settled_for_each_subscription_apart(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        one, two = (engine.subscribe("t", name=name, durable=True) for name in ("one", "two"))
        engine.sender("topic", "t").send(Record("x"))
        assert drain(one) == ["x"]
        two.settle([taken(two)[1]], 4)
    with opened(tmp_path) as (engine, _):
        assert drain(engine.subscribe("t", name="one", durable=True)) == []
        record, _, before = taken(engine.subscribe("t", name="two", durable=True))
        assert (record.body, before) == ("x", 4)


def test_what_is_temporary_or_deleted_does_not_come_back(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        name = engine.create_temporary("queue")
        send(engine, "a", queue=name)
        send(engine, "b", queue="deleted")
        engine.delete("queue", "deleted")
        engine.subscribe("t", name="s", durable=True).close()
        engine.unsubscribe(None, "s")
        engine.subscribe("u", name="s", durable=True).close()
        engine.delete("topic", "u")
    with opened(tmp_path) as (engine, _):
        assert engine.statistics() == {}
        with pytest.raises(NoDestinationError):
            engine.sender("queue", name)
        assert bodies(engine, "deleted") == []


def test_a_subscription_with_another_selector_is_another(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        engine.subscribe("t", name="s", durable=True, matches=bool, selector_text="red").close()
        engine.sender("topic", "t").send(Record("1", colour="red"))
        engine.subscribe("t", name="s", durable=True).close()
        engine.sender("topic", "t").send(Record("2"))
    with opened(tmp_path) as (engine, _):
        assert engine.statistics()[QueueAddress("topic", "t", "s")].depth == 1
        assert drain(engine.subscribe("t", name="s", durable=True)) == ["2"]


def test_a_transaction_is_there_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as (engine, _):
        send(engine, *"abc", queue="in")
        receiver = engine.receiver("in")
        receipts = [taken(receiver)[1] for _ in range(3)]
        subscription = engine.subscribe("t", name="s", durable=True)
        engine.commit(
            [
                (engine.sender("queue", "out"), Record("x")),
                (engine.sender("topic", "t"), Record("y")),
                (engine.sender("queue", "out"), Record("in memory", persistent=False)),
                (engine.sender("queue", "out"), Record("z", 9)),
            ],
            [(receiver, receipts[:2], None), (receiver, receipts[2:], 6)],
        )
        assert bodies(engine, "out") == ["z", "x", "in memory"]
        subscription.close()
    with opened(tmp_path) as (engine, _):
        assert bodies(engine, "out") == ["z", "x"]
        assert drain(engine.subscribe("t", name="s", durable=True)) == ["y"]
        assert attempts(engine, "in") == [("c", 6)]
