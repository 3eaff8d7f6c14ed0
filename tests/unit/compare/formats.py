"""Steps of the tests of formats."""

from __future__ import annotations

from collections.abc import Iterator

from jmslike.compare import Plan, Source, compare
from jmslike.compare.results import Column


class Lines:
    """A source of these texts."""

    def __init__(self, *texts: str) -> None:
        self.name = "lines"
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)


def columns(url: str, scenario: str, source: Source, plan: Plan | None = None) -> dict[str, Column]:
    (report,) = compare([url], source, plan=plan, scenarios=[scenario]).reports
    (result,) = report.scenarios
    return {column.title: column for column in result.columns}
