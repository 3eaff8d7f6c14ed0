"""Acknowledging, recovering and releasing (section 6.2.10)."""

from __future__ import annotations

import pytest

from jmslike.constants import SessionMode
from jmslike.errors import ConnectionLostError, IllegalStateError
from jmslike.message import Message
from jmslike.session import Session
from tests.unit.core.fake import OTHER, QUEUE, FakeBroker, text, texts


def taken(consumer: object, number: int) -> list[Message]:
    messages = [consumer.receive(0) for _ in range(number)]  # type: ignore[attr-defined]
    assert all(message is not None for message in messages)
    return messages


def bodies(messages: list[Message]) -> list[object]:
    return [message._body for message in messages]


def counts(messages: list[Message]) -> list[int]:
    return [message.get_int_property("JMSXDeliveryCount") for message in messages]


def test_client_acknowledges_everything_the_session_delivered(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    here, there = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    broker.put(*texts("abc"), text("x", OTHER))
    a, _ = taken(here, 2)
    taken(there, 1)
    taken(here, 1)
    assert broker.named("settle") == []
    a.acknowledge()
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b", "ID:c"], None), ("settle", ["ID:x"], None)]
    a.acknowledge()
    assert len(broker.named("settle")) == 2


def test_individual_acknowledges_that_message_only(broker: FakeBroker) -> None:
    session = broker.session(Session.INDIVIDUAL_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abc"))
    _, b, _ = taken(consumer, 3)
    b.acknowledge()
    b.acknowledge()
    assert broker.named("settle") == [("settle", ["ID:b"], None)]
    session.close()
    assert broker.attempts(QUEUE) == [("c", 1), ("a", 1)]


@pytest.mark.parametrize("mode", [Session.AUTO_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE, Session.SESSION_TRANSACTED])
def test_acknowledging_does_nothing_in_the_other_modes(broker: FakeBroker, mode: int) -> None:
    consumer = broker.session(mode).create_consumer(QUEUE)
    broker.put(text("a"))
    (message,) = taken(consumer, 1)
    message.acknowledge()
    assert broker.named("settle") == []


@pytest.mark.parametrize("mode", list(SessionMode))
def test_acknowledging_after_the_session_was_closed_is_refused(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    broker.put(text("a"))
    (message,) = taken(session.create_consumer(QUEUE), 1)
    session.close()
    with pytest.raises(IllegalStateError, match="session is closed"):
        message.acknowledge()


# ---- DUPS_OK ------------------------------------------------------------------------------------------------------


def test_dups_ok_settles_in_batches_of_half_a_window(broker: FakeBroker) -> None:
    consumer = broker.session(Session.DUPS_OK_ACKNOWLEDGE, window=6).create_consumer(QUEUE)
    broker.put(*texts("abcd"))
    taken(consumer, 2)
    assert broker.named("settle") == []
    taken(consumer, 1)
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b", "ID:c"], None)]
    taken(consumer, 1)
    assert len(broker.named("settle")) == 1
    assert broker.named("take") == [
        ("take", 0.0, False),
        ("take", 0, False),
        ("take", 0, False),
        ("take", 0.0, False),
    ]


def test_dups_ok_settles_an_odd_window_by_its_larger_half(broker: FakeBroker) -> None:
    consumer = broker.session(Session.DUPS_OK_ACKNOWLEDGE, window=3).create_consumer(QUEUE)
    broker.put(*texts("ab"))
    taken(consumer, 1)
    assert broker.named("settle") == []
    taken(consumer, 1)
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b"], None)]


def test_dups_ok_settles_before_it_waits(broker: FakeBroker) -> None:
    consumer = broker.session(Session.DUPS_OK_ACKNOWLEDGE).create_consumer(QUEUE)
    broker.put(text("a"))
    taken(consumer, 1)
    assert consumer.receive_no_wait() is None
    assert broker.named("settle") == [("settle", ["ID:a"], None)]


def test_dups_ok_settles_when_it_is_closed(broker: FakeBroker) -> None:
    session = broker.session(Session.DUPS_OK_ACKNOWLEDGE)
    broker.put(text("a"))
    taken(session.create_consumer(QUEUE), 1)
    session.close()
    assert broker.named("settle", "close subscription", "close link") == [
        ("settle", ["ID:a"], None),
        ("close subscription", QUEUE),
        ("close link",),
    ]


# ---- recover ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE, Session.DUPS_OK_ACKNOWLEDGE]
)
def test_recover_delivers_again_in_order_before_anything_else(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abc"))
    taken(consumer, 3)
    broker.put(text("d"))
    broker.calls.clear()
    session.recover()
    assert broker.calls == []
    again = taken(consumer, 4)
    assert bodies(again) == ["a", "b", "c", "d"]
    assert counts(again) == [2, 2, 2, 1]
    assert [message.redelivered for message in again] == [True, True, True, False]
    assert [call for call in broker.named("holds", "take") if call[0] == "holds"][:3] == [
        ("holds", "ID:a"),
        ("holds", "ID:b"),
        ("holds", "ID:c"),
    ]
    assert len(broker.named("take")) == 1


def test_recover_counts_each_time(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    taken(consumer, 2)
    session.recover()
    taken(consumer, 1)
    session.recover()
    again = taken(consumer, 2)
    assert bodies(again) == ["a", "b"]
    assert counts(again) == [3, 2]
    again[0].acknowledge()
    assert broker.named("settle") == [("settle", ["ID:a", "ID:b"], None)]


def test_recover_leaves_out_what_was_acknowledged(broker: FakeBroker) -> None:
    session = broker.session(Session.INDIVIDUAL_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abc"))
    taken(consumer, 3)[1].acknowledge()
    session.recover()
    assert bodies(taken(consumer, 2)) == ["a", "c"]
    assert consumer.receive(0) is None


def test_recover_redelivers_to_each_consumer_its_own(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    here, there = session.create_consumer(QUEUE), session.create_consumer(OTHER)
    broker.put(text("a"), text("x", OTHER), text("b"))
    taken(here, 1), taken(there, 1), taken(here, 1)
    session.recover()
    assert bodies(taken(there, 1)) == ["x"]
    assert bodies(taken(here, 2)) == ["a", "b"]


def test_recover_in_auto_has_nothing_to_do(broker: FakeBroker) -> None:
    session = broker.session()
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    taken(consumer, 1)
    session.recover()
    assert consumer.receive(0) is None


def test_recover_is_refused_in_a_transacted_and_in_a_closed_session(broker: FakeBroker) -> None:
    with pytest.raises(IllegalStateError, match="rollback"):
        broker.session(Session.SESSION_TRANSACTED).recover()
    session = broker.session()
    session.close()
    with pytest.raises(IllegalStateError, match="session is closed"):
        session.recover()


def test_what_the_broker_took_back_is_not_redelivered(broker: FakeBroker) -> None:
    """C7 of the SPI: a stale receipt's message may belong to another consumer."""
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("abc"))
    taken(consumer, 3)
    session.recover()
    broker.subscriptions[0].stale = {"ID:a", "ID:c"}
    assert bodies(taken(consumer, 1)) == ["b"]
    broker.put(text("d"))
    assert bodies(taken(consumer, 1)) == ["d"]


def test_a_stale_message_does_not_hide_the_next_from_a_receive_that_does_not_wait(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    taken(consumer, 1)
    session.recover()
    broker.subscriptions[0].stale = {"ID:a"}
    message = consumer.receive_no_wait()
    assert message is not None
    assert message._body == "b"


def test_the_fast_lane_is_open_again_after_a_recovery(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    assert consumer._intake.fast_take is not None
    broker.put(text("a"))
    taken(consumer, 1)
    session.recover()
    assert consumer._intake.fast_take is None
    taken(consumer, 1)
    assert consumer._intake.fast_take is not None
    session.recover()
    broker.subscriptions[0].stale = {"ID:a"}
    assert consumer.receive(0) is None
    assert consumer._intake.fast_take is not None


# ---- giving back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mode", [Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE, Session.SESSION_TRANSACTED]
)
def test_closing_a_session_releases_what_it_delivered_with_one_attempt_more(broker: FakeBroker, mode: int) -> None:
    session = broker.session(mode)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"), attempts=2)
    broker.put(text("b"))
    taken(consumer, 2)
    session.close()
    assert broker.named("settle") == [("settle", ["ID:a"], 3), ("settle", ["ID:b"], 1)]


def test_closing_a_session_releases_what_it_would_redeliver_with_its_attempts(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    taken(consumer, 2)
    session.recover()
    taken(consumer, 1)
    session.close()
    assert sorted(broker.named("settle"), key=str) == [("settle", ["ID:a"], 2), ("settle", ["ID:b"], 1)]


def test_closing_a_consumer_releases_what_it_would_redeliver(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(*texts("ab"))
    taken(consumer, 2)
    session.recover()
    broker.calls.clear()
    consumer.close()
    assert broker.named("settle", "close subscription") == [
        ("settle", ["ID:a"], 1),
        ("settle", ["ID:b"], 1),
        ("close subscription", QUEUE),
    ]
    session.close()
    assert len(broker.named("settle")) == 2


def test_what_a_closed_consumer_delivered_stays_with_its_session(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    (message,) = taken(consumer, 1)
    consumer.close()
    assert broker.named("settle") == []
    message.acknowledge()
    assert broker.named("settle") == [("settle", ["ID:a"], None)]


def test_recovering_what_a_closed_consumer_delivered_releases_it(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"), attempts=1)
    taken(consumer, 1)
    consumer.close()
    session.recover()
    assert broker.named("settle") == [("settle", ["ID:a"], 2)]
    assert broker.attempts(QUEUE) == [("a", 2)]


def test_acknowledging_on_a_lost_connection_is_an_error(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    broker.put(text("a"))
    (message,) = taken(session.create_consumer(QUEUE), 1)
    broker.transports[0].lose()
    with pytest.raises(ConnectionLostError):
        message.acknowledge()


def test_closing_a_consumer_of_a_lost_connection_is_silent(broker: FakeBroker) -> None:
    session = broker.session(Session.CLIENT_ACKNOWLEDGE)
    consumer = session.create_consumer(QUEUE)
    broker.put(text("a"))
    taken(consumer, 1)
    session.recover()
    broker.transports[0].lose()
    consumer.close()
    assert broker.named("close subscription") == [("close subscription", QUEUE)]
    assert session._parts == {}
