"""What changed between two runs: exactly for what was counted, beyond noise for what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest

from jmslike.compare.document import loads
from jmslike.compare.judgement.difference import Change, Difference, differences
from jmslike.compare.plan import Plan
from jmslike.compare.results import (
    Better,
    Check,
    Column,
    Comparison,
    Judgement,
    Machine,
    Measure,
    Overhead,
    Report,
    Run,
    ScenarioResult,
    Side,
    Verdict,
    exactly,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "comparison-2.json"
MACHINE = Machine("a processor", 2, 1024, "ext4, 9 GB", 0.5)
PAIR = Verdict("", Side(0, "queue"), Side(0, "topic"), "no difference shown")


def noise(middle: float, seed: int, rounds: int = 10) -> list[float | None]:
    return [middle * exp(each) for each in np.random.default_rng(seed).normal(0, 0.02, rounds)]


def run(
    *columns: Column, cost: Sequence[float] | None = (), plan: Plan | None = None, version: str = "1"
) -> Comparison:
    scenario = ScenarioResult("peak", "", "", "", [], "", list(columns))
    report = Report("native://", "native engine", version, [], False, {"order": "native"}, {}, [scenario])
    how = Run("jmslike compare", plan or Plan(), "auto", MACHINE, None, 1.0)
    overhead = None if cost is None else Overhead(list(cost) or [1000.0, 1010.0, 990.0, 1005.0, 995.0, 1000.0], "")
    judgements = [Judgement("peak", "wait", [PAIR])]
    return Comparison("orders", 9, 3, "today", "here", {"python": "3.11"}, how, [report], overhead, judgements)


def wait(values: list[float | None], title: str = "queue", better: Better = Better.LESS) -> Column:
    return Column(title, measures=[Measure("wait", "s", better, values)])


def counted(*checks: Check) -> Comparison:
    return run(Column("queue", checks))


def said(found: Difference) -> list[str]:
    return [change.says for change in found.changes]


def test_a_run_is_no_different_from_itself() -> None:
    golden = loads(GOLDEN.read_text(encoding="utf-8"))
    found = differences(golden, golden)
    assert (found.facts, found.checks, found.is_worse) == ([], [], False)
    assert {change.says for change in found.changes} == {"no difference shown"}
    values = {(change.place, change.against, change.measure, change.case) for change in found.changes}
    assert len(values) == len(found.changes) > 40


@pytest.mark.parametrize(
    ("factor", "better", "expected"),
    [
        (1.3, Better.LESS, "worse"),
        (0.7, Better.LESS, "better"),
        (1.3, Better.MORE, "better"),
        (0.7, Better.MORE, "worse"),
        (1.0, Better.LESS, "no difference shown"),
    ],
)
def test_what_was_measured_is_compared_beyond_noise(factor: float, better: Better, expected: str) -> None:
    before, after = run(wait(noise(1, 1), better=better)), run(wait(noise(factor, 2), better=better))
    found = differences(before, after)
    (change,) = found.changes
    assert (change.says, change.against, change.measure) == (expected, None, "wait")
    assert str(change.place) == "peak: queue on native://"
    assert change.ratio == pytest.approx(factor, rel=0.03)
    assert found.is_worse == (expected == "worse")


def test_a_machine_that_became_slower_explains_as_much() -> None:
    """Times are 30 % longer, and so is the cost of measuring: that is no change. 60 % longer is one."""
    cost = [1300.0, 1313.0, 1287.0, 1306.0, 1294.0, 1300.0]
    before = run(wait(noise(1, 1)))
    found = differences(before, run(wait(noise(1.28, 2)), cost=cost))
    assert said(found) == ["within the machine's change"]
    assert found.machine is not None
    assert found.machine[0] == pytest.approx(1.3)
    assert not found.is_worse
    assert said(differences(before, run(wait(noise(1.6, 2)), cost=cost))) == ["worse"]
    assert said(differences(before, run(wait(noise(0.8, 2)), cost=cost))) == ["better"], "it explains no gain"
    rate = run(wait(noise(1, 1), better=Better.MORE))
    assert said(differences(rate, run(wait(noise(0.8, 2), better=Better.MORE), cost=cost))) == [
        "within the machine's change"
    ]


def test_without_the_cost_of_both_runs_the_machine_explains_nothing() -> None:
    for cost in (None, [1300.0] * 5):
        found = differences(run(wait(noise(1, 1))), run(wait(noise(1.28, 2)), cost=cost))
        assert (said(found), found.machine) == (["worse"], None)


def test_a_size_is_compared_exactly_on_any_machine() -> None:
    before, after = run(wait([1024.0] * 6)), run(wait([1025.0] * 6), cost=[1300.0] * 6)
    assert said(differences(before, after)) == ["worse"]


def test_ratios_within_the_runs_are_compared_without_regard_to_the_machine() -> None:
    before = run(wait(noise(1, 1)), wait(noise(1, 2), "topic"))
    cost = [2000.0, 2010.0, 1990.0, 2005.0, 1995.0, 2001.0]
    after = run(wait(noise(1.3, 3)), wait(noise(1.7, 4), "topic"), cost=cost)
    found = differences(before, after)
    queue, topic, ratio = found.changes
    assert [queue.says, topic.says, ratio.says] == [*["within the machine's change"] * 2, "worse"]
    assert (ratio.place, ratio.against) == (topic.place, queue.place)
    assert ratio.ratio == pytest.approx(1.7 / 1.3, rel=0.05)
    assert not found.is_worse, "a queue that became faster makes the ratio of the topic worse, too"


def test_too_few_repeats() -> None:
    found = differences(run(wait(noise(1, 1, 4))), run(wait(noise(2, 2, 10))))
    assert [(change.says, change.ratio) for change in found.changes] == [("too few repeats", None)]
    assert not found.is_worse


def test_runs_with_different_numbers_of_repeats() -> None:
    found = differences(run(wait(noise(1, 1, 6)), plan=Plan(repeats=6)), run(wait(noise(1.3, 2, 10))))
    assert said(found) == ["worse"]
    assert found.facts == [("repeats", "6", "10")]


def test_values_that_are_absent_or_0_are_not_compared() -> None:
    found = differences(run(wait(noise(1, 1))), run(wait([*noise(1, 2, 9), None])))
    assert found.changes == []


def test_counts_are_compared_exactly() -> None:
    before = counted(exactly("sent", 100, 100), exactly("lost", 0, 0), exactly("damaged", 2, 0))
    after = counted(exactly("sent", 200, 200), exactly("lost", 1, 0), exactly("damaged", 0, 0))
    found = differences(before, after)
    assert found.checks == [
        ("peak: queue on native://, lost", "0", "1, expected 0"),
        ("peak: queue on native://, damaged", "2, expected 0", "0"),
    ]
    assert found.is_worse
    assert not differences(before, counted(exactly("damaged", 1, 0))).is_worse, "nearer to what is expected"


def test_counts_that_may_be_anything_are_no_change() -> None:
    before, after = (
        counted(
            Check("received by receiver 1", received, "only its own", ok=True),
            Check("out of order", received - 5, None, ok=True),
        )
        for received in (7, 9)
    )
    assert differences(before, after).checks == []
    broken = counted(Check("received by receiver 1", 9, "only its own", ok=False))
    assert differences(before, broken).checks == [
        ("peak: queue on native://, received by receiver 1", "7", "9, expected only its own")
    ]


def test_what_is_known_of_the_runs_is_compared() -> None:
    before = run(wait(noise(1, 1)), Column("topic", refused="no topics"), plan=Plan(seed=1))
    after = run(wait(noise(1, 1)), Column("topic"), Column("more"), plan=Plan(seed=2), version="2")
    after = replace(after, host="there", versions={"numpy": "2"}, run=replace(after.run, git="abc"))
    assert differences(before, after).facts == [
        ("host", "here", "there"),
        ("python", "3.11", "none"),
        ("numpy", "none", "2"),
        ("git", "none", "abc"),
        ("seed", "1", "2"),
        ("native://, version", "1", "2"),
        ("peak: topic on native://", "n/a: no topics", "played"),
        ("peak: more on native://", "not there", "played"),
    ]


def test_providers_with_the_same_url_are_told_apart() -> None:
    one = run(wait(noise(1, 1)))
    two = replace(one, reports=[*one.reports, *run(wait(noise(2, 2))).reports])
    found = differences(two, two)
    assert [str(change.place) for change in found.changes] == [
        "peak: queue on native://",
        "peak: queue on native:// (2)",
    ]
    assert isinstance(found.changes[0], Change)
