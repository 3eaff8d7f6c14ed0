"""Coroutine listeners: one at a time in a session, with the acknowledgement of its mode."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

import pytest

import jmslike
from jmslike import IllegalStateError, Message, Session, aio
from tests.unit.aio.steps import PATIENCE, SILENCE, eventually, left_in, text_of, waits

Listening = tuple[aio.JMSContext, jmslike.Queue]


async def put(context: aio.JMSContext, queue: jmslike.Queue, *texts: str) -> None:
    for text in texts:
        await context.create_producer().send(queue, text)


def test_the_listeners_of_a_session_never_overlap(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queues = [context.create_queue(name) for name in "ab"]
            seen: list[str | None] = []
            running = most = 0

            async def listener(message: Message) -> None:
                nonlocal running, most
                running += 1
                most = max(most, running)
                await asyncio.sleep(0.001)
                seen.append(text_of(message))
                running -= 1

            for queue in queues:
                (await context.create_consumer(queue)).message_listener = listener
            for number in range(10):
                for queue in queues:
                    await put(context, queue, str(number))
            await eventually(lambda: len(seen) == 20)
            assert most == 1

    asyncio.run(run())


def test_listeners_of_two_sessions_run_together(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context, context.create_context(Session.AUTO_ACKNOWLEDGE) as other:
            queue, barrier = context.create_queue("q"), asyncio.Barrier(3)
            for each in (context, other):
                (await each.create_consumer(queue)).message_listener = lambda _: barrier.wait()
            await put(context, queue, "1", "2")
            await asyncio.wait_for(barrier.wait(), PATIENCE)

    asyncio.run(run())


def test_a_plain_function_and_an_object_may_listen(url: str) -> None:
    class Told:
        def __init__(self) -> None:
            self.seen: list[str | None] = []

        async def on_message(self, message: Message) -> None:
            self.seen.append(text_of(message))

    async def run() -> None:
        async with aio.connect(url) as context:
            queue, told, seen = context.create_queue("q"), Told(), list[Message]()
            consumer = await context.create_consumer(queue)
            consumer.message_listener = told
            await put(context, queue, "1")
            await eventually(lambda: told.seen == ["1"])
            consumer.message_listener = seen.append
            assert consumer.message_listener == seen.append
            await put(context, queue, "2")
            await eventually(lambda: [text_of(message) for message in seen] == ["2"])
            consumer.message_listener = None
            await put(context, queue, "3")
            assert text_of(await consumer.receive(PATIENCE)) == "3"

    asyncio.run(run())


def test_a_generator_function_is_refused(url: str) -> None:
    async def generating(message: Message) -> Any:
        yield message

    async def run() -> None:
        async with aio.connect(url) as context:
            consumer = await context.create_consumer(context.create_queue("q"))
            with pytest.raises(ValueError, match="asynchronous generator function"):
                consumer.message_listener = generating

    asyncio.run(run())


def test_a_message_whose_listener_raises_is_redelivered(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue, seen = context.create_queue("q"), list[bool]()

            async def listener(message: Message) -> None:
                await asyncio.sleep(0)
                seen.append(message.redelivered)
                if len(seen) == 1:
                    raise ValueError("no such order")

            (await context.create_consumer(queue)).message_listener = listener
            await put(context, queue, "1")
            await eventually(lambda: seen == [False, True])
        assert await left_in(url, queue) == []

    with caplog.at_level(logging.ERROR, "jmslike.listener"):
        asyncio.run(run())
    assert "no such order" in caplog.text


def test_a_listener_whose_coroutine_returns_one_that_has_not_run_has_failed(url: str) -> None:
    async def work(_message: Message) -> None:
        """What the listener forgets to await."""

    async def run() -> None:
        async with aio.connect(url) as context:
            queue, seen = context.create_queue("q"), list[bool]()

            async def listener(message: Message) -> object:
                seen.append(message.redelivered)
                return work(message) if len(seen) == 1 else None

            (await context.create_consumer(queue)).message_listener = listener
            await put(context, queue, "1")
            await eventually(lambda: seen == [False, True])

    asyncio.run(run())


def test_a_listener_commits_and_rolls_back_itself(url: str) -> None:
    async def run() -> None:
        factory = aio.ConnectionFactory(url)
        async with await factory.create_context(session_mode=Session.SESSION_TRANSACTED) as context:
            queue, out, attempts = context.create_queue("q"), context.create_queue("out"), list[int]()

            async def listener(message: Message) -> None:
                attempts.append(message.get_int_property("JMSXDeliveryCount"))
                await put(context, out, f"{text_of(message)} {attempts[-1]}")
                await (context.rollback() if attempts[-1] == 1 else context.commit())

            (await context.create_consumer(queue)).message_listener = listener
            async with aio.connect(url) as sending:
                await put(sending, queue, "1")
            await eventually(lambda: len(attempts) == 2)
        assert (await left_in(url, queue), await left_in(url, out)) == ([], ["1 2"])

    asyncio.run(run())


def test_stop_and_close_wait_for_a_running_listener(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue, began, over, ended = context.create_queue("q"), asyncio.Event(), asyncio.Event(), list[bool]()

            async def listener(_message: Message) -> None:
                began.set()
                await over.wait()
                ended.append(True)

            consumer = await context.create_consumer(queue)
            consumer.message_listener = listener
            await put(context, queue, "1", "2")
            await began.wait()
            stopping = await waits(context.stop())
            over.set()
            await stopping
            assert ended == [True]
            over.clear()
            began.clear()
            await context.start()
            await began.wait()
            closing = await waits(consumer.close())
            over.set()
            await closing
            assert ended == [True, True]

    asyncio.run(run())


def test_a_listener_that_would_wait_for_itself_is_refused(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue, errors = context.create_queue("q"), list[str]()

            async def listener(_message: Message) -> None:
                for call in (context.stop, context.close):
                    try:
                        await call()
                    except IllegalStateError as error:
                        errors.append(str(error))

            consumer = await context.create_consumer(queue)
            consumer.message_listener = listener
            await put(context, queue, "1")
            await eventually(lambda: len(errors) == 2)
            assert all("must not be called by a message listener" in error for error in errors)

    asyncio.run(run())


def test_receives_beside_a_listener_are_refused(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            heard, received = [await context.create_consumer(context.create_queue(name)) for name in "ab"]
            receiving = await waits(received.receive())
            with pytest.raises(IllegalStateError, match="a task receives in this session"):
                heard.message_listener = print
            receiving.cancel()
            await asyncio.wait([receiving])
            heard.message_listener = print
            with pytest.raises(IllegalStateError, match="has a message listener"):
                await received.receive(SILENCE)

    asyncio.run(run())


def test_a_listener_whose_loop_ends_gives_its_message_back(url: str) -> None:
    queue = jmslike.Queue("q")
    contexts = []  # kept, so that nothing is closed by being dropped

    async def run() -> None:
        context = await aio.connect(url)
        contexts.append(context)
        began = asyncio.Event()

        async def listener(_message: Message) -> None:
            began.set()
            await asyncio.Event().wait()

        (await context.create_consumer(queue)).message_listener = listener
        await put(context, queue, "1")
        await began.wait()

    asyncio.run(run())
    sync = jmslike.ConnectionFactory(url).create_context()
    assert sync.create_consumer(queue).receive(SILENCE) is None  # it is still held
    sync.close()
    contexts.clear()
    with pytest.warns(ResourceWarning, match="was never closed"):
        gc.collect()
