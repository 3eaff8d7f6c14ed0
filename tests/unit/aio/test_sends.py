"""Sends: several under way, completion listeners, converters, and what is not awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

import jmslike
from jmslike import IllegalStateError, JMSError, Message, Session, aio
from jmslike.aio.home import Home
from jmslike.converters import JsonConverter
from tests.unit.aio.steps import PATIENCE, SILENCE, cancelled, connected, eventually, left_in, text_of, waits
from tests.unit.core.fake import QUEUE, FakeBroker


class Completions:
    """A completion listener of coroutines."""

    def __init__(self) -> None:
        self.seen: list[str | None] = []
        self.running = 0
        self.most = 0

    async def on_completion(self, message: Message) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0)
        self.seen.append(text_of(message))
        self.running -= 1

    async def on_exception(self, message: Message, exc: JMSError) -> None:
        self.seen.append(f"{text_of(message)}: {exc}")


def test_sends_of_several_tasks_keep_the_order_of_their_calls(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue, producer = context.create_queue("q"), context.create_producer()
            await asyncio.gather(*(producer.send(queue, str(number)) for number in range(50)))
        assert await left_in(url, queue) == [str(number) for number in range(50)]

    asyncio.run(run())


def test_the_id_that_the_provider_makes_is_shown_after_the_send(broker: FakeBroker) -> None:
    """MSG-45: on a foreign message, too."""
    broker.makes_ids = True
    foreign = SimpleNamespace(text="b", properties={})

    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            producer, own = session.create_producer(QUEUE), session.create_text_message("a")
            await producer.send(own)
            await producer.send(foreign)
            assert (own.message_id, foreign.message_id) == ("ID:provider-a", "ID:provider-b")

    asyncio.run(run())


def test_sends_are_under_way_together_up_to_the_limit(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker, max_in_flight=3) as connection:
            session = await connection.create_session()
            producer = session.create_producer(QUEUE)
            broker.held_completions = []
            sending = [
                asyncio.create_task(producer.send(session.create_text_message(str(number)))) for number in range(5)
            ]
            await eventually(lambda: len(broker.held_completions or ()) == 3)
            assert [each.unanswered for each in connection.statistics().sessions] == [3]
            await asyncio.wait(sending, timeout=SILENCE)
            assert len(broker.named("send")) == 3
            broker.held_completions.pop(0)(None)
            await eventually(lambda: len(broker.named("send")) == 4)
            while broker.held_completions or not all(task.done() for task in sending):
                if broker.held_completions:
                    broker.held_completions.pop(0)(None)
                await asyncio.sleep(0)
            broker.held_completions = None

    asyncio.run(run())


def test_a_send_that_waits_for_room_keeps_no_receive_from_making_it() -> None:
    async def run() -> None:
        async with aio.connect("native://room?max_depth=1&when_full=block&block_timeout=30") as context:
            queue, producer = context.create_queue("q"), context.create_producer()
            consumer = await context.create_consumer(queue)
            sessions = [context.create_context(Session.AUTO_ACKNOWLEDGE) for _ in range(20)]
            producers = [producer, *(session.create_producer() for session in sessions)]
            sending = [asyncio.create_task(each.send(queue, str(n))) for n in range(3) for each in producers]
            await asyncio.wait(sending, timeout=SILENCE)
            received = [text_of(await consumer.receive(PATIENCE)) for _ in sending]
            await asyncio.gather(*sending)
            assert sorted(map(str, received)) == sorted(str(n) for n in range(3) for _ in producers)
            for session in sessions:
                await session.close()
        jmslike.forget("native://room")

    asyncio.run(run())


def test_closing_wakes_a_send_that_waits_for_room() -> None:
    async def run() -> None:
        context = await aio.connect("native://close?max_depth=1&when_full=block&block_timeout=300")
        queue = context.create_queue("q")
        await context.create_producer().send(queue, "1")
        waiting = await waits(context.create_producer().send(queue, "2"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SILENCE):
                await context.create_producer().send(queue, "3")
        await asyncio.wait_for(context.close(), PATIENCE)
        with pytest.raises(JMSError):
            await waiting
        jmslike.forget("native://close")

    asyncio.run(run())


def test_completion_listeners_run_one_at_a_time_in_the_order_of_sending(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue, listener = context.create_queue("q"), Completions()
            producer = context.create_producer()
            producer.async_listener = listener
            for number in range(20):
                await producer.send(queue, str(number))
            await eventually(lambda: len(listener.seen) == 20)
            assert (listener.seen, listener.most) == ([str(number) for number in range(20)], 1)

    asyncio.run(run())


def test_a_commit_waits_for_completion_listeners(url: str) -> None:
    async def run() -> None:
        factory = aio.ConnectionFactory(url)
        async with await factory.create_context(session_mode=Session.SESSION_TRANSACTED) as context:
            queue, listener = context.create_queue("q"), Completions()
            producer = context.create_producer()
            producer.async_listener = listener
            for number in range(5):
                await producer.send(queue, str(number))
            await context.commit()
            assert len(listener.seen) == 5

    asyncio.run(run())


def test_a_completion_listener_may_send_but_not_wait_for_itself(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url, max_in_flight=1) as context:
            queue, errors = context.create_queue("q"), list[str]()
            producer = context.create_producer()

            class Sending(Completions):
                async def on_completion(self, message: Message) -> None:
                    await context.create_producer().send(queue, "again")
                    try:
                        await context.close()
                    except IllegalStateError as error:
                        errors.append(str(error))

            producer.set_async(Sending())
            await producer.send(queue, "first")
            await eventually(lambda: errors)
            assert "by a completion listener of its own session" in errors[0]
        assert await left_in(url, queue) == ["first", "again"]

    asyncio.run(run())


def test_what_a_send_raises_is_raised_by_its_await(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            producer, message = session.create_producer(QUEUE), session.create_text_message("1")
            broker.at("send", jmslike.ResourceAllocationError("full"))
            with pytest.raises(jmslike.ResourceAllocationError, match="full"):
                await producer.send(message)
            broker.held_completions = []
            sending = asyncio.create_task(producer.send(message))
            await eventually(lambda: broker.held_completions)
            broker.held_completions[0](jmslike.ResourceAllocationError("full"))
            broker.held_completions = None
            with pytest.raises(jmslike.ResourceAllocationError, match="full"):
                await sending
            await producer.send(message)

    asyncio.run(run())


class Begun:
    """Threads in which a call has begun, and goes on when the test makes it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.calls: list[Callable[[], None]] = []

    def submit(self, call: Callable[[], None]) -> Future[None]:
        self.calls.append(call)
        made: Future[None] = Future()
        made.set_running_or_notify_cancel()
        return made


