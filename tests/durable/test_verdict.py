"""The checker of the kill runs finds what it is there to find, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import pytest

from tests.durable.diary import Line
from tests.durable.model import Existence, Model
from tests.durable.observation import Observation, Seen, expected_probes
from tests.durable.replay import Replay
from tests.durable.verdict import Verdict
from tests.durable.world import DEAD_LETTERS, SUBSCRIPTIONS, TOPIC, Sent

NOW = 1_000_000


def sent(key: str, target: str = "q0", **details: Any) -> Sent:
    return Sent(key, key[0], int(key[1:]), target, **details)


def sends(*all_sent: Sent, returned: bool = True) -> list[Line]:
    lines: list[Line] = []
    for each in all_sent:
        lines.append({"what": "sends", "at": NOW, **asdict(each)})
        if returned:
            lines.append({"what": "sent", "at": NOW, "key": each.key, "expiration": 0, "due": 0})
    return lines


def opens(mode: str, place: str = "q0", session: str = "s") -> Line:
    return step("opens", session, mode=mode, place=place)


def step(what: str, session: str = "s", **details: Any) -> Line:
    return {"what": what, "at": NOW, "session": session, **details}


def got(key: str, count: int = 1, session: str = "s") -> list[Line]:
    return [step("wants", session), step("got", session, key=key, count=count)]


def commits(*all_sent: Sent) -> Line:
    return step("commits", sends=[{**asdict(each), "expiration": 0, "due": 0} for each in all_sent])


def after(lines: list[Line], seen: dict[str, int], *, dead: str = "", probes: set[str] | None = None) -> list[str]:
    """Return the violations, after a look that saw these messages in the queue, with these counts."""
    model = Model()
    model.existence["s1"] = Existence.YES
    replay = Replay(model)
    replay.read(lines)
    look = Observation(NOW, NOW)
    look.refused = set(SUBSCRIPTIONS) - {"s1"}
    look.probes["s1"] = expected_probes("s1") if probes is None else probes
    look.dead = {queue: Counter([dead] if dead and queue == "DLQ.q0" else []) for queue in DEAD_LETTERS}
    look.places = {name: [] for name in model.places if name == "s1" or name not in SUBSCRIPTIONS}
    look.places["q0"] = [Seen(key, count, key[0], int(key[1:]), 4, 0) for key, count in seen.items()]
    Verdict(model, replay, look).give()
    return model.violations


A, B = sent("a1"), sent("a2")
CLIENT, AUTO, TRANSACTED = "CLIENT_ACKNOWLEDGE", "AUTO_ACKNOWLEDGE", "SESSION_TRANSACTED"
HELD = [*sends(A), opens(CLIENT), *got("a1")]
COMMITTING = [*sends(A), opens(TRANSACTED), *got("a1"), commits(B, sent("a3", TOPIC))]
SENT_ON = [
    *sends(A),
    opens(TRANSACTED),
    *got("a1"),
    commits(B),
    opens(CLIENT, session="t"),
    *got("a2", 1, "t"),
    step("acks", "t"),
]
"""The commit is done, as its message has come to another session, though it had not returned."""


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        (sends(A, B), {"a1": 1, "a2": 1}),
        (sends(A, returned=False), {}),
        (sends(A, returned=False), {"a1": 1}),
        (HELD, {"a1": 2}),
        ([*HELD, step("acks"), step("acked")], {}),
        ([*HELD, step("acks")], {"a1": 2}),
        ([*HELD, step("acks")], {}),
        ([*sends(A), opens(CLIENT), step("wants")], {"a1": 2}),
        ([*sends(A), opens(CLIENT), step("wants")], {"a1": 1}),
        ([*sends(A), opens(AUTO), step("wants")], {}),
        ([*sends(A), opens(AUTO), *got("a1")], {}),
        (COMMITTING, {"a1": 2}),
        (SENT_ON, {}),
        (SENT_ON, {"a2": 2}),
        (sends(sent("a1", persistent=False)), {}),
    ],
)
def test_what_may_be_there_is_no_violation(lines: list[Line], seen: dict[str, int]) -> None:
    assert after(lines, seen) == []


@pytest.mark.parametrize(
    ("lines", "seen", "violation"),
    [
        (sends(A, B), {"a1": 1}, "a2 .* is lost"),
        (sends(A, B), {"a2": 1, "a1": 1}, "a1 came from q0 after a2"),
        (sends(A), {"a1": 2}, "delivery count 2"),
        (sends(A), {"a1": 1, "b1": 1}, "b1 came from q0, where it must not be"),
        (HELD, {"a1": 1}, "delivery count 1"),
        (HELD, {"a1": 3}, "delivery count 3"),
        (HELD, {}, "is lost"),
        ([*HELD, step("acks"), step("acked")], {"a1": 2}, "must not be"),
        ([*HELD, step("closes"), step("closed"), opens(CLIENT, session="t"), *got("a1", 1, "t")], {"a1": 3}, "count 1"),
        ([*HELD, opens(CLIENT, session="t"), *got("a1", 2, "t")], {"a1": 3}, "while s held it"),
        ([*HELD, step("acks"), step("acked"), *got("a1", 2)], {}, "must not be any more"),
        ([*sends(A, B), opens(CLIENT), *got("a2"), *got("a1")], {"a1": 2, "a2": 2}, "after number 2 of its producer"),
        ([*sends(A), opens(CLIENT), step("wants")], {}, "is lost"),
        ([*sends(A, B), opens(CLIENT), step("wants")], {"a1": 2, "a2": 2}, "delivery count 2"),
        ([*sends(A, B), opens(AUTO), step("wants")], {}, "is lost"),
        ([*sends(A), opens(AUTO), *got("a1")], {"a1": 2}, "must not be"),
        (COMMITTING, {}, "half done"),
        (SENT_ON, {"a1": 2}, "half done"),
        (COMMITTING, {"a1": 2, "a2": 1}, "half done"),
        ([*COMMITTING, step("committed")], {"a2": 1}, "a3 in s1 .* is lost"),
        (sends(sent("a1", persistent=False)), {"a1": 1}, "is not persistent, and is there"),
    ],
)
def test_what_must_not_be_is_found(lines: list[Line], seen: dict[str, int], violation: str) -> None:
    found = after(lines, seen)
    assert found
    with pytest.raises(AssertionError, match=violation):
        raise AssertionError(found[0])


def test_a_lost_subscription_and_a_false_selector_are_found() -> None:
    assert after([], {}, probes=set()) == ["subscription s1 is not there any more"]
    assert len(after([], {}, probes={"probe red 2"})) == 1


def test_a_message_that_was_delivered_too_often_is_in_one_place() -> None:
    often = [*sends(A), opens(CLIENT)]
    for count in range(1, 5):
        often += [*got("a1", count), step("recovers"), step("recovered")]
    assert after(often, {}, dead="a1") == []
    assert after(often, {"a1": 5}) == []
    assert len(after(often, {})) == 1
    assert len(after(often, {"a1": 5}, dead="a1")) == 1
    assert len(after(sends(A), {"a1": 1}, dead="a1")) == 1
