"""A call that is cancelled: what it leaves behind, and what is said of it."""

from __future__ import annotations

import asyncio
import logging

import pytest

from jmslike import ConnectionLostError, Session, TransactionRolledBackError
from tests.unit.aio.steps import PATIENCE, SILENCE, Held, cancelled, connected, text_of, waits
from tests.unit.core.fake import QUEUE, FakeBroker, text


def test_a_cancelled_commit_goes_on_and_the_next_call_raises_its_outcome_once(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session(Session.SESSION_TRANSACTED)
            await session.create_producer(QUEUE).send(session.create_text_message("1"))
            held = Held(TransactionRolledBackError("refused"))
            broker.at("commit", held)
            notes = await cancelled(await waits(session.commit()))
            assert notes == ["jmslike: the call goes on; the next call waits for it, and raises its error"]
            consumer_of = await waits(session.create_consumer(QUEUE))
            held.over.set()
            with pytest.raises(TransactionRolledBackError, match="refused"):
                await consumer_of
            await session.commit()

    asyncio.run(run())


def test_a_cancelled_commit_that_succeeds_says_nothing_more(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session(Session.SESSION_TRANSACTED)
            await session.create_producer(QUEUE).send(session.create_text_message("1"))
            held = Held()
            broker.at("commit", held)
            await cancelled(await waits(session.commit()))
            held.over.set()
            await session.commit()
            assert len(broker.named("commit")) == 1

    asyncio.run(run())


def test_a_session_that_is_closed_after_a_cancelled_commit_logs_its_outcome(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session(Session.SESSION_TRANSACTED)
            await session.create_producer(QUEUE).send(session.create_text_message("1"))
            held = Held(TransactionRolledBackError("refused"))
            broker.at("commit", held)
            await cancelled(await waits(session.commit()))
            held.over.set()

    with caplog.at_level(logging.ERROR, "jmslike.session"):
        asyncio.run(run())
    assert "a call that was cancelled has failed: refused" in caplog.text


def test_a_call_that_has_not_begun_does_nothing(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session(Session.SESSION_TRANSACTED)
            await session.create_producer(QUEUE).send(session.create_text_message("1"))
            held = Held()
            broker.at("commit", held)
            committing = await waits(session.commit())
            await cancelled(await waits(session.rollback()))
            held.over.set()
            await committing
            assert broker.bodies(QUEUE) == ["1"]

    asyncio.run(run())


def test_a_cancelled_send_says_what_is_known(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            producer, message = session.create_producer(QUEUE), session.create_text_message("1")
            broker.held_completions = []
            notes = await cancelled(await waits(producer.send(message)))
            assert notes == ["jmslike: the message was handed over, but not confirmed yet: it may have been sent"]
            for completion in broker.held_completions:
                completion(None)
            broker.held_completions = None
            await producer.send(message)

    asyncio.run(run())


def test_the_failure_of_a_cancelled_send_reaches_the_exception_listener(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            told: asyncio.Queue[Exception] = asyncio.Queue()
            connection.exception_listener = told.put
            session = await connection.create_session()
            broker.held_completions = []
            await cancelled(await waits(session.create_producer(QUEUE).send(session.create_text_message("1"))))
            error = ConnectionLostError("gone")
            broker.held_completions[0](error)
            broker.held_completions = None
            assert await asyncio.wait_for(told.get(), PATIENCE) is error

    asyncio.run(run())


def test_a_receive_that_is_cancelled_while_its_message_comes_leaves_it_to_the_next(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            consumer = await (await connection.create_session()).create_consumer(QUEUE)
            held = Held()
            broker.put(text("1"), text("2"))
            broker.at("take", held)
            await cancelled(await waits(consumer.receive(PATIENCE)))
            held.over.set()
            assert [text_of(await consumer.receive(PATIENCE)) for _ in range(2)] == ["1", "2"]

    asyncio.run(run())


def test_a_receive_that_does_not_wait_and_is_cancelled_leaves_the_message_to_the_next(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            consumer = await (await connection.create_session()).create_consumer(QUEUE)
            held = Held()
            broker.put(text("1"))
            broker.at("take", held)
            await cancelled(await waits(consumer.receive_no_wait()))
            held.over.set()
            assert text_of(await consumer.receive_no_wait()) == "1"

    asyncio.run(run())


def test_an_acknowledgement_that_goes_on_is_waited_for(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session(Session.CLIENT_ACKNOWLEDGE)
            consumer = await session.create_consumer(QUEUE)
            broker.put(text("1"))
            message = await consumer.receive(PATIENCE)
            assert message is not None
            held = Held(ConnectionLostError("gone"))
            broker.at("settle", held)
            await cancelled(await waits(message.acknowledge()))
            receiving = await waits(consumer.receive(PATIENCE))
            held.over.set()
            with pytest.raises(ConnectionLostError, match="gone"):
                await receiving
            assert await consumer.receive(SILENCE) is None

    asyncio.run(run())


def test_a_session_that_fails_to_close_keeps_no_other_from_closing(broker: FakeBroker) -> None:
    async def run() -> None:
        connection = await connected(broker)
        for _ in range(2):
            await connection.create_session()
        broker.at("close link", ConnectionLostError("gone"))
        await connection.close()
        assert (len(broker.named("close link")), broker.transports[0].closed) == (2, True)

    asyncio.run(run())
