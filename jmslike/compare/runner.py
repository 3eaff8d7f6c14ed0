"""The run of a comparison: scenario by scenario, its columns in turns, in the calling thread."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from jmslike import ConnectionFactory, Feature, JMSError, Level
from jmslike.compare import provenance
from jmslike.compare.phrases import naming, plural
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.redaction import Redactor
from jmslike.compare.results import (
    NO_BROKER,
    Column,
    Comparison,
    Judgement,
    Kept,
    Overhead,
    Report,
    Run,
    ScenarioResult,
    Side,
)
from jmslike.compare.scenarios.known import known
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario
from jmslike.compare.seat import Seat
from jmslike.compare.source import Source
from jmslike.compare.stage import Stage
from jmslike.registry import how_to_install
from jmslike.url import without_secrets

ACKNOWLEDGEMENT: Final = "auto"
"""The mode of the timed scenarios, where a case names no other."""

Pairs: TypeAlias = Mapping[str, Sequence[tuple[Side, Side]]]
Judge: TypeAlias = Callable[[Sequence[Report], Pairs, int], list[Judgement]]


@dataclass(frozen=True, slots=True)
class Step:
    """What is played: the run with this `number`, from 1, of `of` runs. Round 0 is a warm-up."""

    scenario: str
    provider: str
    """The URL as it may be shown; empty where there is only one."""
    column: str
    round: int
    rounds: int
    number: int
    of: int

    def __str__(self) -> str:
        provider = f"{self.provider}: " if self.provider else ""
        turn = f"round {self.round} of {self.rounds}" if self.round else "warm-up"
        return f"{provider}{self.scenario}, {self.column}{f', {turn}' if self.rounds > 1 else ''}"


def compare(
    urls: Sequence[str],
    source: Source,
    *,
    plan: Plan | None = None,
    scenarios: Iterable[str | Scenario] | None = None,
    progress: Callable[[Step, int], None] = lambda step, sent: None,
    command: str = "",
) -> Comparison:
    """Play scenarios, by name or as objects, on each URL, and return all numbers. None: all that can be played here.

    `progress` is called with what is played, and how many messages were sent since the last call. `command` is the
    command line of the run.

    Raises ValueError for no URL, an unknown scenario, one that needs an extra, or an empty source; JMSError if a
    provider cannot be used, or fails in the middle: then nothing of the run is kept, and a note says where it was.
    """
    found = known(scenarios)
    if not urls:
        raise ValueError("a comparison needs at least one URL")
    if not len(source):
        raise ValueError(f"no messages in {source.name}")
    plan = plan or Plan()
    judge, overhead = _instruments(found.values())
    game = _Game(urls, source, plan, list(found.values()), progress)
    date, machine, began = provenance.now(), provenance.machine(), time.monotonic()
    reports = game.play()
    seconds = time.monotonic() - began
    comparison = Comparison(
        source.name,
        len(source),
        plan.receivers,
        date,
        provenance.host(),
        provenance.versions(),
        Run(command, plan, ACKNOWLEDGEMENT, machine, provenance.git(), seconds),
        reports,
        overhead(plan),
        judge(reports, game.pairs, plan.seed),
    )
    return Redactor(urls).clean(comparison)


def rounds(scenario: Scenario, plan: Plan) -> int:
    """Return how often each column of a scenario is measured."""
    return min(plan.repeats, scenario.repeats)


def in_turn(seats: Sequence[Seat], number: int) -> list[Seat]:
    """Return the order of a round, from 0: another column begins each time; every second time round it is reversed."""
    turn, start = divmod(number, len(seats))
    order = [*seats[start:], *seats[:start]]
    return order[::-1] if turn % 2 else order


class _Game:
    """One comparison that is being played."""

    def __init__(
        self,
        urls: Sequence[str],
        source: Source,
        plan: Plan,
        scenarios: Sequence[Scenario],
        progress: Callable[[Step, int], None],
    ) -> None:
        self.plan = plan
        self.pairs: dict[str, list[tuple[Side, Side]]] = {}
        self._urls = urls
        self._source = source
        self._scenarios = scenarios
        self._progress = progress
        self._played = 0
        self._to_play = sum(self._runs(scenario) for scenario in scenarios)

    def play(self) -> list[Report]:
        """Play all scenarios, and return the reports."""
        reports = [_report(url) for url in self._urls]
        without_provider = Report("", NO_BROKER, "", [], durable=False, capabilities={}, reasons={})
        every = [*reports, without_provider]
        for scenario in self._scenarios:
            seats = self._seats(scenario, reports)
            self._play(scenario, seats)
            sides = [seat.side for seat in seats]
            routes = [side for side in sides if side.report < len(reports)]
            self.pairs[scenario.name] = scenario.pairs(routes, sides[len(routes) :])
            for number, report in enumerate(every):
                columns = [seat.column() for seat in seats if seat.side.report == number]
                if columns:
                    report.scenarios.append(_describe(scenario, self.plan, columns))
        return every if without_provider.scenarios else reports

    def _runs(self, scenario: Scenario) -> int:
        seats = len(self._urls) * len(scenario.columns) + len(scenario.baselines)
        return seats * (rounds(scenario, self.plan) + _warm_ups(scenario))

    def _seats(self, scenario: Scenario, reports: Sequence[Report]) -> list[Seat]:
        routes = [
            Seat(
                Side(number, route.title),
                report.url,
                route.kept or _kept(report),
                _on_stage(route, url),
            )
            for number, (url, report) in enumerate(zip(self._urls, reports, strict=True))
            for route in scenario.columns
        ]
        return routes + [
            Seat(Side(len(reports), baseline.title), NO_BROKER, baseline.kept, baseline.play)
            for baseline in scenario.baselines
        ]

    def _play(self, scenario: Scenario, seats: Sequence[Seat]) -> None:
        last = rounds(scenario, self.plan)
        for number in range(1 - _warm_ups(scenario), last + 1):
            for seat in in_turn(seats, max(0, number - 1)):
                self._played += 1
                provider = seat.provider if len(self._urls) > 1 else ""
                self._run(
                    seat,
                    Step(scenario.name, provider, seat.side.column, number, last, self._played, self._to_play),
                )

    def _run(self, seat: Seat, step: Step) -> None:
        def on_sent(count: int) -> None:
            self._progress(step, count)

        gc.collect()  # what the run before has left is not its burden
        try:
            on_sent(0)
            with naming(seat.provider):
                seat.run(Setting(self._source, self.plan, on_sent, step.round, seat.memory))
        except (JMSError, KeyboardInterrupt) as error:
            if step.number > 1:
                error.add_note(f"; that was in {step}, and what was measured before is lost")
            raise


def _instruments(scenarios: Iterable[Scenario]) -> tuple[Judge, Callable[[Plan], Overhead | None]]:
    """Return what judges the reports, and what measures the measuring; both are for timed scenarios only.

    What they need is missed before anything is played.
    """
    if all(scenario.repeats == 1 for scenario in scenarios):
        return lambda reports, pairs, seed: [], lambda plan: None
    try:
        from jmslike.compare.judgement.verdicts import judge
        from jmslike.compare.timing.overhead import overhead
    except ModuleNotFoundError as error:
        reason = f"timed scenarios need {error.name}, which is not installed; {how_to_install('report')}"
        raise ValueError(reason) from error
    return judge, overhead


def _warm_ups(scenario: Scenario) -> int:
    return int(scenario.repeats > 1)


def _kept(report: Report) -> Kept:
    return "on disk" if report.durable else "in memory"


def _on_stage(route: Route, url: str) -> Callable[[Setting], Outcome]:
    def play(setting: Setting) -> Outcome:
        with Stage(url, setting) as stage:
            return route.play(stage)

    return play


def _report(url: str) -> Report:
    """Connect once, so that a provider that does not answer is found before anything is played."""
    with naming(url), ConnectionFactory(url).create_connection() as connection:
        found = connection.capabilities
    features = found.features.items()
    return Report(
        url=without_secrets(url),
        product=found.product,
        version=found.version,
        clients=provenance.clients(url),
        durable=found.supports(Feature.PERSISTENCE),
        capabilities={feature.value: support.level.value for feature, support in features},
        reasons={
            feature.value: support.reason
            for feature, support in features
            if support.level is Level.PARTIAL and support.reason
        },
    )


def _describe(scenario: Scenario, plan: Plan, columns: list[Column]) -> ScenarioResult:
    return ScenarioResult(
        scenario.name,
        scenario.title,
        scenario.story.format(receivers=plural(plan.receivers, "receiver")),
        scenario.note,
        [feature.value for feature in scenario.features],
        scenario.headline,
        columns,
        list(scenario.figures),
    )
