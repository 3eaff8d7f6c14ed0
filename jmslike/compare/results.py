"""What a comparison found: plain values, for the table on the terminal and for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """A number that was counted, what it had to be (a number, or words), and whether it was."""

    label: str
    value: int
    expected: int | str
    ok: bool


def exactly(label: str, value: int, expected: int) -> Check:
    """Check that a number is the expected one."""
    return Check(label, value, expected, value == expected)


@dataclass(frozen=True, slots=True)
class Column:
    """What one model did in a scenario; `unsupported` says why it could not be played, if so."""

    title: str
    checks: Sequence[Check] = ()
    unsupported: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every number was as expected."""
        return all(check.ok for check in self.checks)


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """The columns of one scenario, and the declared level of the features that it depends on."""

    name: str
    title: str
    story: str
    features: dict[str, str]
    columns: list[Column] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    """All scenarios on one URL (given without its password)."""

    url: str
    product: str
    version: str
    scenarios: list[ScenarioResult] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One run of `jmslike compare`."""

    source: str
    messages: int
    receivers: int
    reports: list[Report] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every number was as expected, on every URL."""
        return all(
            column.passed for report in self.reports for scenario in report.scenarios for column in scenario.columns
        )

    def as_dict(self) -> dict[str, Any]:
        """Give what `--json` writes."""
        return {**asdict(self), "passed": self.passed}
