"""Verdicts on pairs of columns: what they say, what is compared, and what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np
import pytest

from jmslike import Feature
from jmslike.compare.judgement.verdicts import judge
from jmslike.compare.results import Better, Column, Judgement, Kept, Measure, Report, ScenarioResult, Side, Verdict

A, B, C = Side(0, "queue"), Side(0, "topic"), Side(1, "queue")
BASE: list[float | None] = (100 * np.exp(np.random.default_rng(3).normal(0, 0.02, 10))).tolist()


def times(factor: float, noise: float = 0.01) -> list[float | None]:
    """The values of BASE in other words: this many times as high, and with noise of their own."""
    random = np.random.default_rng(5)
    return [value * factor * exp(random.normal(0, noise)) for value in BASE if value is not None]


def measure(
    values: Sequence[float | None], better: Better = Better.MORE, case: str = "", name: str = "rate"
) -> Measure:
    return Measure(name, "messages/s", better, list(values), case)


def report(*columns: list[Measure], kept: Kept = "in memory", levels: dict[Feature, str] | None = None) -> Report:
    capabilities = {feature.value: level for feature, level in (levels or {}).items()}
    found = [Column(title, measures=each, kept=kept) for title, each in zip(["queue", "topic"], columns, strict=False)]
    scenario = ScenarioResult("throughput", "", "", "", [], "", found)
    return Report("native://", "native engine", "1", [], False, capabilities, {}, [scenario])


def judged(*reports: Report, pairs: list[tuple[Side, Side]]) -> list[Judgement]:
    return judge(reports, {"throughput": pairs}, seed=1)


def verdict(*reports: Report, pair: tuple[Side, Side] = (A, B)) -> Verdict:
    (found,) = judged(*reports, pairs=[pair])
    (only,) = found.verdicts
    return only


def bounds(found: Verdict) -> tuple[float, float]:
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high


@pytest.mark.parametrize(
    ("factor", "better", "says"),
    [
        (1.3, Better.MORE, "better"),
        (0.7, Better.MORE, "worse"),
        (1.3, Better.LESS, "worse"),
        (0.7, Better.LESS, "better"),
        (1.0, Better.MORE, "no difference shown"),
    ],
)
def test_the_second_is_judged_against_the_first(factor: float, better: Better, says: str) -> None:
    found = verdict(report([measure(BASE, better)], [measure(times(factor), better)]))
    assert (found.says, found.first, found.second, found.case, found.unlike) == (says, A, B, "", "")
    assert found.ratio == pytest.approx(factor, rel=0.02)
    low, high = bounds(found)
    assert low < factor < high
    assert (low <= 1 <= high) == (says == "no difference shown")


def test_nothing_is_said_of_what_is_neither_better_nor_worse() -> None:
    assert judged(report([measure(BASE, Better.NEITHER)], [measure(times(2), Better.NEITHER)]), pairs=[(A, B)]) == []


def test_a_case_that_is_neither_better_nor_worse_is_in_no_table() -> None:
    """As the maximum beside percentiles: it would also make the intervals of the others wider."""

    def cases(factor: float) -> list[Measure]:
        return [measure(times(factor), case="p50"), measure(times(factor), Better.NEITHER, case="max")]

    (found,) = judged(report(cases(1), cases(2)), pairs=[(A, B)])
    assert [each.case for each in found.verdicts] == ["p50"]


def test_too_few_repeats_for_a_verdict() -> None:
    (found,) = judged(report([measure([1.0, 2.0, 4.0, 8.0])], [measure([2.0, 4.0, 8.0, 16.0])]), pairs=[(A, B)])
    assert found.verdicts == [Verdict("", A, B, "too few repeats", pytest.approx(2))]  # type: ignore[arg-type]
    assert (found.unseen, found.power) == (None, None)


@pytest.mark.parametrize(("second", "says"), [(2048.0, "worse"), (1024.0, "no difference shown"), (1000.0, "better")])
def test_what_has_no_spread_is_compared_exactly(second: float, says: str) -> None:
    sizes = [measure([value] * 6, Better.LESS) for value in (1024.0, second)]
    found = verdict(report([sizes[0]], [sizes[1]]))
    assert (found.says, found.low, found.high) == (says, found.ratio, found.ratio)
    assert found.ratio == pytest.approx(second / 1024)


@pytest.mark.parametrize("value", [None, 0.0])
def test_a_value_that_is_absent_or_0_leaves_no_verdict(value: float | None) -> None:
    other = [*BASE[:-1], value]
    assert judged(report([measure(BASE)], [measure(other)]), pairs=[(A, B)]) == []


def test_a_coarse_count_has_no_bounds() -> None:
    found = verdict(report([measure([7.0] * 10)], [measure([7.0] * 9 + [8.0])]))
    assert (found.says, found.low, found.high) == ("too few repeats", None, None)


def test_one_stalled_round_of_few_tells_nothing() -> None:
    """Of six rounds, the second column was a thousand times as slow in one."""
    stalled = [*times(1)[:5], 1000 * BASE[5]]  # type: ignore[operator]
    found = verdict(report([measure(BASE[:6])], [measure(stalled)]))
    low, high = bounds(found)
    assert found.says == "too few repeats"
    assert low < 1 < high
    assert high > 100 * low


def test_a_wide_interval_on_one_side_of_1_is_a_difference() -> None:
    random = np.random.default_rng(2)
    far = [each * 1e4 * exp(random.normal(0, 0.8)) for each in BASE if each is not None]
    found = verdict(report([measure(BASE)], [measure(far)]))
    low, _ = bounds(found)
    assert (found.says, low > 1) == ("better", True)


def test_a_measure_is_one_table_with_all_its_cases() -> None:
    first = [measure(BASE, case="1 KiB"), measure(BASE, case="16 KiB"), measure(BASE, name="size")]
    second = [measure(times(1.5), case="1 KiB"), measure(times(1), case="16 KiB"), measure(times(1.5), name="size")]
    rate, size = judged(report(first, second), pairs=[(A, B)])
    assert (rate.scenario, rate.measure, size.measure) == ("throughput", "rate", "size")
    assert [(each.case, each.says) for each in rate.verdicts] == [
        ("1 KiB", "better"),
        ("16 KiB", "no difference shown"),
    ]
    assert [(each.case, each.says) for each in size.verdicts] == [("", "better")]


def test_a_case_that_one_column_lacks_has_no_verdict_there() -> None:
    found = judged(
        report([measure(BASE, case="a"), measure(BASE, case="b")], [measure(BASE, case="b")]), pairs=[(A, B)]
    )
    assert [each.case for each in found[0].verdicts] == ["b"]


def test_a_refused_column_has_no_verdict() -> None:
    assert judged(report([measure(BASE)], []), pairs=[(A, B)]) == []


def test_unlike_durability_and_features_are_said() -> None:
    here = report([measure(BASE)], levels={Feature.ORDER: "native", Feature.PERSISTENCE: "unsupported"})
    there = report(
        [measure(times(0.5))], kept="on disk", levels={Feature.ORDER: "partial", Feature.PERSISTENCE: "native"}
    )
    found = verdict(here, there, pair=(A, C))
    assert (found.says, found.unlike) == (
        "worse",
        f"on disk against in memory; {Feature.ORDER.value}: partial against native",
    )
    assert verdict(here, report([measure(BASE)]), pair=(A, C)).unlike == "", (
        "nothing is known of a column without broker"
    )


def test_what_could_not_have_been_seen_is_said_with_the_power() -> None:
    (quiet,) = judged(report([measure(BASE)], [measure(times(1, 0.005))]), pairs=[(A, B)])
    (noisy,) = judged(report([measure(BASE)], [measure(times(1, 0.2))]), pairs=[(A, B)])
    assert quiet.unseen is not None
    assert noisy.unseen is not None
    assert quiet.unseen < 0.02 < 0.1 < noisy.unseen
    low, high = bounds(quiet.verdicts[0])
    assert (high / low) ** 0.5 - 1 == pytest.approx(quiet.unseen)
    assert quiet.power is not None
    assert noisy.power is not None
    assert quiet.power > 0.99 > 0.2 > noisy.power
