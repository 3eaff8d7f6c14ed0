"""The results of a comparison: plain values, for the table on the terminal and for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """A number that was counted, the expected one (a number, or words), and whether they agree.

    `expected` is None for a number that the provider promises nothing about.
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


@dataclass(frozen=True, slots=True)
class Column:
    """The numbers of one model in a scenario; `refused` is the reason if the provider could not play it."""

    title: str
    checks: Sequence[Check] = ()
    refused: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every number was as expected."""
        return all(check.ok for check in self.checks)


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


@dataclass(frozen=True, slots=True)
class Report:
    """All scenarios on one URL (without its password), and the declared level of every feature.

    `clients` are the libraries that speak to the provider, with their versions. `durable`: messages survive a restart
    of the provider. `reasons` has the words of the provider for features that it has in part.
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
class Comparison:
    """One run of `jmslike compare`: when it began (ISO 8601), on which host, with which versions."""

    source: str
    messages: int
    receivers: int
    date: str
    host: str
    versions: dict[str, str]
    reports: list[Report] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every number was as expected, on every URL."""
        return all(
            column.passed for report in self.reports for scenario in report.scenarios for column in scenario.columns
        )

    @property
    def checks(self) -> list[Check]:
        """The numbers that had to be the expected ones, of all scenarios on all URLs."""
        return [
            check
            for report in self.reports
            for scenario in report.scenarios
            for column in scenario.columns
            for check in column.checks
            if check.expected is not None
        ]

    @property
    def durability_differs(self) -> bool:
        """Whether some of the runs were durable and others not: then their speed cannot be compared."""
        return len({report.durable for report in self.reports}) > 1

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `--json`."""
        return {**asdict(self), "durability_differs": self.durability_differs, "passed": self.passed}
