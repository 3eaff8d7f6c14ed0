"""Selection: one receiver wants a tenth of the messages, and the others have to be left out somewhere."""

from __future__ import annotations

from array import array
from typing import Final

from jmslike import DeliveryMode, Feature, TextMessage
from jmslike.compare.measure import Journal
from jmslike.compare.results import Better, Figure, exactly
from jmslike.compare.scenarios.messages import Messages
from jmslike.compare.scenarios.scenario import REPEATS, Outcome, Reading, Route, Scenario
from jmslike.compare.stage import Place, Stage
from jmslike.compare.timing.driver import SYSTEM_TIME

ONE_OF: Final = 10
"""Every tenth message is wanted."""
KIND: Final = "kind"
"""The property that says whether a message is wanted."""
WANTED: Final = f"{KIND} = 'wanted'"
OTHER: Final = f"{KIND} = 'other'"
RECEIVER: Final = "receiver 1"
"""It wants them."""
TAKER: Final = "receiver 2"
"""It takes the others."""
MICROSECOND: Final = 1000


class Wanted:
    """The moments at which the receiver had a wanted message in its hands."""

    def __init__(self) -> None:
        self.times: Final = array("q")

    def __call__(self, journal: Journal) -> None:
        if is_wanted(journal.keys[-1]):
            self.times.append(SYSTEM_TIME.now())


def is_wanted(key: int) -> bool:
    """Whether the receiver wants the message with this key."""
    return key % ONE_OF == 0


def by_selector_on_queue(stage: Stage) -> Outcome:
    """The receiver has a selector, and another receiver takes the other messages."""
    stage.capabilities.require(Feature.QUEUE_SELECTOR)
    queue = stage.queue
    return _play(stage, Place(queue, lambda session, _: session.create_consumer(queue, WANTED)), rest=True)


def in_application_on_queue(stage: Stage) -> Outcome:
    """The receiver takes all messages, and drops those that it does not want: no other receiver gets them."""
    return _play(stage, stage.at_queue(), all_messages=True)


def by_selector_on_topic(stage: Stage) -> Outcome:
    """The receiver's subscription has a selector."""
    stage.capabilities.require(Feature.TOPIC_SELECTOR)
    topic = stage.topic
    return _play(stage, Place(topic, lambda session, _: session.create_consumer(topic, WANTED)))


def in_application_on_topic(stage: Stage) -> Outcome:
    """The receiver gets all messages, and drops its copies of those that it does not want."""
    return _play(stage, stage.at_topic(), all_messages=True)


def _play(stage: Stage, place: Place, *, all_messages: bool = False, rest: bool = False) -> Outcome:
    """Send some messages, which show that the receiver listens, then those that are measured. The last is wanted."""
    count = ONE_OF * max(1, stage.setting.plan.samples // ONE_OF)
    messages = Messages(stage)
    found = Wanted()
    receiver = stage.receiver(RECEIVER, place.subscribe, found)
    other = None
    if rest:
        other = stage.receiver(TAKER, lambda session, _: session.create_consumer(stage.queue, OTHER))

    def send(count: int) -> None:
        messages.send(place, count, mark=_mark, delivery_mode=DeliveryMode.NON_PERSISTENT)
        stage.expect(count if all_messages or rest else count // ONE_OF)

    send(ONE_OF)
    del found.times[:]
    begun = SYSTEM_TIME.now()
    send(count)
    sent = len(stage.sent)
    wanted = sent // ONE_OF
    handed = receiver.journal
    checks = [
        exactly("sent", sent, ONE_OF + count),
        exactly("wanted", sum(map(is_wanted, set(handed.keys))), wanted),
        exactly("handed to the receiver", len(handed), sent if all_messages else wanted),
        *([exactly("left to another receiver", len(other.journal), sent - wanted)] if other else []),
        exactly("lost", wanted - len({key for key in handed.keys if is_wanted(key)}), 0),
        exactly("duplicated", len(handed) - len(set(handed.keys)), 0),
    ]
    if not found.times:
        return Outcome(checks)
    each = (found.times[-1] - begun) / len(found.times) / MICROSECOND
    return Outcome(checks, [Reading("time for each wanted message", "us", Better.LESS, each)])


def _mark(message: TextMessage, key: int) -> None:
    message.set_string_property(KIND, "wanted" if is_wanted(key) else "other")


SCENARIO = Scenario(
    name="selection",
    title="Selection: where unwanted messages are left out",
    story="One receiver wants a tenth of the messages.",
    features=(Feature.QUEUE_SELECTOR, Feature.TOPIC_SELECTOR),
    headline="handed to the receiver",
    columns=[
        Route("queue, selector", by_selector_on_queue),
        Route("queue, in the application", in_application_on_queue),
        Route("topic, selector", by_selector_on_topic, kept="nowhere"),
        Route("topic, in the application", in_application_on_topic, kept="nowhere"),
    ],
    note="Where a provider emulates selectors, its client library leaves messages out: they cross the network first.",
    repeats=REPEATS,
    figures=[Figure("bars", "time for each wanted message", "How long a wanted message takes")],
)
