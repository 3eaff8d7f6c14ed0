"""The receivers of timed runs as processes of their own, so that they do not share the sender's interpreter."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from jmslike import Feature, JMSError
from jmslike.compare.processes.counters import NOTED, NUMBERS, PROBES, Counters
from jmslike.compare.processes.pipe import ProgramProcess, place_of
from jmslike.compare.stage import Place, Stage
from jmslike.compare.timed_receivers import Acknowledging
from jmslike.compare.timing.driver import SYSTEM_TIME
from jmslike.compare.timing.flat_out import settle
from jmslike.compare.timing.log import ArrivalLog

PROGRAM: Final = "jmslike.compare.processes.timed_program"


class Processes:
    """A crew of receivers, each in a process. Raises JMSError if one of them does not listen.

    Raises UnsupportedFeatureError where only one process reaches the provider.
    """

    def __init__(self, stage: Stage, place: Place, names: Sequence[str], acknowledging: Acknowledging) -> None:
        stage.capabilities.require(Feature.PROCESSES)
        self._stage = stage
        self._place = place
        self._names = names
        self._counters = Counters.of(NUMBERS * len(names))
        self._processes: list[ProgramProcess] = []
        try:
            for number, name in enumerate(names):
                subscription = stage.client_id(name) if place.is_durable else None
                process = ProgramProcess(
                    PROGRAM,
                    **place_of(stage.url, place.destination, subscription),
                    counters=self._counters.path,
                    first=NUMBERS * number,
                    hold=stage.patience if stage.shares_work else 0,
                    mode=acknowledging.mode,
                    every=acknowledging.every,
                )
                self._processes.append(process)
            for process in self._processes:
                process.wait_until_started()
                prove_one_clock(partial(process.ask, do="clock"))
            self.probe()
        except BaseException:
            self.close()
            raise

    def begin(self, base: int) -> None:
        """Start a run, whose keys count from `base`."""
        for process in self._processes:
            process.ask(do="begin", base=base)

    def counts(self) -> list[int]:
        """Return how many messages each receiver got in this run."""
        return list(self._counters.numbers[NOTED::NUMBERS])

    def logs(self) -> list[ArrivalLog]:
        """Return what each receiver got in this run."""
        return [_log(process.ask(do="log")) for process in self._processes]

    def probe(self) -> None:
        """Wait until every receiver has a probe, and so what was sent to it before."""
        destination = self._place.destination
        before = self._probes()
        self._stage.send_probes(destination, len(self._processes) if destination.is_queue else 1)
        each = self._stage.shares_work or not destination.is_queue

        def answered() -> int:
            new = [now - then for now, then in zip(self._probes(), before, strict=True)]
            return sum(map(bool, new)) if each else sum(new)

        if not settle(answered, len(self._processes), self._stage.patience):
            raise JMSError(
                f"the receivers of {destination} missed a probe for {self._stage.patience:g} seconds: cannot measure"
            )
        for process in self._processes:
            process.ask(do="release")

    def close(self) -> None:
        """End the processes, and delete durable subscriptions, which would go on to keep messages."""
        for process in self._processes:
            process.leave()
        for process in self._processes:
            process.end()
        self._counters.delete()
        if self._place.is_durable:
            self._stage.unsubscribe(self._names)

    def _probes(self) -> list[int]:
        return list(self._counters.numbers[PROBES::NUMBERS])


def prove_one_clock(there: Callable[[], int], here: Callable[[], int] = SYSTEM_TIME.now) -> None:
    """Read the clock of another process between two readings of the clock here.

    Raises JMSError if they are not the same clock, as then no time from here to there can be measured.
    """
    before, between, after = here(), there(), here()
    if not before <= between <= after:
        raise JMSError("the clocks of two processes differ on this machine: measure without --processes")


def _log(encoded: Sequence[str]) -> ArrivalLog:
    log = ArrivalLog()
    for values, text in zip((log.keys, log.times, log.again), encoded, strict=True):
        values.frombytes(b64decode(text))
    return log
