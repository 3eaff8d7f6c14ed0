"""Delivery: which receiver gets what, when several listen to one queue, or to one topic."""

from __future__ import annotations

from jmslike import Feature
from jmslike.compare.measure import shared_keys, tally, total
from jmslike.compare.results import exactly
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario, integrity, part
from jmslike.compare.stage import Stage


def on_queue(stage: Stage) -> Outcome:
    """Each message goes to one of the receivers."""
    queue = stage.queue
    receivers = stage.team(lambda session, _: session.create_consumer(queue))
    stage.probe(queue, receivers, copies=len(receivers))
    sent = stage.send(queue)
    stage.expect(sent)
    stage.probe(queue, receivers, copies=len(receivers))
    journals = [receiver.journal for receiver in receivers]
    result = tally(stage.sent, journals)
    shared = shared_keys(journals)
    return Outcome(
        [
            exactly("sent", sent, len(stage.source)),
            *(part(journal, shared) for journal in journals),
            exactly("received in all", result.received, sent),
            exactly("got by more than one receiver", len(shared), 0),
            *integrity(result, stage.capabilities),
        ]
    )


def on_topic(stage: Stage) -> Outcome:
    """Each message goes to every receiver."""
    topic = stage.topic
    receivers = stage.team(lambda session, _: session.create_consumer(topic))
    stage.probe(topic, receivers, copies=1)
    sent = stage.send(topic)
    stage.expect(sent * len(receivers))
    stage.probe(topic, receivers, copies=1)
    journals = [receiver.journal for receiver in receivers]
    result = total(tally(stage.sent, [journal]) for journal in journals)
    return Outcome(
        [
            exactly("sent", sent, len(stage.source)),
            *(exactly(f"received by {journal.receiver}", len(journal), sent) for journal in journals),
            exactly("received in all", result.received, sent * len(receivers)),
            exactly("got by more than one receiver", len(shared_keys(journals)), sent if len(receivers) > 1 else 0),
            *integrity(result, stage.capabilities),
        ]
    )


SCENARIO = Scenario(
    name="delivery",
    title="Delivery: who gets what",
    story="{receivers} listen while the messages are sent.",
    features=(Feature.ORDER, Feature.COMPETING_CONSUMERS),
    headline="received in all",
    columns=[Route("queue", on_queue), Route("topic", on_topic, kept="nowhere")],
    note="How a queue splits its messages is its own affair: a receiver may get many of them, few or none.",
)
