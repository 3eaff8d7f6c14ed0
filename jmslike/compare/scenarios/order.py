"""Order: which messages overtake others, with one receiver, with several, in groups, and by priority.

The receivers need a short time for each message, not the same one for all; so those that work beside each other show
what they do to the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Final

from jmslike import Feature, Level, TextMessage
from jmslike.compare.flows.service import Service, service_times
from jmslike.compare.measure import Journal, Tally, tally
from jmslike.compare.results import Check, exactly, unpromised
from jmslike.compare.scenarios.messages import Messages
from jmslike.compare.scenarios.scenario import Outcome, Route, Scenario
from jmslike.compare.stage import Place, Receiver, Stage

MOST: Final = 300
"""Messages; there may be fewer in the source."""
WORK: Final = 0.0005
"""Seconds for each message, in the mean."""
GROUPS: Final = 7
PRIORITIES: Final = (0, 4, 9)
ONE: Final = "receiver 1"


class Finished:
    """The keys of all messages, in the order in which the receivers finished them."""

    def __init__(self, stage: Stage) -> None:
        self.keys: Final[list[int]] = []
        self._service = Service(service_times(MOST, WORK, stage.setting.plan.seed))

    def __call__(self, journal: Journal) -> None:
        key = journal.keys[-1]
        self._service.work(key)
        self.keys.append(key)


def to_one_receiver(stage: Stage) -> Outcome:
    """One receiver takes all messages of the queue."""
    return _in_order(stage, stage.at_queue())


def to_one_subscriber(stage: Stage) -> Outcome:
    """One subscriber gets all messages of the topic."""
    return _in_order(stage, stage.at_topic())


def _in_order(stage: Stage, place: Place) -> Outcome:
    finished, receivers = _play(stage, place, [ONE])
    stage.probe(place.destination, receivers, copies=1)
    journals = [receiver.journal for receiver in receivers]
    return Outcome(
        [
            exactly("sent", len(stage.sent), _count(stage)),
            _order(stage, "finished after a later one", overtaken(finished.keys)),
            *_completeness(tally(stage.sent, journals)),
        ]
    )


def to_several_receivers(stage: Stage) -> Outcome:
    """Several receivers share the messages. Each gets its own in order; which is finished first, none promises."""
    finished, receivers = _play(stage, stage.at_queue(), stage.names)
    stage.probe(stage.queue, receivers, copies=len(receivers))
    journals = [receiver.journal for receiver in receivers]
    return Outcome(
        [
            exactly("sent", len(stage.sent), _count(stage)),
            unpromised("finished after a later one", overtaken(finished.keys)),
            _order(stage, "  at the same receiver", sum(overtaken(journal.keys) for journal in journals)),
            *_completeness(tally(stage.sent, journals)),
        ]
    )


def in_groups(stage: Stage) -> Outcome:
    """Several receivers share the messages, and those of one group stay in order.

    There is no probe at the end: it has no group, and ActiveMQ gives what has none to the receiver with the fewest
    groups, even to one that is at work.
    """
    stage.capabilities.require(Feature.MESSAGE_GROUP)
    random = Random(stage.setting.plan.seed)
    groups = [random.randrange(GROUPS) for _ in range(MOST)]

    def mark(message: TextMessage, key: int) -> None:
        message.set_string_property("JMSXGroupID", f"customer {groups[key - 1]}")

    finished, receivers = _play(stage, stage.at_queue(), stage.names, mark)
    journals = [receiver.journal for receiver in receivers]
    of_groups = [[key for key in finished.keys if groups[key - 1] == group] for group in range(GROUPS)]
    shared = sum(
        sum(any(groups[key - 1] == group for key in journal.keys) for journal in journals) > 1
        for group in range(GROUPS)
    )
    return Outcome(
        [
            exactly("sent", len(stage.sent), _count(stage)),
            unpromised("finished after a later one", overtaken(finished.keys)),
            _order(stage, "  of the same group", sum(overtaken(keys) for keys in of_groups), Feature.MESSAGE_GROUP),
            _order(stage, "groups with more than one receiver", shared, Feature.MESSAGE_GROUP),
            *_completeness(tally(stage.sent, journals)),
        ]
    )


def by_priority(stage: Stage) -> Outcome:
    """All messages wait in the queue before one receiver comes, which gets the urgent ones first."""
    stage.capabilities.require(Feature.PRIORITY)
    random = Random(stage.setting.plan.seed)
    priorities = [random.choice(PRIORITIES) for _ in range(MOST)]
    place = stage.at_queue()
    Messages(stage).send(place, _count(stage), priority=lambda key: priorities[key - 1])
    finished = Finished(stage)
    receiver = stage.receiver(ONE, place.subscribe, finished)
    stage.expect(len(stage.sent))
    stage.probe(place.destination, [receiver], copies=1)
    of_priorities = [[key for key in finished.keys if priorities[key - 1] == each] for each in PRIORITIES]
    late = overtaken([-priorities[key - 1] for key in finished.keys])
    return Outcome(
        [
            exactly("sent", len(stage.sent), _count(stage)),
            _order(stage, "finished after a less urgent one", late, Feature.PRIORITY),
            _order(stage, "  of the same priority, after a later one", sum(map(overtaken, of_priorities))),
            unpromised("finished after a later one", overtaken(finished.keys)),
            *_completeness(tally(stage.sent, [receiver.journal])),
        ]
    )


def _play(
    stage: Stage,
    place: Place,
    names: Sequence[str],
    mark: Callable[[TextMessage, int], object] = lambda message, key: None,
) -> tuple[Finished, list[Receiver]]:
    """Send the messages to these receivers, and wait until all are finished."""
    finished = Finished(stage)
    receivers = [stage.receiver(name, place.subscribe, finished) for name in names]
    stage.probe(place.destination, receivers, copies=len(names))
    Messages(stage).send(place, _count(stage), mark=mark)
    stage.expect(len(stage.sent))
    return finished, receivers


def _count(stage: Stage) -> int:
    return min(MOST, len(stage.source))


def overtaken(keys: Iterable[int]) -> int:
    """Count the keys that come after a higher one."""
    highest, found = None, 0
    for key in keys:
        if highest is not None and key < highest:
            found += 1
        else:
            highest = key
    return found


def _order(stage: Stage, label: str, value: int, also: Feature = Feature.ORDER) -> Check:
    """Check that none is out of order, on a provider that keeps the order, and has the other feature in full."""
    levels = {stage.capabilities.level(feature) for feature in (Feature.ORDER, also)}
    return exactly(label, value, 0) if levels <= {Level.NATIVE, Level.EMULATED} else unpromised(label, value)


def _completeness(found: Tally) -> list[Check]:
    return [
        exactly("lost", found.lost, 0),
        exactly("duplicated", found.duplicated, 0),
        exactly("damaged", found.damaged, 0),
    ]


SCENARIO = Scenario(
    name="order",
    title="Order: which messages overtake others",
    story="One receiver, or {receivers}, take messages that need different times.",
    features=(Feature.ORDER, Feature.MESSAGE_GROUP, Feature.PRIORITY, Feature.COMPETING_CONSUMERS),
    headline="finished after a later one",
    columns=[
        Route("queue, one receiver", to_one_receiver),
        Route("queue, several receivers", to_several_receivers),
        Route("queue, in groups", in_groups),
        Route("queue, by priority", by_priority),
        Route("topic, one subscriber", to_one_subscriber, kept="nowhere"),
    ],
    note="Receivers that share a queue finish in any order: put what belongs together in one group.",
)
