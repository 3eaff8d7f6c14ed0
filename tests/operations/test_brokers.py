"""Operations on real brokers, over each wire: they do all to the last message, or refuse it and say why."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pika
import pika.exceptions
import pytest
from typer.testing import CliRunner, Result

import jmslike
from jmslike import (
    ConnectionFactory,
    InvalidDestinationError,
    Message,
    Queue,
    Session,
    TextMessage,
    UnsupportedFeatureError,
    operating,
)
from jmslike.capabilities import Capabilities, Feature
from jmslike.cli.app import make_app
from tests.brokers import Broker
from tests.faults.targets import url_of

COUNTING = [("rabbitmq", "amqp"), ("kafka", "kafka")]
WIRES = [*((name, "stomp") for name in ("artemis", "activemq", "rabbitmq")), ("artemis", "jvm:artemis"), *COUNTING]
MANY = [str(number) for number in range(250)]
"""More than two transactions, and than two windows."""
PAGE = "maxBrowsePageSize"
PATIENCE = 10.0
HEADERS = (
    "message_id", "timestamp", "expiration", "priority", "delivery_mode", "correlation_id", "reply_to", "type", "kind",
)  # fmt: skip


@dataclass
class Wire:
    """A broker by one of its protocols, with names of queues that are new in each test."""

    url: str
    mark: str

    def queue(self, name: str) -> Queue:
        return Queue(f"{name}-{self.mark}")

    @property
    def can(self) -> Capabilities:
        with jmslike.connect(self.url) as context:
            return context.capabilities

    def fill(self, queue: Queue, *texts: str) -> None:
        with ConnectionFactory(self.url).create_context(session_mode=Session.SESSION_TRANSACTED) as context:
            for text in texts:
                context.create_producer().send(queue, text)
            context.commit()

    def die(self, queue: Queue, dead: Queue) -> None:
        """Have the first message of the queue become a dead letter."""
        factory = ConnectionFactory(self.url, max_redeliveries=0, dead_letter=dead.name)
        with factory.create_context(session_mode=Session.SESSION_TRANSACTED) as context:
            consumer = context.create_consumer(queue)
            assert consumer.receive(PATIENCE) is not None
            context.rollback()
            assert consumer.receive(0.1) is None

    def take(self, queue: Queue, count: int) -> list[Message]:
        """Receive so many messages, and look whether there is another one."""
        with jmslike.connect(self.url) as context, context.create_consumer(queue) as consumer:
            found = [message for _ in range(count) if (message := consumer.receive(PATIENCE)) is not None]
            extra = consumer.receive_no_wait()
            assert extra is None, f"more than {count}: {extra}"
            return found


def texts_of(messages: list[Message]) -> list[str | None]:
    return [message.text for message in messages if isinstance(message, TextMessage)]


@pytest.fixture(params=[pytest.param(wire, marks=pytest.mark.broker(wire[0]), id="-".join(wire)) for wire in WIRES])
def wire(request: pytest.FixtureRequest) -> Wire:
    name, protocol = request.param
    broker: Broker = request.getfixturevalue(name)
    return Wire(url_of(broker, protocol), uuid.uuid4().hex[:8])


@pytest.fixture
def engine() -> Iterator[str]:
    url = f"native://operations-{uuid.uuid4().hex}"
    yield url
    jmslike.forget(url)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(make_app(), list(arguments))


def test_all_messages_are_moved_and_nothing_else_is_there(wire: Wire) -> None:
    """A broker may take a moment to have back what it had pushed, and what was not moved."""
    orders, archive = wire.queue("orders"), wire.queue("archive")
    wire.fill(orders, *MANY)
    assert operating.move(wire.url, orders, archive, most=30) == 30
    moved, end = 30, time.monotonic() + PATIENCE
    while moved < 250 and time.monotonic() < end:
        moved += operating.move(wire.url, orders, archive)
    assert moved == 250
    assert operating.move(wire.url, orders, archive) == 0
    assert texts_of(wire.take(archive, 250)) == MANY


def test_a_message_is_moved_as_it_is_there_and_back(wire: Wire, engine: str) -> None:
    orders, archive = wire.queue("orders"), wire.queue("archive")
    with jmslike.connect(wire.url) as context:
        message = context.create_text_message("Grüße")
        message.correlation_id, message.type, message.reply_to = "c-1", "order", context.create_topic("answers")
        message.set_short_property("count", 7)
        message.set_double_property("price", 7.0)
        message.set_string_property("JMSXGroupID", "g")
        context.create_producer().set_priority(7).set_time_to_live(600).send(orders, message)
    assert operating.move(wire.url, orders, archive) == 1
    assert operating.move(wire.url, archive, "there", to_url=engine) == 1
    assert operating.move(engine, "there", orders, to_url=wire.url) == 1
    (moved,) = wire.take(orders, 1)
    assert [getattr(moved, name) for name in HEADERS] == [getattr(message, name) for name in HEADERS]
    assert dict(moved.properties) == dict(message.properties) | {"JMSXDeliveryCount": 1}
    assert texts_of([moved]) == ["Grüße"]


def test_many_messages_to_another_provider_and_back(wire: Wire, engine: str) -> None:
    orders = wire.queue("orders")
    wire.fill(orders, *MANY)
    assert operating.move(wire.url, orders, "orders", to_url=engine) == 250
    assert operating.move(engine, "orders", orders, to_url=wire.url) == 250
    assert operating.purge(wire.url, orders) == 250
    assert wire.take(orders, 0) == []


def test_dead_letters_go_back(wire: Wire) -> None:
    orders, dead = wire.queue("orders"), wire.queue("dead")
    wire.fill(orders, "poison")
    wire.die(orders, dead)
    wire.fill(dead, "stays")
    found = operating.retry(wire.url, dead)
    assert found.to == {orders: 1}
    assert [reason for _, reason in found.left] == ["it does not say where it came from"]
    (back,) = wire.take(orders, 1)
    assert texts_of([back]) == ["poison"]
    assert dict(back.properties) == {"JMSXDeliveryCount": 1}
    assert texts_of(wire.take(dead, 1)) == ["stays"]


def test_copy_and_count_or_why_not(wire: Wire) -> None:
    orders, audit = wire.queue("orders"), wire.queue("audit")
    wire.fill(orders, *MANY)
    can = wire.can
    if can.supports(Feature.STATISTICS) or can.supports(Feature.BROWSE):
        assert [each.depth for each in operating.count(wire.url, orders, audit)] == [250, 0]
    else:
        with pytest.raises(UnsupportedFeatureError, match=r"counts of a queue, such as its depth: .* use"):
            operating.count(wire.url, orders)
    if can.supports(Feature.BROWSE):
        assert operating.move(wire.url, orders, audit, dry_run=True) == 250
        assert operating.copy(wire.url, orders, audit) == 250
        assert texts_of(wire.take(audit, 250)) == MANY
    else:
        with pytest.raises(UnsupportedFeatureError, match="use"):
            operating.copy(wire.url, orders, audit)
    assert texts_of(wire.take(orders, 250)) == MANY


def test_those_that_match_are_moved_or_none(wire: Wire) -> None:
    orders, odd = wire.queue("orders"), wire.queue("odd")
    with jmslike.connect(wire.url) as context:
        for number in range(6):
            context.create_producer().set_property("number", number % 2).send(orders, str(number))
    if wire.can.supports(Feature.QUEUE_SELECTOR):
        assert operating.move(wire.url, orders, odd, selector="number = 1") == 3
        assert texts_of(wire.take(odd, 3)) == ["1", "3", "5"]
        assert texts_of(wire.take(orders, 3)) == ["0", "2", "4"]
    else:
        with pytest.raises(UnsupportedFeatureError, match="message selectors on a queue's consumers"):
            operating.move(wire.url, orders, odd, selector="number = 1")
        assert len(wire.take(orders, 6)) == 6


def test_the_commands(wire: Wire) -> None:
    orders, archive = wire.queue("orders"), wire.queue("archive")
    wire.fill(orders, "1", "2", "3")
    assert run("move", wire.url, orders.name, archive.name, "--count", "2").stdout == (
        f"2 messages moved from {orders} to {archive}\n"
    )
    assert json.loads(run("purge", wire.url, orders.name, archive.name, "--yes", "--json").stdout.splitlines()[1]) == {
        "queue": str(archive),
        "removed": 2,
        "dry_run": False,
    }


def test_the_commands_of_messages(wire: Wire) -> None:
    orders, audit = wire.queue("orders"), wire.queue("audit")
    features = json.loads(run("capabilities", wire.url, "--json").stdout)["features"]
    assert run("send", wire.url, orders.name, "two lamps").stdout == f"1 message sent to {orders}\n"
    if features["BROWSE"]["level"] != "unsupported":
        assert run("browse", wire.url, orders.name).stdout == "two lamps\n"
        assert run("copy", wire.url, orders.name, audit.name).stdout == f"1 message copied from {orders} to {audit}\n"
        assert json.loads(run("count", wire.url, audit.name, "--json").stdout)["depth"] == 1
    assert run("receive", wire.url, orders.name, "--count", "1").stdout == "two lamps\n"


@pytest.mark.parametrize(
    "wire",
    [pytest.param(wire, marks=pytest.mark.broker(wire[0]), id="-".join(wire)) for wire in COUNTING],
    indirect=True,
)
def test_a_wrong_name_makes_no_queue(wire: Wire) -> None:
    """Where the provider counts its queues; elsewhere a consumer makes one."""
    typo, archive = wire.queue("typo"), wire.queue("archive")
    assert [each.depth for each in operating.count(wire.url, typo)] == [0]
    assert operating.move(wire.url, typo, archive) == operating.copy(wire.url, typo, archive) == 0
    assert operating.purge(wire.url, typo) == operating.retry(wire.url, typo).count == 0
    assert not exists(wire.url, typo)
    wire.fill(typo, "1")
    assert exists(wire.url, typo)


def exists(url: str, queue: Queue) -> bool:
    """Whether the broker has the queue, asked in a way that makes none."""
    if url.startswith("kafka"):
        try:
            with jmslike.connect(url, auto_create=False) as context:
                context.create_consumer(queue).close()
        except InvalidDestinationError:
            return False
        return True
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        try:
            connection.channel().queue_declare(queue.name, passive=True)
        except pika.exceptions.ChannelClosedByBroker:
            return False
        return True


@pytest.mark.broker("activemq")
def test_what_classic_does_not_show_is_told(activemq: Broker, caplog: pytest.LogCaptureFixture) -> None:
    """Its browser and its selectors see the first messages of a queue only."""
    wire = Wire(activemq.url("stomp"), uuid.uuid4().hex[:8])
    orders, audit = wire.queue("orders"), wire.queue("audit")
    wire.fill(orders, *map(str, range(450)))
    (counted,) = operating.count(wire.url, orders)
    assert operating.copy(wire.url, orders, audit) == counted.depth < 450
    assert operating.move(wire.url, orders, audit, selector="number = 1") == 0
    first, second, third = caplog.messages
    assert first == second
    assert first == f"{orders} is browsed, and the broker shows the first messages of a queue only (its {PAGE}, 400)"
    assert third.startswith(f"{orders} is read with a selector, and the broker looks for a match only among the first")
