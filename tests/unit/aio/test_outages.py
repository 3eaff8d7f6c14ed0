"""Closing while the link is away: what waits for the link is woken."""

from __future__ import annotations

import asyncio

import pytest

from jmslike import IllegalStateError, aio
from jmslike.aio.calls import Calls
from jmslike.aio.home import Home
from jmslike.settings import make_settings
from tests.unit.aio.steps import PATIENCE, eventually, waits
from tests.unit.core.fake import QUEUE
from tests.unit.failover.world import World


@pytest.mark.parametrize("what", ["session", "connection"])
def test_close_wakes_a_send_that_waits_for_the_link(what: str) -> None:
    world = World("one://", "two://")

    async def run() -> None:
        connection = aio.Connection(world.make(), make_settings({}), Calls(Home()))
        session = await connection.create_session()
        producer = session.create_producer(QUEUE)
        for host in world.hosts:
            host.go_down()
        await eventually(lambda: connection.link_state == "interrupted")
        sending = await waits(producer.send(session.create_text_message("a")))
        async with asyncio.timeout(PATIENCE):
            await (session if what == "session" else connection).close()
        with pytest.raises(IllegalStateError):
            await sending
        await connection.close()

    asyncio.run(run())
    world.close()
