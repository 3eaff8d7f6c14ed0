"""Groups: all records of one go to the receiver that first took one, until it closes or takes the group's last."""

from __future__ import annotations

from typing import Any

from native_engine import Engine
from tests.unit.engine.records import QUEUE, Record, drain, taken


def send(engine: Engine, *bodies: str, last: str = "", colour: str = "") -> None:
    """Send records whose group is the first letter of each body."""
    sender = engine.sender("queue", QUEUE)
    for body in bodies:
        sender.send(Record(body, group=body[0], closes_group=body == last, colour=colour))


def test_others_get_the_groups_of_a_closed_owner_in_order(engine: Engine) -> None:
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "g1", "h1", "g2", "g3", "h2")
    assert taken(owner, 0)[0].body == "g1"
    assert drain(other) == ["h1", "h2"]
    assert other.take(0) is None
    owner.close()
    assert drain(other) == ["g2", "g3"]


def test_others_get_what_follows_the_last_of_a_group(engine: Engine) -> None:
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "g1", "g2", "g3", "g4", last="g2")
    assert taken(owner, 0, True)[0].body == "g1"
    assert other.take(0) is None
    assert taken(owner, 0, True)[0].body == "g2"
    assert drain(other) == ["g3", "g4"]
    assert owner.take(0) is None


def test_a_released_record_goes_to_the_owner_first(engine: Engine) -> None:
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "g1", "g2")
    _, receipt, _ = taken(owner, 0)
    owner.settle([receipt], 1)
    assert other.take(0) is None
    assert [taken(owner, 0)[0].body for _ in range(2)] == ["g1", "g2"]


def test_what_a_closed_owner_held_comes_again_to_others_in_order(engine: Engine) -> None:
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "g1", "g2", "g3")
    owner.take(0)
    owner.take(0)
    assert other.take(0) is None
    owner.close()
    assert taken(other, 0)[0].body == "g3"
    owner.release_unsettled()
    assert drain(other) == ["g1", "g2"]


def test_what_came_back_is_seen_by_others_when_the_group_is_free(engine: Engine) -> None:
    owner, other = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "g1", "g2")
    receipts = [taken(owner, 0)[1] for _ in range(2)]
    owner.settle(receipts, 1)
    assert other.take(0) is None  # it looked, and may not have them
    owner.close()
    assert drain(other) == ["g1", "g2"]


def test_a_group_waits_for_an_owner_that_does_not_want_it(engine: Engine) -> None:
    red = engine.receiver(QUEUE, lambda record: record.colour == "red")
    other = engine.receiver(QUEUE)
    send(engine, "g1", colour="red")
    send(engine, "g2", colour="blue")
    assert drain(red) == ["g1"]
    assert other.take(0) is None
    red.close()
    assert drain(other) == ["g2"]


def test_long_queues_are_tidied_without_losing_the_place(engine: Engine) -> None:
    even = engine.receiver(QUEUE, lambda record: record.body % 2 == 0)
    thirds = engine.receiver(QUEUE, lambda record: record.body % 3 == 0)
    sender = engine.sender("queue", QUEUE)
    total = 1000
    for number in range(total):
        sender.send(Record(number))
    got: dict[Any, list[int]] = {even: [], thirds: []}
    for turn in range(2 * total):
        receiver = thirds if turn % 5 == 0 else even
        if (delivery := receiver.take(0, True)) is not None:
            got[receiver].append(delivery[0].body)
    rest = drain(engine.receiver(QUEUE))
    assert got[even] == sorted(got[even])
    assert got[thirds] == sorted(got[thirds])
    assert rest == [number for number in range(total) if number % 2 and number % 3]
    assert sorted(got[even] + got[thirds] + rest) == list(range(total))
