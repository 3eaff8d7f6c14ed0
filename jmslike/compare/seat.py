"""A seat: a column of a scenario on one URL, which takes its turn in every round, and what its rounds gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from jmslike import UnsupportedFeatureError
from jmslike.compare.plan import Setting
from jmslike.compare.results import Check, Column, Kept, Measure, Series, Side
from jmslike.compare.scenarios.scenario import Outcome, Reading


@dataclass(slots=True)
class Seat:
    """A column that is being played; `provider` is the URL as it may be shown, or says that there is none."""

    side: Side
    provider: str
    kept: Kept
    play: Callable[[Setting], Outcome]
    memory: dict[str, float] = field(default_factory=dict)
    refused: str | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    def run(self, setting: Setting) -> None:
        """Play once, and keep the outcome if it is none of a warm-up. After a refusal nothing is played any more."""
        if self.refused is not None:
            return
        try:
            outcome = self.play(setting)
        except UnsupportedFeatureError as error:
            self.refused = str(error)
            self.outcomes.clear()
        else:
            if setting.round:
                self.outcomes.append(outcome)

    def column(self) -> Column:
        """Return what all rounds gave together."""
        return Column(self.side.column, _added_up(self.outcomes), _measures(self.outcomes), self.kept, self.refused)


def _added_up(outcomes: Sequence[Outcome]) -> tuple[Check, ...]:
    """Add up the checks of all rounds, each under its label."""
    found: dict[str, Check] = {}
    for check in (check for outcome in outcomes for check in outcome.checks):
        before = found.get(check.label)
        found[check.label] = check if before is None else _sum(before, check)
    return tuple(found.values())


def _sum(before: Check, check: Check) -> Check:
    expected = before.expected
    if isinstance(expected, int) and isinstance(check.expected, int):
        expected += check.expected
    return Check(check.label, before.value + check.value, expected, before.ok and check.ok)


def _measures(outcomes: Sequence[Outcome]) -> tuple[Measure, ...]:
    """Return the readings of all rounds as measures, one for each name and case."""
    rounds = [{(reading.name, reading.case): reading for reading in outcome.readings} for outcome in outcomes]
    return tuple(_measure([readings.get(key) for readings in rounds]) for key in _merged(rounds))


def _merged(rounds: Sequence[dict[tuple[str, str], Reading]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(key for readings in rounds for key in readings))


def _measure(readings: Sequence[Reading | None]) -> Measure:
    """Return one measure; a round without a reading has no value."""
    first = next(reading for reading in readings if reading is not None)
    histograms = [None if reading is None else reading.histogram for reading in readings]
    known = any(histogram is not None for histogram in histograms)
    return Measure(
        first.name,
        first.unit,
        first.better,
        [None if reading is None else reading.value for reading in readings],
        first.case,
        [None if histogram is None else histogram[0] for histogram in histograms] if known else [],
        [0 if histogram is None else histogram[1] for histogram in histograms] if known else [],
        _series_of_the_median([reading for reading in readings if reading is not None]),
    )


def _series_of_the_median(readings: Sequence[Reading]) -> list[Series]:
    ordered = sorted(readings, key=lambda reading: reading.value)
    return list(ordered[(len(ordered) - 1) // 2].series)
