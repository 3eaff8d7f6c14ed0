"""Offline receivers: which of the messages that are sent while a receiver is away wait for it."""

from __future__ import annotations

from jmslike import Feature
from jmslike.compare.measure import tally
from jmslike.compare.results import exactly
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario, integrity
from jmslike.compare.stage import Place, Stage

NAME = "receiver 1"


def _play(stage: Stage, place: Place, *, kept: bool) -> Outcome:
    """Send a third of the messages while the receiver listens, a third while it is away, the rest after it is back.

    `kept` says whether those of the second third have to wait for it.
    """
    destination, subscribe = place.destination, place.subscribe
    third = -(-len(stage.source) // 3)

    before = stage.receiver(NAME, subscribe)
    stage.probe(destination, [before], copies=1)
    listening = stage.send(destination, third)
    stage.expect(listening)
    before.connection.close()

    away = stage.send(destination, third)

    after = stage.receiver(NAME, subscribe)
    stage.expect(away if kept else 0)
    stage.probe(destination, [after], copies=1)
    back = stage.send(destination)
    stage.expect(back)
    stage.probe(destination, [after], copies=1)

    journals = [before.journal, after.journal]
    result = tally(stage.sent, journals)
    while_away = range(listening + 1, listening + away + 1)
    return Outcome(
        [
            exactly("sent while it listens", listening, min(third, len(stage.source))),
            exactly("  received of these", len(before.journal), listening),
            exactly("sent while it is away", away, min(third, len(stage.source) - listening)),
            exactly("  received when it is back", after.journal.within(while_away), away if kept else 0),
            exactly("sent after it is back", back, len(stage.source) - listening - away),
            exactly("  received of those", len(after.journal) - after.journal.within(while_away), back),
            *integrity(result, stage.capabilities, lost=0 if kept else away),
        ]
    )


def on_queue(stage: Stage) -> Outcome:
    """A queue keeps them."""
    return _play(stage, stage.at_queue(), kept=True)


def on_topic(stage: Stage) -> Outcome:
    """A non-durable subscription ends with its consumer: they are lost to it."""
    return _play(stage, stage.at_topic(), kept=False)


def on_durable_subscription(stage: Stage) -> Outcome:
    """A durable subscription keeps them."""
    return _play(stage, stage.at_durable_subscription(), kept=True)


SCENARIO = Scenario(
    name="offline",
    title="Offline receivers: what waits for them",
    story="One receiver listens, goes away, and comes back, while the messages are sent.",
    features=(Feature.DURABLE_SUBSCRIPTION, Feature.PERSISTENCE, Feature.ORDER),
    headline="lost",
    columns=[
        Route("queue", on_queue),
        Route("topic", on_topic, kept="nowhere"),
        Route("topic, durable", on_durable_subscription),
    ],
)
