"""Telemetry on an event loop: calls that wait in threads, and listeners that are coroutines."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, ParamSpec

import pytest
from opentelemetry import trace
from opentelemetry.trace import StatusCode

import jmslike
from jmslike import Message, Session, aio
from tests.unit.telemetry.recording import Recording, links, own_id, parent

PATIENCE = 10.0

P = ParamSpec("P")


@pytest.fixture(params=["in memory", "in a folder"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an engine: one answers at once, the other in a thread."""
    url = "native://telemetry-aio" if request.param == "in memory" else f"native://{tmp_path}/engine"
    yield url
    jmslike.forget(url)


def on_a_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run a test that is a coroutine."""

    @functools.wraps(test)
    def run(*arguments: P.args, **keywords: P.kwargs) -> None:
        asyncio.run(test(*arguments, **keywords))

    return run


@on_a_loop
async def test_sends_and_receives(recording: Recording, url: str) -> None:
    tracer = recording.tracer_provider.get_tracer("test")
    async with aio.connect(url, telemetry=recording.telemetry) as context:
        orders = context.create_queue("orders")
        with tracer.start_as_current_span("sale"):
            await context.create_producer().send(orders, "two lamps")
        consumer = await context.create_consumer(orders)
        with tracer.start_as_current_span("work"):
            assert await consumer.receive_body(str, PATIENCE) == "two lamps"
    sent, received = recording.span("send orders"), recording.span("receive orders")
    assert parent(sent) == own_id(recording.span("sale"))
    assert (parent(received), links(received)) == (own_id(recording.span("work")), [own_id(sent)])


@on_a_loop
async def test_a_commit_belongs_to_its_task(recording: Recording, url: str) -> None:
    tracer = recording.tracer_provider.get_tracer("test")
    factory = aio.ConnectionFactory(url, telemetry=recording.telemetry)
    async with await factory.create_connection() as connection:
        session = await connection.create_session(True)
        with tracer.start_as_current_span("sale"):
            await session.create_producer(session.create_queue("orders")).send(session.create_text_message("x"))
            await session.commit()
    sale = own_id(recording.span("sale"))
    assert [parent(recording.span(name)) for name in ("create orders", "commit orders")] == [sale, sale]


@pytest.mark.parametrize("fails", [False, True])
@on_a_loop
async def test_a_listener_that_is_a_coroutine(recording: Recording, url: str, fails: bool) -> None:
    inside: asyncio.Queue[int] = asyncio.Queue()

    async def work(message: Message) -> None:
        await asyncio.sleep(0)
        await inside.put(trace.get_current_span().get_span_context().span_id)
        if fails:
            raise LookupError("no such lamp")

    telemetry = recording.telemetry
    async with aio.connect(url, telemetry=telemetry, max_redeliveries=0, dead_letter="") as context:
        orders = context.create_queue("orders")
        other = await context.create_context(Session.AUTO_ACKNOWLEDGE)
        (await other.create_consumer(orders)).message_listener = work
        await context.create_producer().send(orders, "two lamps")
        current = await asyncio.wait_for(inside.get(), PATIENCE)
        await other.close()
    processed = recording.span("process orders")
    assert (own_id(processed), parent(processed)) == (current, own_id(recording.span("send orders")))
    assert (processed.status.status_code is StatusCode.ERROR) == fails
