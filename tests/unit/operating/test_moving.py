from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

import jmslike
from jmslike import (
    ConnectionFactory,
    InvalidClientIDError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSContext,
    Queue,
    TransactionRolledBackError,
    operating,
)
from jmslike.capabilities import Feature
from jmslike.locating import Location
from jmslike.session import Session
from tests.unit.operating.steps import fill, texts_in, waiting

HEADERS = (
    "message_id", "timestamp", "expiration", "priority", "delivery_mode", "correlation_id", "reply_to", "type", "kind",
)  # fmt: skip
MANY = [str(number) for number in range(250)]
"""More than two transactions."""


@pytest.mark.parametrize("counted", [True, False])
def test_all_that_waits_is_moved_in_its_order(url: str, counted: bool, lack: Callable[..., None]) -> None:
    fill(url, "orders", *MANY)
    if not counted:
        lack(Feature.STATISTICS)
    assert operating.move(url, "orders", "archive") == 250
    assert (texts_in(url, "orders"), texts_in(url, "archive")) == ([], MANY)


def test_a_message_is_moved_as_it_is(url: str, context: JMSContext) -> None:
    message = context.create_text_message("Grüße")
    message.correlation_id, message.type, message.reply_to = "c-1", "order", context.create_topic("answers")
    message.set_short_property("count", 7)
    message.set_string_property("JMSXGroupID", "g")
    context.create_producer().set_priority(7).set_time_to_live(60).send(context.create_queue("orders"), message)
    operating.move(url, "orders", "archive")
    (moved,) = waiting(url, "archive")
    assert [getattr(moved, name) for name in HEADERS] == [getattr(message, name) for name in HEADERS]
    assert dict(moved.properties) == dict(message.properties) | {"JMSXDeliveryCount": 1}


def test_at_most_so_many_are_moved_and_only_what_matches(url: str, context: JMSContext) -> None:
    for number in range(6):
        context.create_producer().set_property("even", number % 2 == 0).send(context.create_queue("q"), str(number))
    assert operating.move(url, "q", "even", selector="even = TRUE", most=2) == 2
    assert operating.move(url, "q", "rest", most=0) == 0
    assert (texts_in(url, "even"), texts_in(url, "q")) == (["0", "2"], ["1", "3", "4", "5"])
    with pytest.raises(InvalidSelectorError):
        operating.move(url, "q", "even", selector="even =")


def test_a_dry_run_only_counts(url: str) -> None:
    fill(url, "orders", "1", "2", "3")
    assert operating.move(url, "orders", "archive", dry_run=True) == 3
    assert operating.move(url, "orders", "archive", dry_run=True, most=2) == 2
    assert operating.purge(url, "orders", dry_run=True) == 3
    assert texts_in(url, "orders") == ["1", "2", "3"]


def test_a_topic_may_be_the_target(url: str, context: JMSContext) -> None:
    consumer = context.create_consumer(context.create_topic("prices"))
    fill(url, "orders", "1")
    assert operating.move(url, "orders", "topic://prices") == 1
    assert consumer.receive_body(str, 10) == "1"


def test_both_ends_must_differ(url: str, other: str) -> None:
    fill(url, "orders", "1")
    for operation in (operating.move, operating.copy):
        with pytest.raises(InvalidDestinationError, match="queue://orders is both ends, so nothing was done"):
            operation(url, "orders", Queue("orders"))
        with pytest.raises(InvalidDestinationError, match="both ends"):
            operation(url, "orders", "orders", to_url=url)
    assert operating.move(url, "orders", "orders", to_url=other) == 1
    assert (texts_in(url, "orders"), texts_in(other, "orders")) == ([], ["1"])


@pytest.mark.parametrize("counted", [True, False])
def test_one_queue_under_two_urls_is_no_endless_circle(
    url: str, counted: bool, lack: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Location, "meets", lambda *_: False)  # as for two names of one host
    fill(url, "orders", *MANY)
    if not counted:
        lack(Feature.STATISTICS)
    operating.move(url, "orders", "orders", to_url=f"{url}?max_in_flight=7")
    assert sorted(map(str, texts_in(url, "orders"))) == sorted(MANY)


@pytest.mark.parametrize("counted", [True, False])
def test_a_message_that_takes_a_moment_to_come_is_moved(
    url: str, context: JMSContext, counted: bool, lack: Callable[..., None]
) -> None:
    """As from a broker that pushes, and is slow: nothing tells whether there is more."""
    context.create_producer().set_delivery_delay(0.3).send(context.create_queue("orders"), "1")
    if not counted:
        lack(Feature.STATISTICS)
    assert operating.move(url, "orders", "done") == 1
    assert texts_in(url, "done") == ["1"]


