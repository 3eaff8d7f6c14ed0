"""A web service that puts orders into a queue, and works on them on the same event loop: FastAPI and jmslike.aio.

Serve it with: JMS_URL=stomp://localhost:61613 uvicorn fastapi_orders:app

Run as a program it calls itself, without a network: python fastapi_orders.py native://
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

import jmslike
from jmslike import JMSError, Message, aio

ORDERS = jmslike.Queue("fastapi.orders")


class Order(BaseModel):
    """What a customer orders."""

    number: int
    text: str


class Shop:
    """The queue, and what has become of the orders."""

    def __init__(self, context: aio.JMSContext) -> None:
        self._context = context
        self._packed: dict[int, str] = {}

    async def take(self, order: Order) -> None:
        """Put the order into the queue: when this returns, it is the provider's responsibility."""
        await self._context.create_producer().send(ORDERS, order.model_dump_json())

    async def pack(self, message: Message) -> None:
        """Work on an order. If this raises, the order comes again; when it returns, the order is done."""
        order = Order.model_validate_json(message.get_body(str) or "")
        await asyncio.sleep(0.01)  # the work, while requests are answered
        self._packed[order.number] = order.text

    def packed(self, number: int) -> str | None:
        """Return the text of an order that is packed."""
        return self._packed.get(number)


def make_app(url: str) -> FastAPI:
    """Make the service, which is connected from its start to its end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with aio.connect(url) as context, context.create_context(context.AUTO_ACKNOWLEDGE) as listening:
            app.state.shop = shop = Shop(context)
            consumer = await listening.create_consumer(ORDERS)
            consumer.message_listener = shop.pack
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/orders", status_code=202)
    async def order(order: Order) -> dict[str, int]:
        """Accept an order."""
        await app.state.shop.take(order)
        return {"number": order.number}

    @app.get("/orders/{number}")
    async def look(number: int) -> dict[str, str]:
        """Tell whether an order is packed."""
        text: str | None = app.state.shop.packed(number)
        if text is None:
            raise HTTPException(404, "not packed yet")
        return {"packed": text}

    return app


app = make_app(os.environ.get("JMS_URL", "native://"))


async def main(url: str) -> None:
    """Order some things, as a customer's browser would, and ask until they are packed."""
    service = make_app(url)
    browser = httpx.AsyncClient(transport=httpx.ASGITransport(service), base_url="http://shop")
    async with service.router.lifespan_context(service), browser:
        for number, text in enumerate(["two lamps", "a bulb"]):
            accepted = await browser.post("/orders", json={"number": number, "text": text})
            accepted.raise_for_status()
            while (answer := await browser.get(f"/orders/{number}")).status_code == 404:
                await asyncio.sleep(0.01)
            print(f"shop: order {number}: {answer.json()['packed']}")
    print("shop: closed")


if __name__ == "__main__":
    try:
        asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "native://"))
    except JMSError as error:
        sys.exit(f"the shop failed: {error}")
