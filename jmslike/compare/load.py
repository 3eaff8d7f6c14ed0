"""Timed runs at one place: one sender, and receivers that stay through all of them."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol

from jmslike import DeliveryMode
from jmslike.compare.measure import Tally, count, total
from jmslike.compare.processes.timed_processes import Processes
from jmslike.compare.results import Check, Series, exactly
from jmslike.compare.scenarios.scenario import Outcome, Route, integrity
from jmslike.compare.stage import Place, Stage
from jmslike.compare.timed_receivers import AUTOMATIC, Acknowledging, Threads
from jmslike.compare.timing.backlog import backlog
from jmslike.compare.timing.driver import Departures, drive
from jmslike.compare.timing.flat_out import Flow, flat_out, settle
from jmslike.compare.timing.log import ArrivalLog, latencies


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run at a fixed rate, and what its receivers got."""

    departures: Departures
    logs: Sequence[ArrivalLog]
    tally: Tally
    streams: Sequence[Sequence[ArrivalLog]]

    @property
    def latencies(self) -> array[int]:
        """The nanoseconds that each message took, at each receiver that got it."""
        return latencies(self.departures, self.logs)

    @property
    def backlog(self) -> Series:
        """The backlog over time; of subscribers, that of the one whose backlog was the largest."""
        found = [backlog(self.departures.begun, [log.times for log in stream]) for stream in self.streams]
        return max(found, key=lambda series: max(series.y, default=0.0))


class Crew(Protocol):
    """The receivers of timed runs, wherever they are."""

    def begin(self, base: int) -> None: ...

    def counts(self) -> list[int]: ...

    def logs(self) -> list[ArrivalLog]: ...

    def probe(self) -> None: ...

    def close(self) -> None: ...


class Load:
    """Timed runs at one place of a stage, by as many receivers as are asked for.

    `texts` are sent in turn. Every run is counted as exactly as those of the other scenarios, warm-ups and trials too:
    it ends when all of its messages have arrived, or none more comes.
    """

    def __init__(
        self,
        stage: Stage,
        place: Place,
        receivers: int,
        texts: Sequence[str],
        acknowledging: Acknowledging = AUTOMATIC,
        delivery_mode: DeliveryMode = DeliveryMode.PERSISTENT,
    ) -> None:
        self._stage = stage
        self._plan = stage.setting.plan
        self._one_stream = place.destination.is_queue
        names = [f"receiver {number}" for number in range(1, receivers + 1)]
        crew = Processes if self._plan.processes else Threads
        self._crew: Final[Crew] = crew(stage, place, names, acknowledging)
        self._send = stage.sender(place.destination, texts, delivery_mode)
        self._base = 0
        self._sent = 0
        self._failed = 0
        self._tallies: Final[list[Tally]] = []

    def __enter__(self) -> Load:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._crew.close()

    def open_loop(self, schedule: array[int]) -> OpenRun:
        """Send each message when it is due, whatever became of those before it."""
        base = self._begin()
        departures = drive(schedule, lambda key: self._send(base + key))
        self._failed += len(departures.failed)
        tally = self._end(len(schedule), len(schedule) - len(departures.failed))
        logs = self._crew.logs()
        return OpenRun(departures, logs, tally, self._streams(logs))

    def flat_out(self) -> Flow:
        """Send as fast as the receivers settle what was sent, within the window of the plan."""
        base = self._begin()
        flow = flat_out(lambda key: self._send(base + key), self._settled, self._plan)
        self._end(flow.sent, flow.sent)
        return flow

    def checks(self) -> list[Check]:
        """Return what all runs together counted."""
        capabilities = self._stage.capabilities
        return [
            exactly("sent", self._sent - self._failed, self._sent),
            *integrity(total(self._tallies), capabilities),
        ]

    def _begin(self) -> int:
        self._crew.begin(self._base)
        return self._base

    def _end(self, sent: int, arriving: int) -> Tally:
        settle(self._settled, arriving, self._plan.patience)
        self._crew.probe()
        tally = total(count(sent, stream) for stream in self._streams(self._crew.logs()))
        self._tallies.append(tally)
        self._sent += sent
        self._base += sent
        self._stage.setting.progress(sent)
        return tally

    def _settled(self) -> int:
        """Return how many messages have reached every receiver that they are for."""
        counts = self._crew.counts()
        return sum(counts) if self._one_stream else min(counts)

    def _streams(self, logs: Sequence[ArrivalLog]) -> list[Sequence[ArrivalLog]]:
        """All receivers of a queue share one stream of messages, and each subscriber has its own."""
        return [logs] if self._one_stream else [[log] for log in logs]


def routes(play: Callable[[Stage, Place], Outcome]) -> list[Route]:
    """Return the columns of a timed scenario, which plays the same at every place."""

    def on_queue(stage: Stage) -> Outcome:
        return play(stage, stage.at_queue())

    def on_topic(stage: Stage) -> Outcome:
        return play(stage, stage.at_topic())

    def on_durable_subscription(stage: Stage) -> Outcome:
        return play(stage, stage.at_durable_subscription())

    return [
        Route("queue", on_queue),
        Route("topic", on_topic, kept="nowhere"),
        Route("topic, durable", on_durable_subscription),
    ]
