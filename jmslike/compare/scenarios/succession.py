"""What follows when a receiver ends while it holds messages that it has not acknowledged, however it ends.

The other receivers are stopped until then, so that it is certain which messages the ending one holds. It comes back
when the others have received what they can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final, Protocol, TypeAlias

from jmslike import Feature, Level
from jmslike.compare.measure import Journal, tally, total
from jmslike.compare.results import Check, exactly, unpromised
from jmslike.compare.scenarios.scenario import Outcome, Route, integrity
from jmslike.compare.stage import Place, Stage

FIRST: Final = "receiver 1"
MARKED: Final = (
    "A broker may mark all that it had pushed to the receiver that ended, up to the window, also what that receiver "
    "never took."
)
"""The note of both scenarios."""


class LeavingReceiver(Protocol):
    """A receiver that takes messages in CLIENT_ACKNOWLEDGE, acknowledges some of them, and ends with the others."""

    @property
    def takeover(self) -> float:
        """How many seconds the provider may need to find out that it has ended."""

    @property
    def finished(self) -> Journal:
        """What it has acknowledged."""

    @property
    def unfinished(self) -> Journal:
        """What it has taken and not acknowledged."""

    def answer_probe(self) -> None:
        """Take one probe, if it comes in time."""

    def work(self, finish: int, leave: int) -> None:
        """Take messages, acknowledge `finish` of them, hold `leave` more, and end."""


Leaving: TypeAlias = Callable[[Stage, Place], LeavingReceiver]
"""Starts the receiver that will end."""


class Successor(Enum):
    """The receiver of the messages that the ended one had not acknowledged."""

    OTHERS = "the other receivers"
    ITSELF = "the same receiver, when it is back"
    NONE = "none"


def _play(stage: Stage, leaving: Leaving, place: Place, successor: Successor) -> Outcome:
    """Play one column. All receivers of a queue share one stream of messages, on a topic each has its own."""
    destination, subscribe = place.destination, place.subscribe
    one_stream = destination.is_queue
    messages = len(stage.source)
    is_shared_out = one_stream and not stage.shares_work  # before any is taken, and perhaps not evenly
    taken = max(1, messages // (4 * stage.receivers if is_shared_out else stage.receivers + 1))
    finish = taken // 2
    rest = messages - finish

    ending = leaving(stage, place)
    others = [stage.receiver(name, subscribe) for name in stage.names[1:]]
    copies = stage.receivers if one_stream else 1
    if not is_shared_out:  # nothing decides which receiver gets how many probes
        stage.probe(destination, others, copies, also=ending.answer_probe)
    for receiver in others:
        receiver.connection.stop()

    stage.send(destination)
    ending.work(finish, leave=taken - finish)

    for receiver in others:
        receiver.connection.start()
    if not one_stream:
        stage.expect(messages * len(others))
    elif others:
        stage.expect(rest, ending.takeover)
    back = stage.successor(FIRST, subscribe, ending.takeover)
    stage.expect(rest if successor is Successor.ITSELF else 0, ending.takeover)
    stage.probe(destination, [*others, back], copies)

    journals = [receiver.journal for receiver in others]
    streams = [[ending.finished, *journals, back.journal]]
    if not one_stream:
        streams = [[ending.finished, back.journal], *([journal] for journal in journals)]
    lost = rest if successor is Successor.NONE else 0
    return Outcome(
        [
            exactly("sent", len(stage.sent), messages),
            exactly("taken by receiver 1 before it ends", len(ending.finished) + len(ending.unfinished), taken),
            exactly("  acknowledged", len(ending.finished), finish),
            exactly("  not acknowledged", len(ending.unfinished), taken - finish),
            *_succession(ending, journals, back.journal, successor, one_stream=one_stream),
            *_delivered_again(stage, [*journals, back.journal], 0 if successor is Successor.NONE else taken - finish),
            exactly(
                "finished in all",
                sum(len(journal) for stream in streams for journal in stream),
                messages * len(streams) - lost,
            ),
            # what a provider had pushed to the ended receiver comes to the others in no particular place
            *integrity(
                total(tally(stage.sent, stream) for stream in streams),
                stage.capabilities,
                lost,
                ordered=successor is not Successor.OTHERS,
            ),
        ]
    )


def _succession(
    ending: LeavingReceiver, others: Sequence[Journal], back: Journal, successor: Successor, *, one_stream: bool
) -> list[Check]:
    """Check which receivers got what the ended one had taken. On a topic, each has its own copy of every message."""
    acknowledged, left = set(ending.finished.keys), set(ending.unfinished.keys)
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


def columns(leaving: Leaving) -> list[Route]:
    """Return the columns of a scenario in which the first receiver ends in this way."""

    def on_queue(stage: Stage) -> Outcome:
        """A queue gives them to the other receivers."""
        successor = Successor.OTHERS if stage.receivers > 1 else Successor.ITSELF
        return _play(stage, leaving, stage.at_queue(), successor)

    def on_topic(stage: Stage) -> Outcome:
        """A non-durable subscription ends with its receiver, and they are lost."""
        return _play(stage, leaving, stage.at_topic(), Successor.NONE)

    def on_durable_subscription(stage: Stage) -> Outcome:
        """A durable subscription keeps them until its receiver is back."""
        return _play(stage, leaving, stage.at_durable_subscription(), Successor.ITSELF)

    return [
        Route("queue", on_queue),
        Route("topic", on_topic, kept="nowhere"),
        Route("topic, durable", on_durable_subscription),
    ]
