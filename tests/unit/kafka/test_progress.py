"""How far a partition is settled, and what of that the next owner is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from jmslike_transports.kafka.progress import WIDEST, Notes, Progress, metadata, read_metadata

PARTITION = TopicPartition("orders", 3)
DEFINITION = "x0123456789abcdef"
NOTHING = Notes("", frozenset(), {})
MOST_BYTES = 4096
"""The metadata that a broker takes, unless it is set up otherwise."""


def progress(start: int = 0, noted: Notes = NOTHING, definition: str = "") -> Progress:
    return Progress(PARTITION, start, noted, definition)


def handed_out(*offsets: int, start: int = 0) -> Progress:
    it = progress(start)
    assert [it.hand_out(offset) for offset in offsets] == [0] * len(offsets)
    return it


def noted(it: Progress, also: Collection[int] = ()) -> tuple[int, Notes]:
    """Return the offset that may be committed, and what goes with it."""
    offset = it.committable(also)
    return offset.offset, read_metadata(offset)


def settled(*offsets: int) -> Notes:
    return Notes("", frozenset(offsets), {})


# ---- settling --------------------------------------------------------------------------------------------------------


def test_it_begins_where_it_is_told() -> None:
    assert progress(7).committable() == OffsetAndMetadata(7, "", -1)


def test_what_is_settled_in_order_is_behind_the_offset() -> None:
    it = handed_out(5, 6, 7, start=5)
    assert noted(it) == (5, NOTHING)
    for offset in (5, 6, 7):
        it.accept(offset)
        assert noted(it) == (offset + 1, NOTHING)


def test_what_is_settled_out_of_order_is_noted() -> None:
    it = handed_out(5, 6, 7, 8, start=5)
    it.accept(7)
    assert noted(it) == (5, settled(7))
    it.accept(6)
    assert noted(it) == (5, settled(6, 7))
    it.accept(5)
    assert noted(it) == (8, NOTHING)
    it.accept(8)
    assert noted(it) == (9, NOTHING)


def test_offsets_without_messages_hold_up_nothing() -> None:
    """Such as those of transactions' ends, and of what is not committed."""
    it = handed_out(3, 9, 20)
    assert noted(it) == (3, NOTHING)
    it.accept(9)
    assert noted(it) == (3, settled(9))
    it.accept(3)
    assert noted(it) == (20, NOTHING)
    it.accept(20)
    assert noted(it) == (21, NOTHING)


@pytest.mark.parametrize("before", [(), (1,)])
def test_what_is_settled_as_it_is_handed_out_needs_no_second_word(before: tuple[int, ...]) -> None:
    it = handed_out(*before)
    assert it.hand_out(2, settle=True) == 0
    assert noted(it) == ((1, settled(2)) if before else (3, NOTHING))
    for offset in before:
        it.accept(offset)
    assert noted(it) == (3, NOTHING)


def test_what_comes_again_is_not_settled_as_it_is_handed_out() -> None:
    """It has attempts, by which the session may send it to the dead letters."""
    it = progress(0, Notes("", frozenset(), {1: 4}))
    assert it.hand_out(1, settle=True) == 4
    assert noted(it) == (1, Notes("", frozenset(), {1: 4}))
    it.accept(1)
    assert noted(it) == (2, NOTHING)


def test_what_a_transaction_would_settle_changes_nothing_yet() -> None:
    it = handed_out(0, 1, 2, 3)
    it.accept(2)
    assert noted(it, {0, 1}) == (3, NOTHING)
    assert noted(it, {1}) == (0, settled(1, 2))
    assert noted(it, {3}) == (0, settled(2, 3))
    assert noted(it) == (0, settled(2))


def test_released_messages_are_counted_until_they_are_settled() -> None:
    it = handed_out(0, 1, 2)
    it.release(1, 3)
    it.release(0, 1)
    assert noted(it) == (0, Notes("", frozenset(), {0: 1, 1: 3}))
    it.accept(0)
    assert noted(it) == (1, Notes("", frozenset(), {1: 3}))
    assert noted(it, {1}) == (2, NOTHING)
    it.accept(1)
    assert noted(it) == (2, NOTHING)


def test_what_is_lost_is_handed_out_no_more_and_what_was_held_counts_as_delivered() -> None:
    it = handed_out(0, 1, 2)
    it.accept(1)
    it.release(2, 3)
    held = Notes("", frozenset({1}), {0: 1, 2: 3})
    assert read_metadata(it.lose()) == held
    assert it.is_lost
    assert it.hand_out(3) is None
    assert noted(it) == (0, held)


def test_what_leaves_is_handed_out_no_more_but_settled() -> None:
    it = handed_out(0, 1)
    it.leave()
    assert it.holds_any
    assert it.hand_out(2) is None
    it.accept(0)
    it.accept(1)
    assert not it.holds_any
    assert (it.is_lost, noted(it)) == (False, (2, NOTHING))


# ---- from one owner to the next --------------------------------------------------------------------------------------


def test_the_next_owner_gets_what_is_not_settled_with_its_attempts() -> None:
    it = progress(10, Notes("", frozenset({11, 13}), {12: 2}))
    assert [it.hand_out(offset) for offset in (10, 11, 12, 13, 14)] == [0, None, 2, None, 0]
    assert noted(it) == (10, Notes("", frozenset({11, 13}), {12: 2}))
    it.accept(10)
    assert noted(it) == (12, Notes("", frozenset({13}), {12: 2}))
    it.accept(12)
    assert noted(it) == (14, NOTHING)


