"""The event loop of a connection: only there it is used; what happens when it ends; a program that closes nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading

import pytest

import jmslike
from jmslike import IllegalStateError, InvalidClientIDError, aio
from tests.unit.aio.steps import PATIENCE, SILENCE, connected, connection_to, text_of
from tests.unit.core.fake import QUEUE, FakeBroker, text


def test_use_on_another_loop_is_an_error_that_names_the_loop(broker: FakeBroker) -> None:
    async def make() -> tuple[aio.Connection, aio.Session, aio.MessageConsumer]:
        connection = await connected(broker)
        session = await connection.create_session()
        return connection, session, await session.create_consumer(QUEUE)

    async def use(connection: aio.Connection, session: aio.Session, consumer: aio.MessageConsumer) -> None:
        for call in (
            lambda: session.create_consumer(QUEUE),
            lambda: session.create_producer(QUEUE).send(session.create_text_message("1")),
            session.recover,
            session.create_producer(QUEUE).close,
            consumer.close,
            session.close,
            connection.close,
        ):
            with pytest.raises(IllegalStateError, match=r"belongs to the event loop <.*>, but was used in <"):
                await call()

    first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
    made = first.run_until_complete(make())
    second.run_until_complete(use(*made))
    first.run_until_complete(made[0].close())
    for loop in (first, second):
        loop.close()


def test_two_loops_each_have_their_connection(url: str) -> None:
    async def work(name: str) -> str | None:
        async with aio.connect(url) as context:
            queue = context.create_queue(name)
            await context.create_producer().send(queue, name)
            return text_of(await (await context.create_consumer(queue)).receive(PATIENCE))

    found: list[str | None] = []
    threads = [threading.Thread(target=lambda name=name: found.append(asyncio.run(work(name)))) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(map(str, found)) == ["a", "b"]


def test_a_closed_loop_does_not_keep_messages_or_threads_of_a_transport(broker: FakeBroker) -> None:
    async def listen() -> aio.Connection:
        connection = await connected(broker)
        session = await connection.create_session()
        (await session.create_consumer(QUEUE)).message_listener = print
        waiting = await connection.create_session()
        receiving = asyncio.create_task((await waiting.create_consumer(QUEUE)).receive())
        await asyncio.wait([receiving], timeout=SILENCE)
        return connection

    loop = asyncio.new_event_loop()
    connection = loop.run_until_complete(listen())
    loop.close()  # with tasks that wait
    broker.put(text("1"))  # calls the subscription, which refuses
    with broker.connect() as other:
        assert text_of(other.create_session().create_consumer(QUEUE).receive(PATIENCE)) == "1"
    jmslike.Connection.close(connection)  # what the loop cannot do any more


def test_a_client_id_is_claimed_by_the_next_call_that_waits(broker: FakeBroker) -> None:
    async def run() -> None:
        async with await connected(broker) as first:
            await first.create_session()
        connection = connection_to(broker)
        connection.client_id = "shop"
        assert (connection.client_id, broker.named("identify")) == ("shop", [])
        with pytest.raises(IllegalStateError, match="already set"):
            connection.client_id = "other"
        await connection.create_session()
        assert broker.named("identify") == [("identify", "shop")]
        second = connection_to(broker)
        with pytest.raises(InvalidClientIDError, match="a non-empty str"):
            second.client_id = ""
        second.client_id = "shop"
        with pytest.raises(InvalidClientIDError, match="in use"):
            await second.start()
        await second.start()
        await connection.close()
        await second.close()

    asyncio.run(run())


PROGRAM = """
import asyncio, sys
from jmslike import aio

async def main():
    context = await aio.connect(sys.argv[1])
    queue = context.create_queue("orders")
    await context.create_producer().send(queue, "kept")
    consumer = await context.create_consumer(context.create_queue("other"))
    waiting = asyncio.create_task(consumer.receive())
    listening = await aio.connect(sys.argv[1])
    (await listening.create_consumer(listening.create_queue("heard"))).message_listener = print
    await asyncio.sleep(0)
    globals().update(locals())

asyncio.run(main())
"""


def test_a_program_that_closes_nothing_ends(url: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    if url.startswith("native:///"):
        with jmslike.connect(url) as context:
            assert context.create_consumer(context.create_queue("orders")).receive_body(str, PATIENCE) == "kept"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_makes_its_own_connection(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            await context.create_producer().send(context.create_queue("q"), "1")
            child = os.fork()
            if child == 0:
                os._exit(in_child(context))
            code = await asyncio.to_thread(lambda: os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            assert code == 0

    asyncio.run(run())


def in_child(context: aio.JMSContext) -> int:
    async def use() -> int:
        try:
            await context.commit()
        except IllegalStateError as error:
            return 0 if "forked child makes its own" in str(error) else 1
        return 2

    try:
        asyncio.set_event_loop(None)
        asyncio._set_running_loop(None)
        return asyncio.new_event_loop().run_until_complete(use())
    except BaseException:
        return 3
