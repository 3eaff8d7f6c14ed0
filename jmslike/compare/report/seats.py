"""The columns of a scenario that were played, each with its words and numbers, for sentences about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jmslike.compare.report.measures import value
from jmslike.compare.report.played import Played, named
from jmslike.compare.report.quantities import is_time, middle, present, quantity, seconds
from jmslike.compare.results import Column, Comparison, Measure, Side


@dataclass(frozen=True, slots=True)
class Seat:
    """A column that was played; `name` are its words, `has_provider` is false for a direct call or a table."""

    side: Side
    name: str
    column: Column
    has_provider: bool

    def middle(self, measure: str, case: str = "") -> float | None:
        """Return the median of a measure, a time in seconds; None if the column has none."""
        found = self._measure(measure, case)
        median = None if found is None else middle(found.values)
        return median if median is None or found is None or not is_time(found.unit) else seconds(median, found.unit)

    def measured(self, measure: str, case: str = "") -> str:
        """Return the median of a measure in words, with its spread; empty if the column has none."""
        found = self._measure(measure, case)
        return "" if found is None or middle(found.values) is None else value(found)

    def _measure(self, measure: str, case: str) -> Measure | None:
        return next((found for found in self.column.measures if (found.name, found.case) == (measure, case)), None)

    def counted(self, label: str) -> int | None:
        """Return the number of the check whose label begins like this; None if there is none."""
        found = next((check for check in self.column.checks if check.label.startswith(label)), None)
        return None if found is None else found.value

    @property
    def turned_away(self) -> int | None:
        """How many callers were refused or left, in each repeat, in the median; None if that was not measured."""
        repeats = [measure.values for measure in self.column.measures if measure.name in ("refused", "given up")]
        found = middle([sum(present(values)) for values in zip(*repeats, strict=False)])
        return None if found is None else round(found)


def seats(comparison: Comparison, scenario: Played) -> list[Seat]:
    """Return the columns of a scenario that no provider refused."""
    return [
        Seat(place, named(comparison, place), column, bool(side.report.url))
        for side in scenario.sides
        for column in side.result.columns
        if column.refused is None
        for place in (Side(side.number, column.title),)
    ]


def pairs(found: Sequence[Seat], words: Callable[[Seat], str]) -> str:
    """Return each column with its words; one without words is left out."""
    return listed([f"{seat.name} {told}" for seat in found if (told := words(seat))])


def in_words(value: float | None, unit: str = "") -> str:
    """Return a value in words, and none for no value."""
    return "" if value is None else quantity(value, unit)


def listed(words: Sequence[str]) -> str:
    """Return the words as a list; with semicolons, if a comma is in one of them."""
    return ("; " if any("," in each for each in words) else ", ").join(words)
