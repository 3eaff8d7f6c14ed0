"""A close whose caller is cancelled: it goes on."""

from __future__ import annotations

import asyncio
import threading

import pytest

from jmslike import ConnectionLostError, IllegalStateError
from jmslike.aio.home import Home, apart
from tests.unit.aio.steps import SILENCE, Held, cancelled, connected, eventually, factory_of, waits
from tests.unit.core.fake import QUEUE, FakeBroker


def test_a_close_that_is_cancelled_goes_on(broker: FakeBroker) -> None:
    async def run() -> None:
        connection = await connected(broker)
        session = await connection.create_session()
        held = Held()
        broker.at("close link", held)
        broker.at("close transport", held)
        closing = asyncio.create_task(connection.close())
        await asyncio.wait([closing], timeout=SILENCE)
        await cancelled(closing)
        held.over.set()
        await connection.close()
        await session.close()
        assert broker.transports[0].closed

    asyncio.run(run())


def test_a_close_of_a_consumer_that_waits_for_its_turn_goes_on(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            consumer = await session.create_consumer(QUEUE)
            held = Held()
            broker.at("subscribe", held)
            creating = await waits(session.create_consumer(QUEUE))
            await cancelled(await waits(consumer.close()))
            held.over.set()
            await eventually(lambda: broker.named("close subscription"))
            await (await creating).close()
            assert broker.subscriptions == []

    asyncio.run(run())


def test_a_close_of_a_producer_that_waits_for_its_sends_goes_on(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            producer = session.create_producer(QUEUE)
            broker.held_completions = []
            sending = await waits(producer.send(session.create_text_message("1")))
            await cancelled(await waits(producer.close()))
            broker.held_completions[0](None)
            broker.held_completions = None
            await sending
            await eventually(lambda: broker.named("close sender"))

    asyncio.run(run())


def test_a_close_of_a_context_closes_its_connection_though_it_is_cancelled(broker: FakeBroker) -> None:
    async def run() -> None:
        context = await factory_of(broker).create_context()
        await context.create_consumer(QUEUE)
        held = Held()
        broker.at("close link", held)
        await cancelled(await waits(context.close()))
        held.over.set()
        await eventually(lambda: broker.transports[0].closed)
        await context.close()

    asyncio.run(run())


def test_a_context_closes_its_connection_though_its_session_fails_to_close(broker: FakeBroker) -> None:
    async def run() -> None:
        context = await factory_of(broker).create_context()
        await context.create_consumer(QUEUE)
        broker.at("close link", ConnectionLostError("gone"))
        with pytest.raises(ConnectionLostError, match="gone"):
            await context.close()
        assert broker.transports[0].closed
        await context.close()

    asyncio.run(run())


def test_a_session_that_a_context_makes_while_it_is_closed_is_closed(broker: FakeBroker) -> None:
    async def run() -> None:
        context = await factory_of(broker).create_context()
        async with context.create_context(context.AUTO_ACKNOWLEDGE) as other:
            held = Held()
            broker.at("session", held)
            recovering = await waits(other.recover())
            await other.close()
            held.over.set()
            with pytest.raises(IllegalStateError, match="closed"):
                await recovering
            assert len(broker.named("close link")) == 1
        await context.close()

    asyncio.run(run())


def test_a_session_that_closes_while_its_connection_does_is_closed_once(broker: FakeBroker) -> None:
    async def run() -> None:
        connection = await connected(broker)
        sessions = [await connection.create_session() for _ in range(2)]
        held = Held()
        broker.at("close link", held)
        closing = await waits(connection.close())
        await sessions[1].close()
        held.over.set()
        await closing
        assert len(broker.named("close link")) == 2

    asyncio.run(run())


def test_a_call_apart_whose_caller_is_cancelled_ends_in_silence() -> None:
    async def run() -> list[dict[str, object]]:
        told: list[dict[str, object]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        before, held = threading.active_count(), Held()
        await cancelled(await waits(apart(Home(), held)))
        held.over.set()
        await eventually(lambda: threading.active_count() == before)
        return told

    assert asyncio.run(run()) == []
