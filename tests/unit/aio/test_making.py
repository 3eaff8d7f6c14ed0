"""What is made for a caller that is cancelled, or that asks for it twice: nothing is left open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from jmslike import IllegalStateError, aio
from tests.unit.aio.steps import Held, cancelled, connected, eventually, factory_of, text_of, waits
from tests.unit.core.fake import QUEUE, TOPIC, FakeBroker, text

Creating = Callable[[aio.Session], Coroutine[Any, Any, Any]]

CONSUMERS: dict[str, Creating] = {
    "consumer": lambda session: session.create_consumer(QUEUE),
    "shared": lambda session: session.create_shared_consumer(TOPIC, "s"),
    "durable": lambda session: session.create_durable_consumer(TOPIC, "d"),
    "shared durable": lambda session: session.create_shared_durable_consumer(TOPIC, "sd"),
}
TEMPORARIES: dict[str, Creating] = {
    "queue": lambda session: session.create_temporary_queue(),
    "topic": lambda session: session.create_temporary_topic(),
}

UNDONE = ["jmslike: the call goes on; the next call waits for it, and finds it undone"]


@pytest.mark.parametrize("create", CONSUMERS.values(), ids=CONSUMERS)
def test_a_consumer_is_closed(broker: FakeBroker, create: Creating) -> None:
    async def run() -> None:
        async with await connected(broker, client_id="shop") as connection:
            session = await connection.create_session()
            held = Held()
            broker.at("subscribe", held)
            assert await cancelled(await waits(create(session))) == UNDONE
            held.over.set()
            await session.recover()
            assert broker.subscriptions == []

    asyncio.run(run())


@pytest.mark.parametrize("create", TEMPORARIES.values(), ids=TEMPORARIES)
def test_a_temporary_destination_is_deleted(broker: FakeBroker, create: Creating) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            held = Held()
            broker.at("create_temporary", held)
            assert await cancelled(await waits(create(session))) == UNDONE
            held.over.set()
            await session.recover()
            assert (len(broker.named("delete_temporary")), broker.temporaries) == (1, set())

    asyncio.run(run())


def test_a_session_is_closed(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            held = Held()
            broker.at("session", held)
            assert await cancelled(await waits(connection.create_session())) == UNDONE
            held.over.set()
            await connection.stop()
            assert (len(broker.named("close link")), connection.statistics().sessions) == (1, ())

    asyncio.run(run())


@pytest.mark.parametrize("create", ["create_connection", "create_context"])
def test_a_connection_is_closed(broker: FakeBroker, create: str) -> None:
    async def run() -> None:
        held = Held()
        broker.at("open", held)
        await cancelled(await waits(getattr(factory_of(broker), create)()))
        held.over.set()
        await eventually(lambda: broker.transports and broker.transports[0].closed)

    asyncio.run(run())


def test_a_connection_that_opens_after_the_end_of_its_loop_is_closed(broker: FakeBroker) -> None:
    async def run() -> Held:
        held = Held()
        broker.at("open", held)
        await cancelled(await waits(factory_of(broker).create_connection()))
        return held

    asyncio.run(run()).over.set()
    broker.until(lambda: broker.named("close transport"))


def test_a_browser_of_a_context_is_closed(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await factory_of(broker).create_context() as context:
            await context.create_consumer(QUEUE)
            await context.stop()
            held = Held()
            broker.at("start subscription", held)

            async def browse() -> None:
                await context.create_browser(QUEUE)

            await cancelled(await waits(browse()))
            held.over.set()
            await context.recover()
            session = context._session_or_none
            assert session is not None
            assert not any(isinstance(part, aio.QueueBrowser) for part in session._parts)

    asyncio.run(run())


def test_a_look_at_a_queue_is_closed(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as connection:
            session = await connection.create_session()
            broker.put(text("1"), text("2"))
            held, looks = Held(), list[Any]()
            link: Any = session._state.link
            make = link.browse

            def browse(*arguments: Any) -> Any:
                held()
                looks.append(make(*arguments))
                next(looks[0])
                return looks[0]

            link.browse = browse

            async def look() -> None:
                async for _ in session.create_browser(QUEUE):
                    pass

            await cancelled(await waits(look()))
            held.over.set()
            await session.recover()
            assert [look.gi_frame for look in looks] == [None]

    asyncio.run(run())


async def enter(opening: Any) -> None:
    async with opening:
        pass


async def wait_for(opening: Any) -> None:
    await (await opening).close()


@pytest.mark.parametrize("first", [enter, wait_for])
@pytest.mark.parametrize("second", [enter, wait_for])
def test_what_was_awaited_or_entered_is_made_once(
    url: str, first: Callable[[Any], Coroutine[Any, Any, None]], second: Callable[[Any], Coroutine[Any, Any, None]]
) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            for opening, name in ((aio.connect(url), "aio.connect"), (context.create_browser(QUEUE), "create_browser")):
                await first(opening)
                with pytest.raises(IllegalStateError, match=rf"this {name}\(\) was awaited or entered already"):
                    await second(opening)

    asyncio.run(run())


def test_each_iteration_of_a_browser_that_is_not_awaited_is_a_new_look(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            browser = context.create_browser(QUEUE)
            for texts in ([], ["1"]):
                assert [text_of(message) async for message in browser] == texts
                await context.create_producer().send(QUEUE, "1")

    asyncio.run(run())