def test_a_send_that_is_cancelled_as_it_begins_ends_once_and_its_failure_is_reported(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            errors: list[JMSError] = []
            connection.exception_listener = errors.append
            session = await connection.create_session()
            producer = session.create_producer(QUEUE)
            sends: Any = session._sends
            threads, sends.calls.threads = sends.calls.threads, Begun(sends.calls.home)
            sending = await waits(producer.send(session.create_text_message("1")))
            assert "goes on" in (await cancelled(sending))[0]
            assert sends.unanswered == 1
            broker.held_completions = []
            begun, sends.calls.threads = sends.calls.threads, threads
            begun.calls[0]()
            broker.held_completions[0](JMSError("full"))
            broker.held_completions = None
            await eventually(lambda: errors)
            assert str(errors[0]) == "full"
            assert sends.unanswered == 0
            await producer.send(session.create_text_message("2"))
            assert sends.unanswered == 0

    asyncio.run(run())


def test_converters_work_as_ever(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            await context.create_producer(converter=JsonConverter()).send(queue, {"total": 250})
            async with await context.create_consumer(queue, converter=JsonConverter()) as consumer:
                assert await consumer.receive_object(PATIENCE) == {"total": 250}

    asyncio.run(run())


def test_a_body_that_cannot_be_read_comes_again(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            await context.create_producer().send(queue, "text")
            consumer = await context.create_consumer(queue)
            with pytest.raises(jmslike.MessageFormatError):
                await consumer.receive_body(dict, PATIENCE)
            assert await consumer.receive_body(str, PATIENCE) == "text"
            assert await consumer.receive_body_no_wait(str) is None

    asyncio.run(run())


def test_a_temporary_queue_is_deleted_by_a_coroutine(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = await context.create_temporary_queue()
            await context.create_producer().send(queue, "reply")
            async with await context.create_consumer(queue) as consumer:
                assert await consumer.receive_body(str, PATIENCE) == "reply"
            await queue.delete()
            with pytest.raises(jmslike.InvalidDestinationError):
                await context.create_producer().send(queue, "late")

    asyncio.run(run())


def test_a_browser_looks_once_and_may_be_awaited(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            queue = context.create_queue("q")
            for number in range(250):
                await context.create_producer().send(queue, str(number))
            assert [text_of(message) async for message in context.create_browser(queue)] == list(map(str, range(250)))
            async with await context.create_browser(queue) as browser:
                async for message in browser:
                    assert text_of(message) == "0"
                    break

    asyncio.run(run())
