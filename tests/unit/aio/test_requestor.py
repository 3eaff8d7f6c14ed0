"""Requests and replies."""

from __future__ import annotations

import asyncio

import pytest

from jmslike import IllegalStateError, InvalidDestinationError, Message, Session, aio
from tests.unit.aio.steps import PATIENCE, SILENCE, text_of


def test_a_request_returns_its_reply_and_no_late_one(url: str) -> None:
    async def run() -> None:
        async with aio.connect(url) as context:
            connection = await aio.ConnectionFactory(url).create_connection()
            await connection.start()
            session = await connection.create_session()
            queue, held = context.create_queue("q"), list[Message]()

            async def answer(request: Message) -> None:
                if text_of(request) == "late":
                    held.append(request)
                    return
                for each in (*held, request):
                    assert each.reply_to is not None
                    reply = context.create_text_message(f"answer to {text_of(each)}")
                    reply.correlation_id = each.message_id
                    await context.create_producer().send(each.reply_to, reply)

            (await context.create_consumer(queue)).message_listener = answer
            async with aio.QueueRequestor(session, queue) as requestor:
                assert await requestor.request(session.create_text_message("late"), SILENCE) is None
                reply = await requestor.request(session.create_text_message("now"), PATIENCE)
                assert text_of(reply) == "answer to now"
            with pytest.raises(IllegalStateError):
                await session.recover()
            await requestor.close()
            await connection.close()

    asyncio.run(run())


def test_what_cannot_make_requests_is_refused(url: str) -> None:
    async def run() -> None:
        async with await aio.ConnectionFactory(url).create_connection() as connection:
            session = await connection.create_session(Session.CLIENT_ACKNOWLEDGE)
            with pytest.raises(IllegalStateError, match="acknowledges by itself"):
                aio.QueueRequestor(session, session.create_queue("q"))
            with pytest.raises(InvalidDestinationError, match="requests go to a topic"):
                aio.TopicRequestor(await connection.create_session(), session.create_queue("q"))

    asyncio.run(run())
