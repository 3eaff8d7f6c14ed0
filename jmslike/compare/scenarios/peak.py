"""Peak shaving: a burst of orders meets a service that is too slow for it.

Its callers wait for the service itself, or only until a table, a queue or a topic has their order.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Final

from jmslike import Destination, Feature, JMSError, Message
from jmslike.compare.flows.direct import Answer, DirectService
from jmslike.compare.flows.queueing import waits
from jmslike.compare.flows.service import Service, Worker
from jmslike.compare.flows.table import PolledService
from jmslike.compare.measure import Arrivals, Journal, Tally, count, tally, total
from jmslike.compare.plan import Setting
from jmslike.compare.results import Better, Check, Figure, Side, exactly, unpromised
from jmslike.compare.scenarios.burst import CROWDING, POLL, WORK, WORKERS, Burst, burst_of
from jmslike.compare.scenarios.scenario import Baseline, Outcome, Reading, Route, Scenario, integrity
from jmslike.compare.stage import KEY, Stage, Work, key_of
from jmslike.compare.timing.backlog import backlog
from jmslike.compare.timing.driver import SYSTEM_TIME, Departures, drive
from jmslike.compare.timing.flat_out import settle
from jmslike.compare.timing.histogram import encode
from jmslike.compare.timing.log import percentile
from jmslike.compare.timing.schedule import SECOND

REPEATS: Final = 6
"""A burst takes most of a second in each column."""
LINE: Final = 0.25
"""The part of all callers that may wait for a direct call at the same time."""
GIVE_UP: Final = 0.2
"""The part of the time of all work after which the caller of a direct call leaves the line."""
LEASE: Final = 60.0
"""Seconds: no worker dies here."""
SERVICES: Final = {"billing": 0.5, "shipping": 0.25, "statistics": 0.1}
"""The services behind the topic, with their work, as a part of that of the one service. Each has one worker: so
billing is as fast as the one service with its two.
"""
MILLISECOND: Final = SECOND / 1000


@dataclass(frozen=True, slots=True)
class Line:
    """The orders in front of one service: when each came there, when its service began and ended, and who left."""

    came: array[int]
    begun: dict[int, int]
    ended: dict[int, int]
    left: array[int] = field(default_factory=lambda: array("q"))


@dataclass(frozen=True, slots=True)
class Run:
    """A burst that is over. `waited` has how long callers waited, without those who were refused."""

    departures: Departures
    waited: array[int]
    lines: Sequence[Line]
    theory: float
    refused: int = 0
    given_up: int = 0


def directly(setting: Setting) -> Outcome:
    """Each caller waits for the service."""
    burst = burst_of(setting)
    give_up = GIVE_UP * sum(burst.times) / SECOND / WORKERS
    service = DirectService(Service(burst.times), WORKERS, line=max(1, round(LINE * burst.count)), give_up=give_up)
    departures = drive(burst.schedule, service.start_call)
    service.finish()
    setting.progress(burst.count)
    calls = {answer: [call for call in service.calls if call.answer is answer] for answer in Answer}
    served, given_up = calls[Answer.SERVED], calls[Answer.GIVEN_UP]
    entered = sorted([*served, *given_up], key=lambda call: call.key)
    line = Line(
        array("q", (call.arrived for call in entered)),
        {call.key: call.begun for call in served},
        {call.key: call.ended for call in served},
        array("q", (call.left for call in given_up)),
    )
    waited = array("q", (call.left - departures.intended[call.key - 1] for call in entered))
    refused = calls[Answer.REFUSED]
    run = Run(departures, waited, [line], _theory(burst, burst.times, WORKERS), len(refused), len(given_up))
    return Outcome(
        [
            exactly("sent", len(service.calls), burst.count),
            unpromised("served", len(served)),
            unpromised("refused or given up", len(refused) + len(given_up)),
            exactly("lost, without an answer", burst.count - len(entered) - len(refused), 0),
        ],
        _readings(run),
    )


def by_table(setting: Setting) -> Outcome:
    """Each caller waits until its order is in the table, which the service polls."""
    burst = burst_of(setting)
    with TemporaryDirectory() as name:
        service = PolledService(Service(burst.times), Path(name), WORKERS, poll=POLL, lease=LEASE)
        with closing(service.connect()) as table:
            table.create()
            service.start()
            departures = drive(burst.schedule, lambda key: table.add(key, burst.text(key)))
            settle(lambda: service.served, burst.count, setting.plan.patience)
            service.close()
    setting.progress(burst.count)
    waited = array("q", (end - due for end, due in zip(departures.returned, departures.intended, strict=True)))
    run = Run(departures, waited, [_line(departures.returned, service.workers)], _theory(burst, burst.times, WORKERS))
    found = count(burst.count, [[(key, False) for key in worker.keys] for worker in service.workers])
    return Outcome(
        [
            exactly("sent", len(departures.returned), burst.count),
            exactly("served", found.received, burst.count),
            exactly("lost", found.lost, 0),
            exactly("duplicated", found.duplicated, 0),
            exactly("out of order", found.reordered, 0),
        ],
        _readings(run),
    )


class Callers:
    """Callers who wait only until the provider has their order. They do not wait for each other."""

    def __init__(self, stage: Stage, destination: Destination, burst: Burst) -> None:
        self.left: Final[dict[int, int]] = {}
        """When each caller went on, by its key; those whose order was refused are not in it."""
        self.refused: int = 0
        self._burst = burst
        self._sent = stage.sent
        self._patience = stage.patience
        self._session = stage.connect("callers").create_session()
        self._producer = self._session.create_producer(destination)
        self._answers = Arrivals()

    def send(self, key: int) -> None:
        """Send an order."""
        text = self._burst.text(key)
        message = self._session.create_text_message(text)
        message.set_int_property(KEY, self._sent.note(text))
        try:
            self._producer.send(message, completion_listener=self)
        except JMSError as error:
            self.on_exception(message, error)

    def finish(self) -> None:
        """Wait until the provider has answered all of them."""
        self._answers.wait_for(self._burst.count, self._patience)

    def on_completion(self, message: Message) -> None:
        """See CompletionListener."""
        self.left[key_of(message)] = SYSTEM_TIME.now()
        self._answers.add()

    def on_exception(self, message: Message, error: JMSError) -> None:
        """See CompletionListener."""
        self.refused += 1
        self._answers.add()


def on_queue(stage: Stage) -> Outcome:
    """Each caller waits until its order is in the queue; the workers of the service take the orders from there."""
    burst = burst_of(stage.setting)
    service = Service(burst.times)
    workers = [Worker(service) for _ in range(WORKERS)]
    receivers = [
        stage.receiver(f"worker {number}", lambda session, _: session.create_consumer(stage.queue), _working(worker))
        for number, worker in enumerate(workers, 1)
    ]
    stage.probe(stage.queue, receivers, copies=WORKERS)
    callers, departures = _send(stage, stage.queue, burst, streams=1)
    stage.probe(stage.queue, receivers, copies=WORKERS)
    found = tally(stage.sent, [receiver.journal for receiver in receivers])
    return Outcome(
        _counts(stage, callers, found, streams=1),
        _readings(_run(departures, callers, [workers], _theory(burst, burst.times, WORKERS))),
    )


def on_topic(stage: Stage) -> Outcome:
    """Each caller waits until its order is in the topic, from which three services each get all orders."""
    burst = burst_of(stage.setting)
    times = {name: array("q", (round(part * time) for time in burst.times)) for name, part in SERVICES.items()}
    subscribe = stage.durably()
    workers = {name: Worker(Service(times[name])) for name in SERVICES}
    receivers = [stage.receiver(name, subscribe, _working(workers[name])) for name in SERVICES]

    stage.probe(stage.topic, receivers, copies=1)
    callers, departures = _send(stage, stage.topic, burst, streams=len(SERVICES))
    stage.probe(stage.topic, receivers, copies=1)
    found = total(tally(stage.sent, [receiver.journal]) for receiver in receivers)
    run = _run(departures, callers, [[worker] for worker in workers.values()], _theory(burst, times["billing"], 1))
    return Outcome(_counts(stage, callers, found, streams=len(SERVICES)), _readings(run))


def _working(worker: Worker) -> Work:
    def work(journal: Journal) -> None:
        worker.serve(journal.keys[-1])

    return work


def _send(stage: Stage, destination: Destination, burst: Burst, streams: int) -> tuple[Callers, Departures]:
    """Send the burst, and wait until it is served."""
    callers = Callers(stage, destination, burst)
    departures = drive(burst.schedule, callers.send)
    callers.finish()
    stage.setting.progress(burst.count)
    stage.expect(len(callers.left) * streams)
    return callers, departures


def _counts(stage: Stage, callers: Callers, found: Tally, streams: int) -> list[Check]:
    """Return what was counted. What the provider refused was never sent, and is not lost.

    Where a queue does not give the next message to any free receiver, a worker may join late, and take over the order
    that another one has in work: as on Kafka, which does not know that it was handed out.
    """
    accepted = len(callers.left)
    served = found.received - found.duplicated - found.redelivered
    counts = integrity(replace(found, lost=found.lost - callers.refused * streams), stage.capabilities)
    if streams == 1 and not stage.shares_work:
        counts = [unpromised(each.label, each.value) if each.label == "duplicated" else each for each in counts]
    return [
        exactly("sent", accepted + callers.refused, len(stage.sent)),
        unpromised("refused", callers.refused),
        exactly("served", served, accepted * streams),
        *counts,
    ]


def _run(departures: Departures, callers: Callers, services: Sequence[Sequence[Worker]], theory: float) -> Run:
    waited = array("q", (at - departures.intended[key - 1] for key, at in callers.left.items()))
    came = array("q", (departures.begun[key - 1] for key in callers.left))
    return Run(departures, waited, [_line(came, workers) for workers in services], theory, callers.refused)


def _line(came: array[int], workers: Sequence[Worker]) -> Line:
    begun = {key: at for worker in workers for key, at in zip(worker.keys, worker.begun, strict=True)}
    ended = {key: at for worker in workers for key, at in zip(worker.keys, worker.ended, strict=True)}
    return Line(came, begun, ended)


def _theory(burst: Burst, times: array[int], workers: int) -> float:
    """Return how long orders wait for this service in the mean, if there is nothing between them and it."""
    return fmean(waits(burst.schedule, times, workers))


def _readings(run: Run) -> list[Reading]:
    """Return what was measured. Times count from when an order was due; of several services, the last one counts."""
    intended = run.departures.intended
    keys = set(run.lines[0].ended).intersection(*(line.ended for line in run.lines))
    served = array("q", (max(line.ended[key] for line in run.lines) - intended[key - 1] for key in sorted(keys)))
    first = run.lines[0].begun
    found = [
        *_times("caller's wait", run.waited),
        *_times("time until served", served),
    ]
    if served:
        last = max(at for line in run.lines for at in line.ended.values()) - intended[0]
        mean = fmean(at - intended[key - 1] for key, at in first.items())
        found += [
            Reading("last order served", "ms", Better.LESS, last / MILLISECOND),
            Reading("mean wait for the service", "ms", Better.LESS, mean / MILLISECOND),
        ]
    rows = [backlog(line.came, [array("q", line.ended.values()), line.left]) for line in run.lines]
    largest = max(rows, key=lambda row: max(row.y, default=0.0))
    return [
        *found,
        Reading("mean wait by theory", "ms", Better.NEITHER, run.theory / MILLISECOND),
        Reading("largest backlog", "orders", Better.LESS, max(largest.y, default=0.0), series=[largest]),
        Reading("refused", "orders", Better.LESS, run.refused),
        Reading("given up", "orders", Better.LESS, run.given_up),
    ]


def _times(name: str, values: array[int]) -> list[Reading]:
    """Return percentiles, and the maximum, which one stall decides: it is shown, and never judged."""
    if not values:
        return []
    return [
        Reading(name, "ms", Better.LESS, percentile(values, 50) / MILLISECOND, "p50", encode(values)),
        Reading(name, "ms", Better.LESS, percentile(values, 99) / MILLISECOND, "p99"),
        Reading(name, "ms", Better.NEITHER, max(values) / MILLISECOND, "max"),
    ]


def _pairs(routes: Sequence[Side], baselines: Sequence[Side]) -> list[tuple[Side, Side]]:
    """Pair each queue with what it could take the place of, and with the queue of the first provider.

    Three services do other work than one, so that the topic stands in the tables and in no pair.
    """
    first, *others = queues = [side for side in routes if side.column == "queue"]
    return [(baseline, queue) for queue in queues for baseline in baselines] + [(first, other) for other in others]


SCENARIO = Scenario(
    name="peak",
    title="Peak shaving: a burst meets a slow service",
    story=(
        f"A sale opens, and for a moment {CROWDING:g} times as many orders come as the service can work on. It has"
        f" {WORKERS} workers, and an order takes {WORK * 1000:g} ms in the mean. At most {LINE:.0%} of all callers may"
        f" wait for a direct call at the same time, each for at most {GIVE_UP:.0%} of the time that the service needs"
        f" for all orders. A worker of the table looks again after {POLL * 1000:g} ms when there is none. A caller's"
        " wait counts from when its order was due, also of callers who gave up; the time until served is that of the"
        " orders that were served."
    ),
    features=(Feature.COMPETING_CONSUMERS, Feature.DURABLE_SUBSCRIPTION, Feature.PERSISTENCE, Feature.ORDER),
    headline="served",
    columns=[Route("queue", on_queue), Route("topic, three services", on_topic)],
    baselines=[
        Baseline("direct call", directly, "nowhere"),
        Baseline("table, polled", by_table, "on disk"),
    ],
    note="No column makes the service faster: what differs is who waits for it, the callers or their orders.",
    repeats=REPEATS,
    pairs=_pairs,
    figures=[
        Figure("curves", "caller's wait", "How long callers wait"),
        Figure("steps", "largest backlog", "Orders that wait for the service"),
        Figure("curves", "time until served", "How long until orders are served"),
    ],
)
