"""A receiver dies mid-work: its process is killed while it holds messages that it has not acknowledged."""

from __future__ import annotations

from typing import Final

from jmslike import Feature
from jmslike.compare.measure import Journal
from jmslike.compare.processes.receiver_process import ReceiverProcess
from jmslike.compare.scenarios.scenario import Scenario
from jmslike.compare.scenarios.succession import FIRST, MARKED, columns
from jmslike.compare.stage import Place, Stage


class KilledReceiver:
    """Works in a process of its own, which gets no chance to close anything."""

    takeover: Final = 60.0
    """Seconds until every provider has found out: a log's group waits for the time-out of its session."""

    def __init__(self, stage: Stage, place: Place) -> None:
        stage.capabilities.require(Feature.PROCESSES)
        self.finished: Final = Journal(FIRST)
        self.unfinished: Final = Journal(FIRST)
        subscription = stage.client_id(FIRST) if place.is_durable else None
        self._process = ReceiverProcess(stage.url, place.destination, subscription, stage.patience)
        stage.end_with(self._process.kill)

    def answer_probe(self) -> None:
        """Let the process take one probe, if it comes in time."""
        self._process.answer_probe()

    def work(self, finish: int, leave: int) -> None:
        """Let the process take messages, acknowledge `finish` of them, hold `leave` more; then kill it."""
        self._process.take(finish, self.finished)
        self._process.acknowledge()
        self._process.take(leave, self.unfinished)
        self._process.kill()


SCENARIO = Scenario(
    name="death",
    title="A receiver dies mid-work: which receiver takes over",
    story="Receiver 1 of {receivers} acknowledges half of what it took; then its process is killed (kill -9).",
    features=(Feature.REDELIVERY_COUNT, Feature.DURABLE_SUBSCRIPTION, Feature.PROCESSES, Feature.ORDER),
    headline="lost",
    columns=columns(KilledReceiver),
    note=MARKED,
)
