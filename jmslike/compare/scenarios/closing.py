"""A receiver closes mid-work: its connection closes while it holds messages that it has not acknowledged."""

from __future__ import annotations

from typing import Final

from jmslike import Feature, Message, SessionMode
from jmslike.compare.measure import PROBE, Journal
from jmslike.compare.scenarios.scenario import Scenario
from jmslike.compare.scenarios.succession import FIRST, MARKED, columns
from jmslike.compare.stage import Place, Stage, key_of, note


class ClosingReceiver:
    """Takes messages in CLIENT_ACKNOWLEDGE, acknowledges the first of them, and closes its connection."""

    takeover: Final = 0.0

    def __init__(self, stage: Stage, place: Place) -> None:
        self.finished: Final = Journal(FIRST)
        self.unfinished: Final = Journal(FIRST)
        self._patience = stage.patience
        self._connection = stage.connect(FIRST)
        session = self._connection.create_session(SessionMode.CLIENT_ACKNOWLEDGE)
        self._consumer = place.subscribe(session, FIRST)
        self._connection.start()

    def answer_probe(self) -> None:
        """Take one probe, if it comes in time; the stage sees whether all receivers got theirs."""
        message = self._consumer.receive(self._patience)
        if message is not None and key_of(message) == PROBE:
            message.acknowledge()

    def work(self, finish: int, leave: int) -> None:
        """Take messages: acknowledge `finish` of them, hold `leave` more, and close."""
        last = self._take(finish, self.finished)
        if last is not None:
            last.acknowledge()  # acknowledges all that the session has delivered so far
        self._take(leave, self.unfinished)
        self._connection.close()

    def _take(self, count: int, journal: Journal) -> Message | None:
        message = None
        for _ in range(count):
            message = self._consumer.receive(self._patience)
            if message is None:
                break
            note(message, journal)
        return message


SCENARIO = Scenario(
    name="closing",
    title="A receiver closes mid-work: which receiver takes over",
    story="Receiver 1 of {receivers} acknowledges half of what it took; then it closes its connection.",
    features=(Feature.REDELIVERY_COUNT, Feature.DURABLE_SUBSCRIPTION, Feature.ORDER),
    headline="lost",
    columns=columns(ClosingReceiver),
    note=MARKED,
)
