"""Load sharing: how several receivers split the work on a queue, on a shared subscription, and as plain subscribers.

Each receiver holds its first message until all of them have one. So they are seen to work at the same time, and no
thread does all the work because it ran first. Where the provider does not promise one to each, the wait is short.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Lock
from typing import Final

from jmslike import Destination, Feature, UnsupportedFeatureError
from jmslike.compare.measure import Journal, shared_keys, tally, total
from jmslike.compare.results import exactly, unpromised
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario, integrity, part
from jmslike.compare.stage import Stage, Subscribe

_SPANNING: Final = "SUB-26"
"""A shared subscription spans the connections of a client id, or of none."""


class StartTogether:
    """Work of receivers, of which `parties` start at the same time."""

    def __init__(self, parties: int, patience: float) -> None:
        self.at_once: int = 0
        self._counting = Lock()
        self._barrier = Barrier(parties, timeout=patience)

    def __call__(self, journal: Journal) -> None:
        if len(journal) == 1 and not self._barrier.broken:
            with self._counting:
                self.at_once += 1
            with suppress(BrokenBarrierError):  # at_once shows it
                self._barrier.wait()


def _split(stage: Stage, destination: Destination, subscribe: Subscribe) -> Outcome:
    workers = min(stage.receivers, len(stage.source))
    at_once = "receivers at work at the same time"
    work = StartTogether(workers, stage.patience if stage.shares_work else stage.patience / 10)
    receivers = stage.team(subscribe, work)
    stage.probe(destination, receivers, copies=len(receivers))
    sent = stage.send(destination)
    stage.expect(sent)
    stage.probe(destination, receivers, copies=len(receivers))
    journals = [receiver.journal for receiver in receivers]
    result = tally(stage.sent, journals)
    shared = shared_keys(journals)
    least = 1 if stage.shares_work and workers == len(receivers) else 0
    return Outcome(
        [
            exactly("sent", sent, len(stage.source)),
            exactly(at_once, work.at_once, workers) if stage.shares_work else unpromised(at_once, work.at_once),
            *(part(journal, shared, least) for journal in journals),
            exactly("pieces of work in all", result.received, sent),
            exactly("done by more than one receiver", len(shared), 0),
            *integrity(result, stage.capabilities),
        ]
    )


def on_queue(stage: Stage) -> Outcome:
    """The receivers of a queue split its messages."""
    return _split(stage, stage.queue, lambda session, _: session.create_consumer(stage.queue))


def on_shared_subscription(stage: Stage) -> Outcome:
    """The consumers of one shared subscription split the topic's messages, if it spans their connections."""
    if _SPANNING in stage.capabilities.exceptions:
        raise UnsupportedFeatureError(stage.capabilities.exceptions[_SPANNING])
    return _split(stage, stage.topic, lambda session, _: session.create_shared_consumer(stage.topic, stage.name))


def on_topic(stage: Stage) -> Outcome:
    """Plain subscribers split nothing: each does all the work."""
    workers = stage.receivers
    work = StartTogether(workers, stage.patience)
    receivers = stage.team(lambda session, _: session.create_consumer(stage.topic), work)
    stage.probe(stage.topic, receivers, copies=1)
    sent = stage.send(stage.topic)
    stage.expect(sent * workers)
    stage.probe(stage.topic, receivers, copies=1)
    journals = [receiver.journal for receiver in receivers]
    result = total(tally(stage.sent, [journal]) for journal in journals)
    return Outcome(
        [
            exactly("sent", sent, len(stage.source)),
            exactly("receivers at work at the same time", work.at_once, workers),
            *(exactly(f"received by {journal.receiver}", len(journal), sent) for journal in journals),
            exactly("pieces of work in all", result.received, sent * workers),
            exactly("done by more than one receiver", len(shared_keys(journals)), sent if workers > 1 else 0),
            *integrity(result, stage.capabilities),
        ]
    )


SCENARIO = Scenario(
    name="sharing",
    title="Load sharing: who does the work",
    story="{receivers} work through the messages.",
    features=(Feature.COMPETING_CONSUMERS, Feature.SHARED_SUBSCRIPTION, Feature.ORDER),
    headline="receivers at work at the same time",
    columns=[
        Route("queue", on_queue),
        Route("topic, shared", on_shared_subscription),
        Route("topic, plain", on_topic, kept="nowhere"),
    ],
    note="A broker pushes messages ahead to its receivers in turn, up to the window of each: a slow one gets as many "
    "as the others. With ?window=1 the next one that is free gets the next message. native:// pushes nothing ahead. On "
    "Kafka the partitions decide.",
)
