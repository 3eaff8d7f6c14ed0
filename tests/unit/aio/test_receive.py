"""Receiving: without threads, and without loss when a receive is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

import jmslike
from jmslike import Session, aio
from tests.unit.aio.steps import PATIENCE, SILENCE, cancelled, eventually, left_in, text_of, waits

MODES = list(jmslike.SessionMode)


def test_500_consumers_wait_without_a_thread_each(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queues = [context.create_queue(f"q{number}") for number in range(500)]
            consumers = [await context.create_consumer(queue) for queue in queues]
            receiving = [asyncio.create_task(consumer.receive(PATIENCE)) for consumer in consumers]
            await eventually(lambda: threading.active_count() < 30)
            producer = context.create_producer()
            for queue in queues:
                await producer.send(queue, queue.queue_name)
            assert [text_of(message) for message in await asyncio.gather(*receiving)] == [str(q.name) for q in queues]

    asyncio.run(run())


def test_sessions_that_only_receive_have_no_thread(url: str) -> None:
    async def run() -> None:
        before = set(threading.enumerate())
        factory = aio.ConnectionFactory(url)
        contexts = [await factory.create_context() for _ in range(20)]
        queue = contexts[0].create_queue("q")
        receiving = [asyncio.create_task((await c.create_consumer(queue)).receive(PATIENCE)) for c in contexts]
        await eventually(lambda: not any(t.name.startswith("jmslike-aio") for t in set(threading.enumerate()) - before))
        for number in range(20):
            await contexts[0].create_producer().send(queue, str(number))
        assert {text_of(message) for message in await asyncio.gather(*receiving)} == set(map(str, range(20)))
        for context in contexts:
            await context.close()

    asyncio.run(run())


@pytest.mark.parametrize("mode", MODES)
def test_a_cancelled_receive_takes_nothing(url: str, mode: int) -> None:
    async def run() -> None:
        async with aio.connect(url) as sending:
            queue = sending.create_queue("q")
            async with sending.create_context(mode) as context:
                consumer = await context.create_consumer(queue)
                await cancelled(await waits(consumer.receive()))
                await sending.create_producer().send(queue, "1")
                assert text_of(await consumer.receive(PATIENCE)) == "1"
                await sending.create_producer().send(queue, "2")
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):
                        await consumer.receive()
                assert text_of(await consumer.receive(PATIENCE)) == "2"

    asyncio.run(run())


def test_a_second_task_is_refused_by_a_consumer_that_waits(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            consumer = await context.create_consumer(context.create_queue("q"))
            receiving = await waits(consumer.receive())
            with pytest.raises(jmslike.IllegalStateError, match="another task receives from this consumer"):
                await consumer.receive_no_wait()
            await cancelled(receiving)
            assert await consumer.receive_no_wait() is None

    asyncio.run(run())


def test_a_receive_waits_while_the_session_is_stopped(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            consumer = await context.create_consumer(queue)
            receiving = await waits(consumer.receive())
            await context.stop()
            await context.create_producer().send(queue, "1")
            await asyncio.wait([receiving], timeout=SILENCE)
            assert not receiving.done()
            await context.start()
            assert text_of(await receiving) == "1"

    asyncio.run(run())


def test_closing_ends_what_waits(url: str) -> None:
    async def run() -> None:
        context = await aio.connect(url)
        consumers = [await context.create_consumer(context.create_queue(name)) for name in "ab"]
        first, second = [await waits(consumer.receive()) for consumer in consumers]
        await consumers[0].close()
        assert await first is None
        await context.close()
        assert await second is None

    asyncio.run(run())


def test_a_loss_ends_what_waits(url: str) -> None:
    async def run() -> None:
        context = await aio.connect(url)
        receiving = await waits((await context.create_consumer(context.create_queue("q"))).receive())
        jmslike.forget(url)
        with pytest.raises(jmslike.ConnectionLostError):
            await receiving
        await context.close()

    asyncio.run(run())


def test_a_loss_ends_what_waits_for_the_start(url: str) -> None:
    async def run() -> None:
        connection = await aio.ConnectionFactory(url).create_connection()
        session = await connection.create_session()
        receiving = await waits((await session.create_consumer(session.create_queue("q"))).receive())
        jmslike.forget(url)
        with pytest.raises(jmslike.ConnectionLostError):
            await receiving
        await connection.close()

    asyncio.run(run())


def test_iterating_receives_until_the_consumer_is_closed(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            for text in "123":
                await context.create_producer().send(queue, text)
            consumer = await context.create_consumer(queue)
            texts = []
            async for message in consumer:
                texts.append(text_of(message))
                if len(texts) == 3:
                    await consumer.close()
            assert texts == ["1", "2", "3"]

    asyncio.run(run())


def test_what_was_received_is_acknowledged_as_the_mode_says(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            for text in "123":
                await context.create_producer().send(queue, text)
            async with context.create_context(Session.CLIENT_ACKNOWLEDGE) as client:
                consumer = await client.create_consumer(queue)
                message = await consumer.receive(PATIENCE)
                assert message is not None
                await message.acknowledge()
                assert text_of(await consumer.receive(PATIENCE)) == "2"
        assert await left_in(url, queue) == ["2", "3"]

    asyncio.run(run())


def test_a_loop_of_receives_leaves_time_to_others(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            for number in range(100):
                await context.create_producer().send(queue, str(number))
            turns = 0

            async def other() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            task = asyncio.create_task(other())
            consumer = await context.create_consumer(queue)
            for _ in range(100):
                await consumer.receive(PATIENCE)
            assert turns >= 100
            await cancelled(task)

    asyncio.run(run())
