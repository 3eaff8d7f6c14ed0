"""A receiver dies mid-work: its connection closes while it holds messages that it has not acknowledged.

The other receivers are stopped until then, so that it is certain which messages the dying one holds. It comes back when
the others have received what they can.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from jmslike import Destination, Feature, Level, Message, SessionMode
from jmslike.compare.measure import PROBE, Journal, tally, total
from jmslike.compare.results import Check, exactly, unpromised
from jmslike.compare.scenarios.scenario import Scenario, integrity
from jmslike.compare.stage import Stage, Subscribe, key_of, note

FIRST = "receiver 1"


class DyingReceiver:
    """Takes messages in CLIENT_ACKNOWLEDGE, acknowledges the first of them, and closes its connection."""

    def __init__(self, stage: Stage, subscribe: Subscribe) -> None:
        self.finished: Final = Journal(FIRST)
        self.unfinished: Final = Journal(FIRST)
        self._patience = stage.patience
        self._connection = stage.connect(FIRST)
        self._consumer = subscribe(self._connection.create_session(SessionMode.CLIENT_ACKNOWLEDGE), FIRST)
        self._connection.start()

    def answer_probe(self) -> None:
        """Take one probe, if it comes in time; the stage sees whether all receivers got theirs."""
        message = self._consumer.receive(self._patience)
        if message is not None and key_of(message) == PROBE:
            message.acknowledge()

    def work(self, finish: int, leave: int) -> None:
        """Take messages: acknowledge `finish` of them, hold `leave` more, and die."""
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


class Successor(Enum):
    """The receiver of the messages that the dead one had not acknowledged."""

    OTHERS = "the other receivers"
    ITSELF = "the same receiver, when it is back"
    NONE = "none"


def _play(
    stage: Stage, destination: Destination, subscribe: Subscribe, successor: Successor, *, one_stream: bool
) -> list[Check]:
    """Play one column. `one_stream`: all receivers share one stream of messages (a queue), else each has its own."""
    messages = len(stage.source)
    is_shared_out = one_stream and not stage.shares_work  # before any is taken, and perhaps not evenly
    taken = max(1, messages // (4 * stage.receivers if is_shared_out else stage.receivers + 1))
    finish = taken // 2
    rest = messages - finish

    dying = DyingReceiver(stage, subscribe)
    others = [stage.receiver(name, subscribe) for name in stage.names[1:]]
    copies = stage.receivers if one_stream else 1
    if not is_shared_out:  # nothing decides which receiver gets how many probes
        stage.probe(destination, others, copies, also=dying.answer_probe)
    for receiver in others:
        receiver.connection.stop()

    stage.send(destination)
    dying.work(finish, leave=taken - finish)

    for receiver in others:
        receiver.connection.start()
    if not one_stream:
        stage.expect(messages * len(others))
    elif others:
        stage.expect(rest)
    back = stage.receiver(FIRST, subscribe)
    stage.expect(rest if successor is Successor.ITSELF else 0)
    stage.probe(destination, [*others, back], copies)

    journals = [receiver.journal for receiver in others]
    streams = [[dying.finished, *journals, back.journal]]
    if not one_stream:
        streams = [[dying.finished, back.journal], *([journal] for journal in journals)]
    lost = rest if successor is Successor.NONE else 0
    return [
        exactly("sent", len(stage.sent), messages),
        exactly("taken by receiver 1 before it dies", len(dying.finished) + len(dying.unfinished), taken),
        exactly("  acknowledged", len(dying.finished), finish),
        exactly("  not acknowledged", len(dying.unfinished), taken - finish),
        *_succession(dying, journals, back.journal, successor, one_stream=one_stream),
        *_delivered_again(stage, [*journals, back.journal], 0 if successor is Successor.NONE else taken - finish),
        exactly(
            "finished in all",
            sum(len(journal) for stream in streams for journal in stream),
            messages * len(streams) - lost,
        ),
        # what a provider had pushed to the dead receiver comes to the others in no particular place
        *integrity(
            total(tally(stage.sent, stream) for stream in streams),
            stage.capabilities,
            lost,
            ordered=successor is not Successor.OTHERS,
        ),
    ]


def _succession(
    dying: DyingReceiver, others: Sequence[Journal], back: Journal, successor: Successor, *, one_stream: bool
) -> list[Check]:
    """Check which receivers got what the dead one had taken. On a topic, each has its own copy of every message."""
    acknowledged, left = set(dying.finished.keys), set(dying.unfinished.keys)
    taken_over = sum(key in left for journal in others for key in journal.keys) if one_stream else 0
    repeated = [back, *others] if one_stream else [back]
    return [
        exactly("  delivered again to the others", taken_over, len(left) if successor is Successor.OTHERS else 0),
        exactly(
            "  delivered again to receiver 1, back",
            sum(key in left for key in back.keys),
            len(left) if successor is Successor.ITSELF else 0,
        ),
        exactly(
            "acknowledged, yet delivered again",
            sum(key in acknowledged for journal in repeated for key in journal.keys),
            0,
        ),
    ]


def _delivered_again(stage: Stage, journals: Sequence[Journal], expected: int) -> list[Check]:
    counted_again = sum(count == 2 for journal in journals for count in journal.delivery_counts)
    marked = sum(sum(journal.redelivered) for journal in journals)
    if stage.capabilities.level(Feature.REDELIVERY_COUNT) not in (Level.NATIVE, Level.EMULATED):
        return [unpromised("marked as redelivered", marked)]
    return [
        exactly("marked as redelivered", marked, expected),
        exactly("delivery count is 2", counted_again, expected),
    ]


def on_queue(stage: Stage) -> list[Check]:
    """A queue gives them to the other receivers."""
    successor = Successor.OTHERS if stage.receivers > 1 else Successor.ITSELF
    return _play(
        stage, stage.queue, lambda session, _: session.create_consumer(stage.queue), successor, one_stream=True
    )


def on_topic(stage: Stage) -> list[Check]:
    """A non-durable subscription dies with its receiver, and so do they."""
    return _play(
        stage, stage.topic, lambda session, _: session.create_consumer(stage.topic), Successor.NONE, one_stream=False
    )


def on_durable_subscription(stage: Stage) -> list[Check]:
    """A durable subscription keeps them until its receiver is back."""
    return _play(stage, stage.topic, stage.durably(), Successor.ITSELF, one_stream=False)


SCENARIO = Scenario(
    name="death",
    title="A receiver dies mid-work: who takes over",
    story="Receiver 1 of {receivers} acknowledges half of what it took; then its connection closes.",
    features=(Feature.REDELIVERY_COUNT, Feature.DURABLE_SUBSCRIPTION),
    columns={"queue": on_queue, "topic": on_topic, "topic, durable": on_durable_subscription},
)