def test_what_was_settled_before_and_has_not_come_yet_is_told_to_the_next_owner() -> None:
    it = progress(10, Notes("", frozenset({12}), {13: 1}))
    assert it.hand_out(10) == 0
    it.accept(10)
    assert noted(it) == (11, Notes("", frozenset({12}), {13: 1}))


def test_what_was_settled_before_and_is_gone_is_forgotten() -> None:
    """The broker drops what is old, or what a compacted topic has a newer record of."""
    it = progress(10, Notes("", frozenset({12}), {11: 1}))
    assert it.hand_out(20) == 0
    assert noted(it) == (20, NOTHING)


Steps: TypeAlias = list[tuple[str, int, int]]
STEPS = st.lists(
    st.tuples(st.sampled_from(["read", "take", "accept", "release", "move"]), st.integers(0, 5), st.integers(1, 9))
)


@given(STEPS)
def test_everything_is_settled_once_whoever_owns_the_partition(steps: Steps) -> None:
    """Against a model that knows of each message whether it is settled, and how often it was released."""
    it, position = progress(), 0
    is_open: list[int] = []
    done: set[int] = set()
    attempts: dict[int, int] = {}
    for step, number, count in steps:
        if step in ("read", "take"):
            offset = position + number  # those between are not messages
            given_attempts = it.hand_out(offset, settle=step == "take")
            assert given_attempts == (None if offset in done else attempts.get(offset, 0))
            position = offset + 1
            if given_attempts is not None and (step == "read" or given_attempts):
                is_open.append(offset)
            done |= {offset} - set(is_open)
        elif step == "move":
            committed = it.committable()
            position = committed.offset
            it = progress(position, read_metadata(committed), DEFINITION)
            is_open = []
        elif is_open:
            offset = is_open.pop(number % len(is_open)) if step == "accept" else is_open[number % len(is_open)]
            if step == "accept":
                it.accept(offset)
                done.add(offset)
                attempts.pop(offset, None)
            else:
                it.release(offset, count)
                attempts[offset] = count
        start, told = noted(it)
        assert start == min(is_open, default=position)
        assert told.settled == {offset for offset in done if offset >= start}
        assert told.attempts == {offset: count for offset, count in attempts.items() if offset >= start}


# ---- the metadata ----------------------------------------------------------------------------------------------------


def test_nothing_to_say_is_said_with_nothing() -> None:
    assert metadata("", 100, (), {}) == ""


def test_how_it_is_written() -> None:
    assert metadata("x", 100, {100, 101, 109}, {102: 3, 101: 1}) == "jmslike:x:AwI=:1=1,2=3"
    assert metadata("s", 100, (), {}) == "jmslike:s::"


OFFSETS = st.integers(0, WIDEST - 1)


@given(
    st.sampled_from(["", "x", DEFINITION]),
    st.integers(0, 2**62),
    st.frozensets(OFFSETS),
    st.dictionaries(OFFSETS, st.integers(1, 10**6), max_size=64),
)
def test_there_and_back(definition: str, start: int, beyond: frozenset[int], counted: Mapping[int, int]) -> None:
    told = Notes(
        definition,
        frozenset(start + offset for offset in beyond),
        {start + offset: count for offset, count in counted.items()},
    )
    text = metadata(definition, start, told.settled, told.attempts)
    assert read_metadata(OffsetAndMetadata(start, text, -1)) == told


@pytest.mark.parametrize("start", [0, 2**62])
def test_a_broker_takes_the_most_there_may_be(start: int) -> None:
    everything = range(start, start + 2 * WIDEST)
    text = metadata(DEFINITION, start, everything, dict.fromkeys(everything, 10**6))
    assert len(text.encode()) <= MOST_BYTES
    told = read_metadata(OffsetAndMetadata(start, text, -1))
    assert told.settled == frozenset(range(start, start + WIDEST))
    assert set(told.attempts) == set(range(start, start + 64))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "somebody else's",
        "jmslike",
        "jmslike:",
        "jmslike:x",
        "jmslike:x:",
        "jmslike:x:::",
        "jmslikes:x:AwI=:",
        "offset:commit:by:me",
    ],
)
def test_strangers_say_nothing(text: str | None) -> None:
    assert read_metadata(OffsetAndMetadata(5, text, -1)) == NOTHING


def test_nothing_committed_says_nothing() -> None:
    assert read_metadata(None) == NOTHING


@pytest.mark.parametrize(
    "text",
    ["jmslike:x:A:", "jmslike:x:é:", "jmslike:x::1", "jmslike:x::1=", "jmslike:x::one=1", "jmslike:x:AwI=:1=2=3"],
)
def test_what_cannot_be_read_tells_of_the_subscription_only(text: str) -> None:
    assert read_metadata(OffsetAndMetadata(5, text, -1)) == Notes("x", frozenset(), {})


@given(st.text(max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    read_metadata(OffsetAndMetadata(5, f"jmslike:{text}", -1))


# ---- its bound -------------------------------------------------------------------------------------------------------


def test_it_is_too_wide_when_the_metadata_cannot_tell_what_is_settled() -> None:
    it = handed_out(0, WIDEST - 1)
    it.accept(WIDEST - 1)
    assert not it.is_too_wide
    assert noted(it) == (0, settled(WIDEST - 1))
    assert it.hand_out(WIDEST, settle=True) == 0
    assert it.is_too_wide
    it.accept(0)
    assert not it.is_too_wide
    assert noted(it) == (WIDEST + 1, NOTHING)


def test_unsettled_messages_alone_are_never_too_wide() -> None:
    it = handed_out(0, 2 * WIDEST)
    assert not it.is_too_wide
    it.accept(2 * WIDEST)
    assert it.is_too_wide
