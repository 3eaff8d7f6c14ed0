"""The results of a comparison: plain values, which `document.py` writes as JSON and reads again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from jmslike.compare.plan import Plan

NO_BROKER: Final = "no broker"
"""The product of the report that holds the columns without a provider."""

Kept: TypeAlias = Literal["on disk", "in memory", "nowhere"]
"""Where messages are while they wait."""
Says: TypeAlias = Literal["better", "worse", "no difference shown", "too few repeats"]


@dataclass(frozen=True, slots=True)
class Check:
    """A number that was counted, the expected one (a number, or words), and whether they agree.

    `expected` is None for a number that the provider promises nothing about. Over several repeats the numbers and the
    expected numbers are added up, and `ok` says whether all of them agreed.
    """

    label: str
    value: int
    expected: int | str | None
    ok: bool


def exactly(label: str, value: int, expected: int) -> Check:
    """Check that a number is the expected one."""
    return Check(label, value, expected, value == expected)


def unpromised(label: str, value: int) -> Check:
    """Note a number that may be anything."""
    return Check(label, value, None, ok=True)


class Better(StrEnum):
    """Which values of a measure are the better ones."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Series:
    """A number over time: `x` in seconds from the start of the run, `y` in messages; at most 400 points.

    Raises ValueError if there is not one y for each x.
    """

    name: str
    x: list[float]
    y: list[float]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise ValueError(f"a series needs as many y as x, not {len(self.y)} and {len(self.x)}")


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that was measured in each repeat: unrounded, and None where a repeat has none.

    `case` is the row of the table, such as "1 KiB". `histograms` is empty, or has the distribution behind each value:
    an HdrHistogram V2 of nanoseconds, in base64; `beyond` then counts what was above an hour, which it does not hold.
    `series` is of the repeat whose value is the median. Raises ValueError for lists that do not belong together.
    """

    name: str
    unit: str
    better: Better
    values: list[float | None]
    case: str = ""
    histograms: list[str | None] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a measure needs the value of at least one repeat")
        for name in ("histograms", "beyond"):
            length = len(getattr(self, name))
            if length not in (0, len(self.values)):
                raise ValueError(f"{name} needs one item for each of the {len(self.values)} values, not {length}")


@dataclass(frozen=True, slots=True)
class Column:
    """The numbers of one model in a scenario; `refused` is the reason if the provider could not play it."""

    title: str
    checks: Sequence[Check] = ()
    measures: Sequence[Measure] = ()
    kept: Kept = "nowhere"
    refused: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every number was as expected."""
        return all(check.ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class Figure:
    """A plot that a scenario asks for, of all its columns together.

    `curves` are percentiles of the histograms up to the maximum, `density` is their distribution, `steps` are the
    series over time, `bars` are the values with their spread.
    """

    kind: Literal["curves", "density", "steps", "bars"]
    measure: str
    title: str


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """The columns of one scenario, the features that it depends on, and a note for the reader.

    `headline` is how the label begins of the check that stands for the scenario in a summary.
    """

    name: str
    title: str
    story: str
    note: str
    features: list[str]
    headline: str
    columns: list[Column] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """All scenarios on one URL (without its password), and the declared level of every feature.

    `clients` are the libraries that speak to the provider, with their versions. `durable`: messages survive a restart
    of the provider. `reasons` has the words of the provider for features that it has in part. The columns without a
    provider are in a report of their own, the last, whose `url` is empty; it has the scenarios with such columns only.
    """

    url: str
    product: str
    version: str
    clients: list[str]
    durable: bool
    capabilities: dict[str, str]
    reasons: dict[str, str]
    scenarios: list[ScenarioResult] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Side:
    """One of two columns that are compared; `report` is an index of the comparison's reports."""

    report: int
    column: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the second of two columns is against the first, in one measure and case.

    `ratio` is the second's value through the first's, between `low` and `high`. `unlike` says in which way the two
    cannot be compared as equals.
    """

    case: str
    first: Side
    second: Side
    says: Says
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    unlike: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts on one measure of a scenario, whose intervals hold together: 95 % for all of them at once.

    `unseen` is the largest difference, as a part of the first value, that could have stayed unseen in the widest pair;
    `power` is the chance that a difference of 5 % is shown, at the spread that was measured in that pair.
    """

    scenario: str
    measure: str
    verdicts: list[Verdict]
    unseen: float | None = None
    power: float | None = None


@dataclass(frozen=True, slots=True)
class Overhead:
    """What the measuring costs by itself: for each message, measured a few times, and how late it sends.

    The latter is a histogram, as in a Measure; `late_ns` has its p50, p99 and max. Raises ValueError if nothing was
    measured.
    """

    per_message_ns: list[float]
    late: str
    late_ns: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.per_message_ns:
            raise ValueError("per_message_ns needs at least one time")


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer: `load` is the mean number of waiting programs over the minute before; None where none counts it."""

    processor: str
    cores: int
    memory: int | None
    """Bytes."""
    disk: str
    """The file system of the folder for temporary files, with the size of its disk."""
    load: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """How a comparison was made, and how many seconds it took; `git` is the commit of a checkout of this library.

    `acknowledgement` is the mode of the timed scenarios, where a case names no other.
    """

    command: str
    plan: Plan
    acknowledgement: str
    machine: Machine
    git: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run of `jmslike compare`: when it began (ISO 8601), on which host, with which versions."""

    source: str
    messages: int
    receivers: int
    date: str
    host: str
    versions: dict[str, str]
    run: Run
    reports: list[Report] = field(default_factory=list)
    overhead: Overhead | None = None
    judgements: list[Judgement] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every number was as expected, on every URL."""
        return all(column.passed for column in self._columns)

    @property
    def checks(self) -> list[Check]:
        """The numbers that had to be the expected ones, of all scenarios on all URLs."""
        return [check for column in self._columns for check in column.checks if check.expected is not None]

    @property
    def durability_differs(self) -> bool:
        """Whether some of the providers were durable and others not: then their speed cannot be compared."""
        return len({report.durable for report in self.reports if report.url}) > 1

    @property
    def _columns(self) -> list[Column]:
        return [column for report in self.reports for scenario in report.scenarios for column in scenario.columns]
