"""What producers send, and with which settings (section 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jmslike.constants import DeliveryMode
from jmslike.destinations import Queue, TemporaryQueue
from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidDestinationError,
    JMSError,
    MessageFormatError,
)
from jmslike.message import TextMessage
from jmslike.producer import MessageProducer
from jmslike.send_settings import SendSettings
from jmslike.session import Session
from jmslike.spi import Envelope
from tests.unit.core.fake import NOW, OTHER, QUEUE, TOPIC, FakeBroker, connection_of


def sent(broker: FakeBroker) -> list[Envelope]:
    return [call[1] for call in broker.named("send")]


def settings(broker: FakeBroker) -> list[tuple[int, int, int]]:
    return [(e.delivery_mode, e.priority, e.expiration - NOW if e.expiration else 0) for e in sent(broker)]


def test_an_envelope_carries_everything(broker: FakeBroker) -> None:
    connection = broker.connect()
    session = connection.create_session()
    message = session.create_text_message("a")
    message.correlation_id = "c"
    message.reply_to = OTHER
    message.type = "t"
    message.set_int_property("n", 1)
    session.create_producer(QUEUE).send(message)
    (envelope,) = sent(broker)
    assert (envelope.kind, envelope.body, envelope.destination) == ("text", "a", QUEUE)
    assert (envelope.delivery_mode, envelope.priority, envelope.timestamp) == (2, 4, NOW)
    assert (envelope.expiration, envelope.due, envelope.delivery_time) == (0, 0, NOW)
    assert envelope.constraints is None
    assert envelope.headers == ("c", OTHER, "t")
    assert envelope.properties == {"n": 1}
    assert envelope.origin == connection._state.uuid
    assert envelope.id == f"ID:{connection._state.uuid}:1:1:1:1"
    assert message.message_id == envelope.id
    assert (message.destination, message.delivery_mode, message.priority) == (QUEUE, 2, 4)
    assert (message.timestamp, message.expiration, message.delivery_time) == (NOW, 0, NOW)


def test_ids_are_counted_over_the_connection(broker: FakeBroker) -> None:
    connection = broker.connect()
    for _ in range(2):
        session = connection.create_session()
        producer, unidentified = session.create_producer(QUEUE), session.create_producer()
        producer.send(session.create_message())
        unidentified.send(QUEUE, session.create_message())
    prefix = f"ID:{connection._state.uuid}:1:1:1:"
    assert [envelope.id for envelope in sent(broker)] == [f"{prefix}{number}" for number in (1, 2, 3, 4)]


def test_the_origin_is_the_client_id_if_there_is_one(broker: FakeBroker) -> None:
    session = broker.session(client_id="me")
    session.create_producer(QUEUE).send(session.create_message())
    assert sent(broker)[0].origin == "me"


def test_a_way_to_a_destination_is_opened_and_closed_once(broker: FakeBroker) -> None:
    session = broker.session()
    with session.create_producer(QUEUE) as producer:
        assert producer.destination == QUEUE
        producer.send(session.create_message())
        producer.send(session.create_message(), priority=5)
    producer.close()
    assert broker.named("sender", "close sender") == [("sender", QUEUE), ("close sender", QUEUE)]


def test_an_unidentified_producer_keeps_its_ways_to_a_hundred_destinations(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer()
    assert producer.destination is None
    message = session.create_message()
    queues = [Queue(f"q{number}") for number in range(100)]
    for queue in (*queues, *queues):
        producer.send(queue, message)
    assert [call[1] for call in broker.named("sender")] == queues
    producer.send(queues[0], message)
    producer.send(Queue("one more"), message)
    assert broker.named("close sender") == [("close sender", queues[1])]
    producer.send(queues[0], message)
    assert len(broker.named("sender")) == 101
    producer.send(queues[1], message)
    assert broker.named("close sender") == [("close sender", queues[1]), ("close sender", queues[2])]
    producer.close()
    assert len(broker.named("close sender")) == 2
    session.close()
    assert len(broker.named("close sender")) == 102


# ---- settings of the producer ---------------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_specification(broker: FakeBroker) -> None:
    producer = broker.session().create_producer(QUEUE)
    assert producer.delivery_mode == DeliveryMode.PERSISTENT
    assert producer.priority == 4
    assert producer.time_to_live == 0
    assert producer.delivery_delay == 0
    assert producer.disable_message_id is False
    assert producer.disable_message_timestamp is False


@pytest.mark.parametrize("unidentified", [False, True])
def test_settings_hold_for_all_sends(broker: FakeBroker, unidentified: bool) -> None:
    session = broker.session()
    producer = session.create_producer(None if unidentified else QUEUE)
    message = session.create_message()

    def send() -> None:
        if unidentified:
            producer.send(QUEUE, message)
        else:
            producer.send(message)

    producer.delivery_mode = DeliveryMode.NON_PERSISTENT
    send()
    producer.priority = 9
    send()
    producer.time_to_live = 2.5
    assert producer.time_to_live == 2.5
    send()
    producer.time_to_live = 0
    producer.delivery_mode = 2
    producer.priority = 0
    send()
    assert settings(broker) == [(1, 4, 0), (1, 9, 0), (1, 9, 2500), (2, 0, 0)]


def test_the_delivery_delay_gives_a_due_time(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    producer.delivery_delay = timedelta(seconds=1.5)
    assert producer.delivery_delay == 1.5
    message = session.create_message()
    producer.send(message)
    assert producer._terms is None
    producer.time_to_live = 10
    producer.send(message)
    producer.delivery_delay = 0
    producer.time_to_live = 0
    producer.send(message)
    assert [(e.due - NOW if e.due else 0, e.delivery_time - NOW) for e in sent(broker)] == [(1500, 1500)] * 2 + [(0, 0)]
    assert [e.expiration - NOW if e.expiration else 0 for e in sent(broker)] == [0, 10_000, 0]


def test_hints_are_kept_and_change_nothing(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    producer.disable_message_id = True
    producer.disable_message_timestamp = 1  # type: ignore[assignment]
    assert producer.disable_message_id is True
    assert producer.disable_message_timestamp is True
    producer.send(session.create_message())
    assert sent(broker)[0].id.startswith("ID:")
    assert sent(broker)[0].timestamp == NOW


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("delivery_mode", value) for value in (0, 3, True, "1", None)],
        *[("priority", value) for value in (-1, 10, True, 4.0, "4", None)],
        *[
            ("time_to_live", value)
            for value in (-1, True, "1", None, float("nan"), 100_000_000_000.5, timedelta(seconds=-1))
        ],
        *[("delivery_delay", value) for value in (-1, True, "1", None, float("nan"), float("inf"))],
    ],
)
def test_settings_out_of_range_are_refused_and_leave_the_old(broker: FakeBroker, name: str, value: object) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    before = getattr(producer, name)
    with pytest.raises(JMSError, match=name.replace("_", "."), check=lambda error: error.__class__ is JMSError):
        setattr(producer, name, value)
    assert getattr(producer, name) == before
    if name != "delivery_delay" and value is not None:
        with pytest.raises(JMSError):
            producer.send(session.create_message(), **{name: value})  # type: ignore[call-overload]
        assert broker.named("send") == []


@pytest.mark.parametrize(("name", "value"), [("priority", 0), ("priority", 9), ("time_to_live", 1e11)])
def test_settings_at_their_limits_are_taken(broker: FakeBroker, name: str, value: float) -> None:
    producer = broker.session().create_producer(QUEUE)
    setattr(producer, name, value)
    assert getattr(producer, name) == value


def test_a_plain_producer_has_a_fast_lane_and_no_constraints_in_either(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    assert producer._terms is not None
    producer.send(session.create_message())
    producer.send(session.create_message(), priority=5)
    assert [envelope.constraints for envelope in sent(broker)] == [None, None]
    producer.close()
    assert producer._terms is None


# ---- settings of one send -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("positional", "keywords", "expected"),
    [
        ((), {}, (1, 7, 5000)),
        ((2,), {}, (2, 7, 5000)),
        ((2, 3), {}, (2, 3, 5000)),
        ((2, 3, 1.5), {}, (2, 3, 1500)),
        ((2, 3, 0), {}, (2, 3, 0)),
        ((), {"delivery_mode": 2}, (2, 7, 5000)),
        ((), {"priority": 0}, (1, 0, 5000)),
        ((), {"time_to_live": timedelta(seconds=1)}, (1, 7, 1000)),
        ((), {"time_to_live": 0}, (1, 7, 0)),
        ((None, None, None), {}, (1, 7, 5000)),
        ((2,), {"priority": 1, "time_to_live": 2}, (2, 1, 2000)),
    ],
)
@pytest.mark.parametrize("unidentified", [False, True])
def test_what_a_send_says_goes_before_what_the_producer_says(
    broker: FakeBroker, unidentified: bool, positional: tuple[Any, ...], keywords: dict[str, Any], expected: object
) -> None:
    session = broker.session()
    producer = session.create_producer(None if unidentified else QUEUE)
    producer.delivery_mode, producer.priority, producer.time_to_live = 1, 7, 5
    message = session.create_message()
    if unidentified:
        producer.send(QUEUE, message, *positional, **keywords)
        producer.send(message, *positional, destination=QUEUE, **keywords)
        assert settings(broker) == [expected, expected]
        assert {envelope.destination for envelope in sent(broker)} == {QUEUE}
    else:
        producer.send(message, *positional, **keywords)
        assert settings(broker) == [expected]
    assert (producer.delivery_mode, producer.priority, producer.time_to_live) == (1, 7, 5)


@pytest.mark.parametrize("keyword", ["delivery_mode", "priority", "time_to_live"])
def test_one_setting_is_enough_to_leave_the_fast_lane(broker: FakeBroker, keyword: str) -> None:
    session = broker.session()
    session.create_producer(QUEUE).send(session.create_message(), **{keyword: 1})  # type: ignore[call-overload]
    expected = {"delivery_mode": (1, 4, 0), "priority": (2, 1, 0), "time_to_live": (2, 4, 1000)}
    assert settings(broker) == [expected[keyword]]


def test_the_shortest_time_to_live_is_a_millisecond(broker: FakeBroker) -> None:
    session = broker.session()
    session.create_producer(QUEUE).send(session.create_message(), time_to_live=1e-9)
    assert settings(broker) == [(2, 4, 1)]


@pytest.mark.parametrize(
    ("positional", "keywords", "match"),
    [
        ((2, 3, 0, 1), {}, "takes 3 settings"),
        ((2,), {"delivery_mode": 2}, "two values for delivery_mode"),
        ((2, 3), {"priority": 2}, "two values for priority"),
        ((2, 3, 1), {"time_to_live": 1}, "two values for time_to_live"),
    ],
)
def test_settings_given_twice_are_refused(
    broker: FakeBroker, positional: tuple[Any, ...], keywords: dict[str, Any], match: str
) -> None:
    session = broker.session()
    with pytest.raises(TypeError, match=match):
        session.create_producer(QUEUE).send(session.create_message(), *positional, **keywords)
    assert broker.named("send") == []


def test_where_to_send_is_said_exactly_once(broker: FakeBroker) -> None:
    session = broker.session()
    producer, unidentified = session.create_producer(QUEUE), session.create_producer()
    message = session.create_message()
    with pytest.raises(ValueError, match="this producer sends to queue://q"):
        producer.send(OTHER, message)
    with pytest.raises(ValueError, match="this producer sends to queue://q"):
        producer.send(message, destination=QUEUE)
    with pytest.raises(ValueError, match="this producer sends to queue://q"):
        producer.send(None, message)  # type: ignore[call-overload]
    with pytest.raises(ValueError, match="this producer has no destination"):
        unidentified.send(message)
    with pytest.raises(TypeError, match="the message is missing"):
        unidentified.send(QUEUE)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="the destination is given twice"):
        unidentified.send(QUEUE, message, destination=QUEUE)  # type: ignore[call-overload]
    with pytest.raises(InvalidDestinationError, match="the destination is None"):
        unidentified.send(None, message)  # type: ignore[call-overload]
    with pytest.raises(InvalidDestinationError, match="to send to, not the str 'q'"):
        unidentified.send(message, destination="q")  # type: ignore[call-overload]
    with pytest.raises(InvalidDestinationError, match="to send to, not the str 'q'"):
        session.create_producer("q")  # type: ignore[call-overload]
    assert broker.named("send") == []


def test_only_messages_are_sent(broker: FakeBroker) -> None:
    session = broker.session()
    producer, unidentified = session.create_producer(QUEUE), session.create_producer()
    with pytest.raises(MessageFormatError, match="nothing was sent: the message is None"):
        producer.send(None)  # type: ignore[call-overload]
    with pytest.raises(MessageFormatError, match="nothing was sent: the message is None"):
        producer.send(None, 1)  # type: ignore[call-overload]
    with pytest.raises(MessageFormatError, match="nothing was sent: the message is None"):
        unidentified.send(QUEUE, None)  # type: ignore[call-overload]
    wrongs: list[Any] = ["text", 5, b"", {}]
    for wrong in wrongs:
        with pytest.raises(MessageFormatError):
            producer.send(wrong)
        with pytest.raises(MessageFormatError):
            unidentified.send(QUEUE, wrong)
    assert broker.named("send") == []


def test_a_subclass_of_a_message_is_sent(broker: FakeBroker) -> None:
    class Mine(TextMessage):
        __slots__ = ()

    session = broker.session()
    message = session.create_text_message("a")
    message.__class__ = Mine
    session.create_producer(QUEUE).send(message)
    assert broker.bodies(QUEUE) == ["a"]


class Foreign:
    """A text message of another implementation."""

    properties = {"n": 1}  # noqa: RUF012
    text = "a"
    correlation_id = "c"
    message_id = None
    destination = None


@pytest.mark.parametrize("unidentified", [False, True])
def test_foreign_messages_are_copied_and_stamped(broker: FakeBroker, unidentified: bool) -> None:
    session = broker.session()
    foreign = Foreign()
    if unidentified:
        session.create_producer().send(QUEUE, foreign)
    else:
        session.create_producer(QUEUE).send(foreign)
    (envelope,) = sent(broker)
    assert (envelope.kind, envelope.body, envelope.headers.correlation_id) == ("text", "a", "c")
    assert envelope.properties == {"n": 1}
    assert foreign.message_id == envelope.id
    assert foreign.destination == QUEUE


# ---- what is shared, what is fixed ----------------------------------------------------------------------------------


def test_what_was_sent_does_not_change_with_the_message(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    stream, octets, items = (
        session.create_stream_message(),
        session.create_bytes_message(),
        session.create_map_message(),
    )
    stream.write_int(1)
    octets.write_bytes(b"1")
    items.set_int("n", 1)
    for message in (stream, octets, items):
        message.set_int_property("p", 1)
        producer.send(message)
        message.set_int_property("p", 2)
        producer.send(message, priority=5)
        message.clear_body()
    assert [e.body for e in sent(broker)] == [(1,), (1,), b"1", b"1", {"n": 1}, {"n": 1}]
    assert [e.properties for e in sent(broker)] == [{"p": 1}, {"p": 2}] * 3


def test_groups_are_seen_in_both_lanes(broker: FakeBroker) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    message = session.create_message()
    message.set_string_property("JMSXGroupID", "g")
    producer.send(message)
    message.set_int_property("JMSXGroupSeq", -1)
    producer.send(message)
    producer.send(message, time_to_live=1)
    found = [(e.constraints.group, e.constraints.closes_group) for e in sent(broker) if e.constraints]
    assert found == [("g", False), ("g", True), ("g", True)]
    assert [e.expiration - NOW for e in sent(broker)][2] == 1000


# ---- closing and errors ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["producer", "session", "connection"])
def test_everything_of_a_closed_producer_is_refused(broker: FakeBroker, how: str) -> None:
    session = broker.session()
    producer = session.create_producer(QUEUE)
    message = session.create_message()
    parts: dict[str, Any] = {"producer": producer, "session": session, "connection": connection_of(session)}
    parts[how].close()
    names = [
        name for name, found in {**vars(SendSettings), **vars(MessageProducer)}.items() if isinstance(found, property)
    ]
    assert len(names) == 8
    for name in names:
        with pytest.raises(IllegalStateError, match="the producer is closed"):
            getattr(producer, name)
        if name not in ("destination", "converter"):
            with pytest.raises(IllegalStateError, match="the producer is closed"):
                setattr(producer, name, 1)
    for arguments in ((message,), (message, 2), (QUEUE, message), (None,)):
        with pytest.raises(IllegalStateError, match="the producer is closed"):
            producer.send(*arguments)
    assert broker.named("send") == []
    assert producer not in session._parts


def test_a_producer_of_a_deleted_destination_is_refused(broker: FakeBroker) -> None:
    session = broker.session()
    with pytest.raises(InvalidDestinationError, match="is gone"):
        session.create_producer(TemporaryQueue("never made"))
    assert session._parts == {}


@pytest.mark.parametrize("destination", [QUEUE, TOPIC])
def test_errors_of_sending_reach_the_caller(broker: FakeBroker, destination: Queue) -> None:
    session = broker.session()
    producer = session.create_producer(destination)
    for keywords in ({}, {"priority": 3}):
        broker.at("send", ConnectionLostError("gone"))
        with pytest.raises(ConnectionLostError, match="gone"):
            producer.send(session.create_message(), **keywords)  # type: ignore[call-overload]
    producer.send(session.create_message())
    assert len(broker.named("send")) == 3


def test_a_closed_producer_keeps_what_its_transaction_sent(broker: FakeBroker) -> None:
    session = broker.session(Session.SESSION_TRANSACTED)
    with session.create_producer(QUEUE) as producer:
        producer.send(session.create_text_message("a"))
    session.commit()
    assert broker.bodies(QUEUE) == ["a"]
