"""Latency: how long messages take that are sent at a fixed rate, and the highest rate that is sustained."""

from __future__ import annotations

from itertools import islice
from typing import Final

from jmslike import Feature
from jmslike.compare.load import Load, OpenRun, routes
from jmslike.compare.results import Better, Figure
from jmslike.compare.scenarios.scenario import REPEATS, Outcome, Reading, Scenario
from jmslike.compare.stage import Place, Stage
from jmslike.compare.timing.histogram import encode
from jmslike.compare.timing.log import percentile
from jmslike.compare.timing.schedule import SECOND, steady
from jmslike.compare.timing.search import LEAST, MOST, highest
from jmslike.compare.timing.sustained import is_sustained

TEXTS: Final = 1000
"""Messages of the source that take turns."""
MILLISECOND: Final = SECOND / 1000
FEWEST: Final = 20
"""Messages of a trial, however low its rate is."""


def _play(stage: Stage, place: Place) -> Outcome:
    plan = stage.setting.plan
    with Load(stage, place, stage.receivers, list(islice(stage.source, TEXTS))) as load:
        load.open_loop(steady(plan.rate, plan.warm_up))
        run = load.open_loop(steady(plan.rate, plan.samples / plan.rate))
        rate = _highest(stage, load)
    readings = [*_latency(run), *_rates(run)]
    if rate:
        readings.append(Reading("highest rate", "messages/s", Better.MORE, rate))
    return Outcome(load.checks(), readings)


def _latency(run: OpenRun) -> list[Reading]:
    found = run.latencies
    if not found:
        return []
    first = Reading(
        "latency", "ms", Better.LESS, percentile(found, 50) / MILLISECOND, "p50", encode(found), [run.backlog]
    )
    return [
        first,
        Reading("latency", "ms", Better.LESS, percentile(found, 99) / MILLISECOND, "p99"),
        Reading("latency", "ms", Better.NEITHER, max(found) / MILLISECOND, "max"),  # one stall decides it
    ]


def _rates(run: OpenRun) -> list[Reading]:
    rates = {"asked for": run.departures.asked, "achieved": run.departures.achieved}
    return [Reading("rate", "messages/s", Better.NEITHER, rates[case], case) for case in rates]


def _highest(stage: Stage, load: Load) -> float:
    """Search from the answer of the round before; the first search begins at what a closed loop reaches."""
    plan, memory = stage.setting.plan, stage.setting.memory

    def trial(rate: float) -> bool:
        run = load.open_loop(steady(rate, max(2 * plan.run, FEWEST / rate)))
        return not run.tally.lost and is_sustained(run.departures, run.streams)

    start = memory.get("rate") or min(max(load.flat_out().rate, LEAST), MOST)
    found = highest(trial, start)
    if found:
        memory["rate"] = found
    return found


SCENARIO = Scenario(
    name="latency",
    title="Latency: how long a message takes at a fixed rate",
    story="{receivers} listen while messages are sent at a fixed rate, each when it is due. Its time counts from then.",
    features=(Feature.ORDER, Feature.COMPETING_CONSUMERS, Feature.PERSISTENCE),
    headline="lost",
    columns=routes(_play),
    note="A topic hands every message to each receiver, and the time of each of these arrivals counts.",
    repeats=REPEATS,
    figures=[
        Figure("curves", "latency", "How long messages take"),
        Figure("steps", "latency", "Messages on their way"),
        Figure("bars", "highest rate", "The highest rate that is sustained"),
    ],
)