@pytest.mark.parametrize("counted", [True, False])
def test_what_arrives_meanwhile_is_not_chased(
    url: str,
    context: JMSContext,
    counted: bool,
    lack: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each message that is moved makes its application send another one."""
    fill(url, "orders", *MANY)
    if not counted:
        lack(Feature.STATISTICS)
    forward, numbers, orders = Session.forward, count(), context.create_queue("orders")

    def forward_and_send(session: Session, *arguments: Any, **keywords: Any) -> None:
        assert next(numbers) < 1000, "it goes on forever"
        forward(session, *arguments, **keywords)
        context.create_producer().send(orders, "new")

    monkeypatch.setattr(Session, "forward", forward_and_send)
    moved = operating.move(url, "orders", "archive")
    assert texts_in(url, "archive")[:250] == MANY
    assert moved == 250 or (not counted and moved < 1000)
    assert len(waiting(url, "orders")) == 250
    told = "250 messages wait in queue://orders now: they arrived or came back meanwhile"
    assert caplog.messages == ([told] if counted else [])


def test_options_of_a_program_do_not_disturb(url: str) -> None:
    """Its client id is in use, and its limit of redeliveries would make dead letters of what is moved."""
    options = "?client_id=shop&max_redeliveries=0&window=1&dead_letter=dead"
    fill(url, "orders", "1")
    with ConnectionFactory(url + options).create_context(session_mode=Session.SESSION_TRANSACTED) as program:
        consumer = program.create_consumer(program.create_queue("orders"))
        assert consumer.receive_no_wait() is not None
        consumer.close()
        with pytest.raises(InvalidClientIDError):
            jmslike.connect(url + options)
        program.close()
        assert operating.move(url + options, "orders", "archive") == 1
    assert (texts_in(url, "archive"), texts_in(url, "dead")) == (["1"], [])


def test_a_refused_transaction_leaves_all_where_it_was(url: str) -> None:
    fill(url, "orders", *MANY)
    full = f"{url}-full?max_depth=120&when_full=fail"
    try:
        with pytest.raises(TransactionRolledBackError) as refusal:
            operating.move(url, "orders", "archive", to_url=full)
        assert refusal.value.__notes__ == ["; moved before that: 100"]
        assert texts_in(full, "archive") + texts_in(url, "orders") == MANY
    finally:
        jmslike.forget(full)


def test_an_interruption_stops_between_two_transactions(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(url, "orders", *MANY)
    interruption, commit = threading.Event(), Session.commit

    def commit_and_interrupt(session: Session) -> None:
        commit(session)
        interruption.set()

    monkeypatch.setattr(Session, "commit", commit_and_interrupt)
    for operation, verb in ((operating.move, "moved"), (operating.copy, "copied")):
        interruption.clear()
        with pytest.raises(KeyboardInterrupt) as end:
            operation(url, "orders", "archive", interruption=interruption)
        assert end.value.__notes__ == [f"; {verb} before that: 100"]
    assert len(waiting(url, "orders")) == 150
    assert len(waiting(url, "archive")) == 200


def test_messages_that_last_for_a_process_are_kept_in_a_folder(url: str, tmp_path: Any, context: JMSContext) -> None:
    context.create_producer().set_delivery_mode(1).send(context.create_queue("orders"), "1")
    folder = f"native://{tmp_path / 'folder'}"
    assert operating.move(url, "orders", "orders", to_url=folder) == 1
    jmslike.forget(folder)
    assert texts_in(folder, "orders") == ["1"]
    jmslike.forget(folder)


def test_what_matches_is_removed(url: str, context: JMSContext) -> None:
    for number in range(3):
        context.create_producer().set_property("n", number).send(context.create_queue("orders"), str(number))
    assert operating.purge(url, "orders", selector="n > 0") == 2
    assert texts_in(url, "orders") == ["0"]
    assert operating.purge(url, "orders") == 1
    assert operating.purge(url, "orders") == 0


def test_what_does_not_come_is_told(
    url: str, context: JMSContext, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another consumer takes the messages after they were counted."""
    fill(url, "orders", "1", "2", "3")
    create_consumer, orders = JMSContext.create_consumer, context.create_queue("orders")

    def take_and_create(operator: JMSContext, *arguments: Any) -> Any:
        with create_consumer(context, orders) as consumer:
            assert [consumer.receive_body(str, 0) for _ in range(2)] == ["1", "2"]
        return create_consumer(operator, *arguments)

    monkeypatch.setattr(JMSContext, "create_consumer", take_and_create)
    assert operating.move(url, "orders", "archive") == 1
    (told,) = caplog.messages
    assert told.startswith("2 of the messages that waited in queue://orders did not come: other consumers took or hold")


@pytest.mark.parametrize("operation", [operating.move, operating.copy])
def test_fewer_than_none_is_refused(url: str, operation: Callable[..., int]) -> None:
    fill(url, "orders", "one")
    with pytest.raises(ValueError, match="0 or more, not -1"):
        operation(url, "orders", "archive", most=-1)
    assert texts_in(url, "orders") == ["one"]
