"""A crash of the service in the middle of a burst: what each way to reach it loses, and what it repeats.

The orders are those of `peak`. The service crashes when a third of them is sent, and is back after the next third. Both
happen between two orders, so that it is certain which orders were sent while it was away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BrokenBarrierError
from typing import Final

from jmslike import Feature, Message, SessionMode
from jmslike.compare.flows.direct import Answer, DirectService
from jmslike.compare.flows.service import Service, Worker
from jmslike.compare.flows.table import PolledService
from jmslike.compare.measure import PROBE
from jmslike.compare.plan import Setting
from jmslike.compare.results import Check, exactly, unpromised
from jmslike.compare.scenarios.burst import POLL, WORKERS, Burst, burst_of
from jmslike.compare.scenarios.scenario import Baseline, Outcome, Route, Scenario
from jmslike.compare.stage import Place, Stage, ignore_probe, key_of
from jmslike.compare.timing.driver import drive
from jmslike.compare.timing.flat_out import settle

LEASE: Final = 2.0
"""Seconds after which the claim of a dead worker ends: long enough for a worker on a busy machine."""


class Interruption:
    """The crash and the restart, each just before an order is sent: `away` are the keys of those sent in between."""

    def __init__(self, count: int) -> None:
        self.away: Final = range(count // 3 + 1, 2 * count // 3 + 1)

    def lost(self, before: int) -> int:
        """Return how many orders must be lost where nothing keeps them, if `before` were served before the crash."""
        return self.away.stop - 1 - before

    def around(
        self, send: Callable[[int], object], crash: Callable[[], object], restart: Callable[[], object]
    ) -> Callable[[int], None]:
        """Return what sends an order, and has the service crash and restart in time."""

        def send_or_interrupt(key: int) -> None:
            if key == self.away.start:
                crash()
            if key == self.away.stop:
                restart()
            send(key)

        return send_or_interrupt


def directly(setting: Setting) -> Outcome:
    """Calls that wait or are in work fail, and all that come until the service is back; none of them is repeated."""
    burst = burst_of(setting)
    interruption = Interruption(burst.count)
    service = DirectService(Service(burst.times), WORKERS, line=burst.count, give_up=setting.plan.patience)
    drive(burst.schedule, interruption.around(service.start_call, service.crash, service.restart))
    service.finish()
    setting.progress(burst.count)
    served = [call.key for call in service.calls if call.answer is Answer.SERVED]
    failed = [call for call in service.calls if call.answer is Answer.FAILED]
    before = [key for key in served if key < interruption.away.start]
    in_work = [call.key for call in failed if call.begun]
    lost = interruption.lost(len(before))
    return Outcome(
        [
            *_at_the_crash(interruption, burst, before, in_work),
            exactly("calls that failed", len(failed), lost),
            *_afterwards(interruption, burst, before, in_work, served[len(before) :], kept=False),
            exactly("lost, unless callers try again", burst.count - len(served), lost),
        ]
    )


def by_table(setting: Setting) -> Outcome:
    """The table keeps the orders; those in work are free again when their lease ends."""
    burst = burst_of(setting)
    interruption = Interruption(burst.count)
    with TemporaryDirectory() as name:
        service = PolledService(Service(burst.times), Path(name), WORKERS, poll=POLL, lease=LEASE)
        with closing(service.connect()) as table:
            table.create()
            service.start()
            departures = drive(
                burst.schedule,
                interruption.around(lambda key: table.add(key, burst.text(key)), service.crash, service.start),
            )
            settle(lambda: service.served, burst.count, setting.plan.patience + LEASE)
            service.close()
    setting.progress(burst.count)
    first = service.workers[:WORKERS]
    return _outcome(interruption, burst, first, service.workers[WORKERS:], failed=len(departures.failed), kept=True)


class CrashingReceiver:
    """A worker of the service that takes its orders from a provider, and acknowledges each when it is finished."""

    def __init__(self, stage: Stage, name: str, place: Place, worker: Worker) -> None:
        self.worker: Final = worker
        self.answer_probe: Callable[[], object] = ignore_probe
        self._connection = stage.connect(name)
        consumer = place.subscribe(self._connection.create_session(SessionMode.CLIENT_ACKNOWLEDGE), name)
        consumer.message_listener = self._on_message
        self._connection.start()

    def close(self) -> None:
        """Close the connection; what was not acknowledged goes back."""
        self._connection.close()

    def _on_message(self, message: Message) -> None:
        if key_of(message) == PROBE:
            message.acknowledge()
            with suppress(BrokenBarrierError):  # the thread that waits for the probes reports it
                self.answer_probe()
        elif self.worker.serve(key_of(message)):
            message.acknowledge()


class ReceivingService:
    """The service with workers that take its orders from a provider; a crash closes their connections."""

    def __init__(self, stage: Stage, place: Place, service: Service, workers: int) -> None:
        self.receivers: Final[list[CrashingReceiver]] = []
        """All of them, of both lives of the service."""
        self._stage = stage
        self._place = place
        self._service = service
        self._number = workers

    def start(self) -> None:
        """Start the receivers, at first and after a crash."""
        self._service.restart()
        for name in [f"receiver {number}" for number in range(1, self._number + 1)]:
            self.receivers.append(CrashingReceiver(self._stage, name, self._place, Worker(self._service)))

    def crash(self) -> None:
        """Crash."""
        self._service.crash()
        for receiver in self.receivers:
            receiver.close()

    def probe(self) -> None:
        """Wait until each receiver of this life has got what was sent to it before."""
        copies = self._number if self._place.destination.is_queue else 1
        self._stage.probe(self._place.destination, self.receivers[-self._number :], copies)

    @property
    def workers(self) -> Sequence[Worker]:
        """Their workers."""
        return [receiver.worker for receiver in self.receivers]

    @property
    def served(self) -> int:
        """How many orders they have finished."""
        return sum(len(worker.keys) for worker in self.workers)


def on_queue(stage: Stage) -> Outcome:
    """The queue keeps the orders, and gives those in work to the workers when they are back."""
    return _play(stage, stage.at_queue(), WORKERS, kept=True)


def on_topic(stage: Stage) -> Outcome:
    """A non-durable subscription ends with the service, and what waits in it is lost."""
    return _play(stage, stage.at_topic(), 1, kept=False)


def on_durable_subscription(stage: Stage) -> Outcome:
    """A durable subscription keeps the orders, as a queue does."""
    return _play(stage, stage.at_durable_subscription(), 1, kept=True)


def _play(stage: Stage, place: Place, workers: int, *, kept: bool) -> Outcome:
    """Play the burst; a subscription has one consumer, and so one worker."""
    burst = burst_of(stage.setting)
    interruption = Interruption(burst.count)
    service = ReceivingService(stage, place, Service(burst.times), workers)
    service.start()
    service.probe()
    send = stage.sender(place.destination, burst.texts)
    departures = drive(burst.schedule, interruption.around(send, service.crash, service.start))
    stage.setting.progress(burst.count)
    before = sum(len(worker.keys) for worker in service.workers[:workers])
    settle(lambda: service.served, burst.count - (0 if kept else interruption.lost(before)), stage.patience)
    service.probe()
    first, second = service.workers[:workers], service.workers[workers:]
    return _outcome(interruption, burst, first, second, failed=len(departures.failed), kept=kept)


def _outcome(
    interruption: Interruption,
    burst: Burst,
    first: Sequence[Worker],
    second: Sequence[Worker],
    *,
    failed: int,
    kept: bool,
) -> Outcome:
    """Return what was counted, from the workers of the first and of the second life."""
    before = [key for worker in first for key in worker.keys]
    in_work = [key for worker in first for key in worker.unfinished]
    after = [key for worker in second for key in worker.keys]
    lost = burst.count - len({*before, *after})
    return Outcome(
        [
            *_at_the_crash(interruption, burst, before, in_work),
            exactly("calls that failed", failed, 0),
            *_afterwards(interruption, burst, before, in_work, after, kept=kept),
            exactly("lost", lost, 0)
            if kept
            else exactly("lost, as a topic must", lost, interruption.lost(len(before))),
        ]
    )


def _at_the_crash(
    interruption: Interruption, burst: Burst, before: Sequence[int], in_work: Sequence[int]
) -> list[Check]:
    sent = interruption.away.start - 1
    return [
        exactly("sent", burst.count, burst.count),
        unpromised("served before the crash", len(before)),
        unpromised("in work at the crash", len(in_work)),
        unpromised("waiting at the crash", sent - len(before) - len(in_work)),
        unpromised("sent while the service is away", len(interruption.away)),
    ]


def _afterwards(
    interruption: Interruption,
    burst: Burst,
    before: Sequence[int],
    in_work: Sequence[int],
    after: Sequence[int],
    *,
    kept: bool,
) -> list[Check]:
    of_those_away = sum(key in interruption.away for key in after)
    of_those_in_work = sum(key in in_work for key in after)
    of_the_others = sum(key >= interruption.away.stop for key in after)
    times = Counter([*before, *after])
    return [
        exactly("  served when it is back", of_those_away, len(interruption.away) if kept else 0),
        exactly("work that begins again", of_those_in_work, len(in_work) if kept else 0),
        exactly("sent after it is back, and served", of_the_others, burst.count - interruption.away.stop + 1),
        exactly("served twice", sum(number - 1 for number in times.values()), 0),
    ]


SCENARIO = Scenario(
    name="crash",
    title="A crash in the middle of a burst: what is lost",
    story="The service crashes in the burst, and is back when two thirds of the orders are sent.",
    features=(Feature.DURABLE_SUBSCRIPTION, Feature.COMPETING_CONSUMERS, Feature.PERSISTENCE, Feature.ORDER),
    headline="lost",
    columns=[
        Route("queue", on_queue),
        Route("topic", on_topic, kept="nowhere"),
        Route("topic, durable", on_durable_subscription),
    ],
    baselines=[
        Baseline("direct call", directly, "nowhere"),
        Baseline("table, polled", by_table, "on disk"),
    ],
    note="A crash repeats what was in work, wherever the order is kept: the service must bear an order twice.",
)
