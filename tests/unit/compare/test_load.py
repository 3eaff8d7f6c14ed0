"""Timed runs on the embedded engine: what they count. How long anything takes is the machine's affair."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from jmslike import (
    ConnectionFactory,
    DeliveryMode,
    InvalidDestinationError,
    JMSError,
    Message,
    MessageProducer,
    SessionMode,
)
from jmslike.compare import timed_receivers
from jmslike.compare.load import Load, routes
from jmslike.compare.measure import Tally
from jmslike.compare.orders import Orders
from jmslike.compare.plan import Plan, Setting
from jmslike.compare.results import Check, exactly
from jmslike.compare.scenarios.scenario import Outcome
from jmslike.compare.stage import KEY, Place, Stage
from jmslike.compare.timed_receivers import AUTOMATIC, Acknowledging
from jmslike.compare.timing.schedule import steady

SHORT = Plan(run=0.02, warm_up=0.01, window=20, patience=0.2)
AT = (Stage.at_queue, Stage.at_topic, Stage.at_durable_subscription)
At = Callable[[Stage], Place]


@contextmanager
def load(
    url: str,
    at: At = Stage.at_queue,
    receivers: int = 2,
    acknowledging: Acknowledging = AUTOMATIC,
    plan: Plan = SHORT,
) -> Iterator[Load]:
    with (
        Stage(url, Setting(Orders(5), plan)) as stage,
        Load(stage, at(stage), receivers, list(stage.source), acknowledging) as found,
    ):
        yield found


def counted(sent: int) -> list[Check]:
    """The checks of a load that was as it must be."""
    zeros = [exactly(label, 0, 0) for label in ("lost", "duplicated", "out of order", "damaged")]
    return [exactly("sent", sent, sent), *zeros]


@pytest.mark.parametrize("at", AT)
def test_an_open_loop_counts_every_message_at_every_receiver(url: str, at: At) -> None:
    with load(url, at, receivers=3) as found:
        run = found.open_loop(steady(1000, 0.03))
        copies = 1 if at is Stage.at_queue else 3
        assert run.tally == Tally(received=30 * copies)
        assert len(run.latencies) == 30 * copies
        assert sorted(key for log in run.logs for key in log.keys) == sorted([*range(1, 31)] * copies)
        assert min(run.latencies) > 0
        assert run.departures.failed == {}
        assert run.backlog.y[-1] == 0
        assert found.checks() == counted(30)


@pytest.mark.parametrize("at", AT)
def test_runs_follow_each_other_on_the_same_receivers(url: str, at: At) -> None:
    with load(url, at) as found:
        first = found.open_loop(array("q", [0, 0, 0]))
        flow = found.flat_out()
        last = found.open_loop(array("q", [0]))
        assert flow.sent > 0
        assert flow.rate > 0
        assert [set(run.logs[0].keys) | set(run.logs[1].keys) for run in (first, last)] == [{1, 2, 3}, {1}]
        assert found.checks() == counted(flow.sent + 4)


@pytest.mark.parametrize(
    "acknowledging",
    [
        Acknowledging(SessionMode.DUPS_OK_ACKNOWLEDGE),
        Acknowledging(SessionMode.CLIENT_ACKNOWLEDGE, 1),
        Acknowledging(SessionMode.CLIENT_ACKNOWLEDGE, 7),
        Acknowledging(SessionMode.SESSION_TRANSACTED, 7),
    ],
)
@pytest.mark.parametrize("at", [Stage.at_queue, Stage.at_durable_subscription])
def test_what_a_run_leaves_is_acknowledged(url: str, at: At, acknowledging: Acknowledging) -> None:
    """The last messages are fewer than the receivers acknowledge at a time: those who come next do not get them."""
    with Stage(url, Setting(Orders(5), SHORT)) as stage:
        for _ in range(2):
            with Load(stage, at(stage), 2, ["text"], acknowledging) as found:
                found.open_loop(array("q", [0]) * 33)
                assert found.checks() == counted(33)
        assert stage.receivers == 3
        receiver = stage.receiver("receiver 1", at(stage).subscribe)
        stage.probe(at(stage).destination, [receiver], copies=1)
        assert len(receiver.journal) == 0


def test_durable_subscriptions_are_deleted_however_many_there_are(url: str) -> None:
    with Stage(url, Setting(Orders(5), SHORT)) as stage:
        with Load(stage, stage.at_durable_subscription(), 5, ["text"]):
            pass
        for number in range(1, 6):
            name = stage.client_id(f"receiver {number}")
            with ConnectionFactory(url).create_connection() as connection:
                connection.client_id = name
                with pytest.raises(InvalidDestinationError):
                    connection.create_session().unsubscribe(name)


def test_a_message_that_a_receiver_overlooks_is_lost(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The listener sees it under another key, which was not sent."""

    def key_of(message: Message) -> int:
        key = message.get_int_property(KEY)
        return 99 if key == 4 else key

    monkeypatch.setattr(timed_receivers, "key_of", key_of)
    with load(url, receivers=1) as found:
        assert found.open_loop(array("q", [0]) * 6).tally == Tally(received=6, lost=1, damaged=1)
        lost = [check for check in found.checks() if not check.ok]
        assert lost == [Check("lost", 1, 0, ok=False), Check("damaged", 1, 0, ok=False)]


