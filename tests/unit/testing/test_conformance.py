"""The suite itself: each test names its behaviours, and every behaviour has a test or a reason."""

from __future__ import annotations

import inspect

import pytest

from jmslike.testing import conformance
from jmslike.testing.behaviour import ids_in
from tests import coverage_of_semantics


def test_each_test_names_its_behaviours_and_takes_the_provider() -> None:
    tests = [getattr(conformance, name) for name in conformance.__all__]
    assert len(tests) > 300
    assert [test.__name__ for test in tests if not ids_in(test.__doc__)] == []
    assert [test.__name__ for test in tests if "jms" not in inspect.signature(test).parameters] == []


def test_behaviours_are_covered_or_the_reason_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert coverage_of_semantics.main() == 0, capsys.readouterr().err


def test_mistakes_in_the_tables_are_reported() -> None:
    titles = {"TX-01": "one", "TX-02": "two", "SC-01": "selector: a"}
    told = list(coverage_of_semantics.problems(titles, {"TX-01", "TX-09"}, {"TX-01": "out of date"}))
    assert [problem.partition(" ")[0] for problem in told] == ["1", "TX-02", "SC-01", "TX-09", "TX-01"]
