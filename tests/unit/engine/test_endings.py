"""What ends: receivers, senders, destinations, engines, processes; and what stays good afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from native_engine import (
    ClosedError,
    Engine,
    ErrorTypes,
    ForkedError,
    InUseError,
    Kind,
    NoDestinationError,
    RolledBackError,
    Sender,
)
from tests.unit.engine.records import QUEUE, Record, counts, drain, send, taken

PATIENCE = 10.0


# -- receivers and senders


def test_closing_keeps_receipts_and_releasing_gives_back(engine: Engine) -> None:
    """SESS-11, ACK-08: what is unsettled is the closed receiver's until it is settled or released."""
    first, second = engine.receiver(QUEUE), engine.receiver(QUEUE)
    send(engine, "a", "b")
    settled, kept = taken(first)[1], taken(first)[1]
    first.close()
    first.close()
    assert first.take(None) is None
    assert counts(engine).in_flight == 2
    first.settle([settled], None)
    assert second.take(0) is None
    assert first.holds(kept)
    first.release_unsettled()
    record, _, attempts = taken(second)
    assert (record.body, attempts) == ("b", 1)


def test_close_and_interrupt_end_a_take(engine: Engine, background: Callable[..., Future[Any]]) -> None:
    """CONS-07, CONN-14: close ends it for good, interrupt once."""
    receiver = engine.receiver(QUEUE)
    receiver.interrupt()
    assert receiver.take(None) is None
    waiting = background(receiver.take, None)
    receiver.interrupt()
    assert waiting.result(PATIENCE) is None
    waiting = background(receiver.take, None)
    receiver.close()
    assert waiting.result(PATIENCE) is None


def test_closed_receivers_are_kept_only_for_what_they_hold(engine: Engine) -> None:
    keeper = engine.receiver(QUEUE)
    send(engine, "kept")
    receipt = taken(keeper)[1]
    keeper.close()
    for _ in range(100):
        send(engine, "settled")
        receiver = engine.receiver(QUEUE)
        other = taken(receiver)[1]
        receiver.close()
        receiver.settle([other], None)
    assert counts(engine).in_flight == 1
    assert len(engine._queues[QUEUE].kept_closed) < 50
    keeper.settle([receipt], 1)
    assert drain(engine.receiver(QUEUE)) == ["kept"]


def test_a_receiver_more_is_no_work_for_the_others(engine: Engine) -> None:
    """The cost of making and closing n receivers grows with n, and not with its square."""

    def calls_for(count: int) -> int:
        calls = 0

        def note(frame: Any, event: str, argument: Any) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(note)
        try:
            receivers = [engine.receiver(QUEUE) for _ in range(count)]
            for receiver in receivers:
                receiver.close()
        finally:
            sys.setprofile(None)
        return calls

    assert calls_for(400) < 5 * calls_for(100)


def test_a_closed_sender_refuses(engine: Engine) -> None:
    """Though what was given to it for a commit is still committed."""
    sender = engine.sender("queue", QUEUE)
    sender.close()
    with pytest.raises(ClosedError):
        sender.send(Record("a"))
    engine.commit([(sender, Record("b"))])
    assert drain(engine.receiver(QUEUE)) == ["b"]


# -- destinations


@pytest.mark.parametrize("kind", ["queue", "topic"])
def test_a_deleted_destination_refuses_whatever_is_sent(engine: Engine, kind: Kind) -> None:
    """DST-03, DST-07, DST-08: not deleted while in use; afterwards unknown, for commits and for constraints, too."""
    name = engine.create_temporary(kind)
    sender = engine.sender(kind, name)
    receiver = engine.receiver(name) if kind == "queue" else engine.subscribe(name)
    sender.send(Record("a"))
    receipt = taken(receiver)[1]
    with pytest.raises(InUseError):
        engine.delete(kind, name)
    receiver.close()
    engine.delete(kind, name)
    assert receiver.holds(receipt)
    for record in (Record("b"), Record("b", group="g")):
        with pytest.raises(NoDestinationError):
            sender.send(record)
    with pytest.raises(RolledBackError, match=r"was deleted"):
        engine.commit([(sender, Record("b"))])
    with pytest.raises(NoDestinationError):
        engine.sender(kind, name)


def test_what_is_held_of_a_deleted_queue_can_be_settled(engine: Engine) -> None:
    name = engine.create_temporary("queue")
    send(engine, "a", "b", "c", queue=name)
    receiver = engine.receiver(name)
    accepted, committed, released = (taken(receiver)[1] for _ in range(3))
    receiver.close()
    engine.delete("queue", name)
    receiver.settle([accepted], None)
    engine.commit([(engine.sender("queue", QUEUE), Record("d"))], [(receiver, [committed], None)])
    receiver.settle([released], 1)
    assert not any(receiver.holds(receipt) for receipt in (accepted, committed, released))
    assert drain(engine.receiver(QUEUE)) == ["d"]


def test_deleting_a_topic_ends_its_durable_subscriptions(engine: Engine) -> None:
    engine.subscribe("t", name="d", durable=True).close()
    engine.delete("topic", "t")
    engine.delete("topic", "t")
    engine.delete("queue", "unknown")
    with pytest.raises(NoDestinationError):
        engine.unsubscribe(None, "d")


# -- engines and processes


def test_a_closed_engine_refuses_everything(background: Callable[..., Future[Any]]) -> None:
    """C9, C10: whatever waits is told at once."""
    engine = Engine()
    sender, receiver, subscriber = engine.sender("queue", QUEUE), engine.receiver(QUEUE), engine.subscribe("t")
    sender.send(Record("a"))
    receipt = taken(receiver)[1]
    waiting = background(receiver.take, None)
    publisher = engine.sender("topic", "t")
    engine.close()
    engine.close()
    with pytest.raises(ClosedError):
        waiting.result(PATIENCE)
    refused: list[Callable[[], Any]] = [
        lambda: sender.send(Record("b")),
        lambda: publisher.send(Record("b")),
        lambda: receiver.take(0),
        lambda: subscriber.take(None),
        lambda: engine.receiver(QUEUE),
        lambda: receiver.settle([receipt], None),
        lambda: receiver.settle([receipt], 1),
        lambda: engine.commit([], [(receiver, [receipt], None)]),
        lambda: engine.create_temporary("queue"),
    ]
    for call in refused:
        with pytest.raises(ClosedError):
            call()
    assert not receiver.holds(receipt)
    receiver.close()
    receiver.release_unsettled()


def test_a_forked_child_is_refused(engine: Engine) -> None:
    sender, receiver = engine.sender("queue", QUEUE), engine.receiver(QUEUE)
    sender.send(Record("a"))
    child = os.fork()
    if child == 0:
        os._exit(_refusals(engine, sender, lambda: receiver.take(None), lambda: receiver.settle([], None)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
    assert drain(receiver) == ["a"]


def _refusals(engine: Engine, sender: Sender, *calls: Callable[[], object]) -> int:
    """Count the calls that are refused because the process was forked."""
    refused = 0
    others: list[Callable[[], object]] = [
        lambda: sender.send(Record("b")),
        lambda: engine.receiver(QUEUE),
        lambda: engine.commit([(sender, Record("c"))]),
    ]
    for call in (*calls, *others):
        try:
            call()
        except ForkedError as error:
            refused += "forked" in str(error)
    return refused


def test_an_embedding_library_names_its_own_errors() -> None:
    with Engine(errors=ErrorTypes(client_id=KeyError)) as engine:
        engine.claim("me")
        with pytest.raises(KeyError):
            engine.claim("me")