def test_a_message_that_never_comes_is_waited_for_with_patience(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def swallow(producer: MessageProducer, message: Message, **options: object) -> None:
        if message.property_exists(KEY) and message.get_int_property(KEY) == 2:
            return
        send(producer, message, **options)  # type: ignore[call-overload]

    send = MessageProducer.send
    monkeypatch.setattr(MessageProducer, "send", swallow)
    with load(url, Stage.at_topic) as found:
        assert found.open_loop(array("q", [0, 0, 0])).tally == Tally(received=4, lost=2)


def test_a_send_that_fails_is_counted(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(producer: MessageProducer, message: Message, **options: object) -> None:
        if message.property_exists(KEY) and message.get_int_property(KEY) == 2:
            raise JMSError("no room")
        send(producer, message, **options)  # type: ignore[call-overload]

    send = MessageProducer.send
    monkeypatch.setattr(MessageProducer, "send", fail)
    with load(url) as found:
        assert found.open_loop(array("q", [0, 0, 0])).departures.failed == {2: "no room"}
        assert found.checks()[:2] == [Check("sent", 2, 3, ok=False), Check("lost", 1, 0, ok=False)]


def test_the_receivers_get_what_was_asked_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str | None, int]] = []

    def see(receiver: timed_receivers.TimedReceiver, message: Message) -> None:
        if message.property_exists(KEY) and message.get_int_property(KEY):
            seen.append((message.get_body(str), message.delivery_mode))
        listen(receiver, message)

    listen = timed_receivers.TimedReceiver._on_message
    monkeypatch.setattr(timed_receivers.TimedReceiver, "_on_message", see)
    with (
        Stage(url, Setting(Orders(5), SHORT)) as stage,
        Load(stage, stage.at_queue(), 1, ["a", "b"], delivery_mode=DeliveryMode.NON_PERSISTENT) as found,
    ):
        found.open_loop(array("q", [0, 0, 0]))
    assert seen == [(text, DeliveryMode.NON_PERSISTENT) for text in ("b", "a", "b")]


def test_every_timed_scenario_has_the_same_columns(url: str) -> None:
    played: list[tuple[str, bool]] = []

    def play(stage: Stage, place: Place) -> Outcome:
        played.append((place.destination.name, place.is_durable))
        return Outcome([])

    with Stage(url, Setting(Orders(5), SHORT)) as stage:
        assert [route.title for route in routes(play) if route.play(stage)] == ["queue", "topic", "topic, durable"]
        assert played == [(stage.name, False), (stage.name, False), (stage.name, True)]
