"""Attempts of what a stopped subscription gave back."""

from __future__ import annotations

from jmslike_transports.shared.returned import Returned


def test_what_no_application_saw_has_no_attempts() -> None:
    """By a mark, however often it is given back; by a count, which grows each time."""
    marked, counted = Returned(10), Returned(10)
    for turn in range(3):
        marked.note("a", min(turn, 1), counted=False)
        counted.note("a", turn, counted=True)
        assert (marked.seen("a", 1), counted.seen("a", turn + 1)) == (0, 0)


def test_what_an_application_saw_keeps_its_attempts() -> None:
    marked, counted = Returned(10), Returned(10)
    marked.note("a", 1, counted=False)
    counted.note("a", 2, counted=True)
    assert (marked.seen("a", 1), counted.seen("a", 3)) == (1, 2)


def test_only_the_last_are_kept() -> None:
    returned = Returned(2)
    for key in "abc":
        returned.note(key, 0, counted=False)
    assert [returned.seen(key, 1) for key in "abc"] == [1, 0, 0]
    assert not Returned(1)
    assert returned
