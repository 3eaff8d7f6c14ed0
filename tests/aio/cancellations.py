"""Calls of `jmslike.aio` that are cancelled at random points, and what became of their messages.

    python -m tests.aio.cancellations --count 1000 native://

Two tasks send numbered messages, and one task for each session mode receives them. Half of all calls are cancelled.
Each message whose send returned must be processed once, and one whose send was cancelled at most once. What a
transaction sends must be there exactly if it was committed. One task makes consumers, sessions and temporary queues:
nothing may stay of those whose making was cancelled.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from uuid import uuid4

import jmslike
from jmslike import Message, Session, TransactionRolledBackError, aio
from tests.brokers import broker
from tests.faults.targets import KINDS, url_of

T = TypeVar("T")

_PATIENCE = 0.02
"""Seconds that a receive waits while messages are being sent."""
_SILENCE = 1.0
"""Seconds after which nothing more is believed to come."""
_MOST_STEPS = 25
_LONGEST = 0.004
"""When a call is cancelled: after so many turns of the event loop, or so many seconds, at most."""


@dataclass
class Tally:
    """What was cancelled, and what became of the messages."""

    count: int
    random: Random
    cancelled: Counter[str] = field(default_factory=Counter)
    sent: set[int] = field(default_factory=set)
    maybe: set[int] = field(default_factory=set)
    processed: Counter[int] = field(default_factory=Counter)
    committed: Counter[int] = field(default_factory=Counter)
    copies: Counter[int] = field(default_factory=Counter)
    senders: int = 0
    left: int = 0

    @property
    def lost(self) -> set[int]:
        """Messages that were sent and not processed, and copies that are missing."""
        return (self.sent - set(self.processed)) | set(self.committed - self.copies)

    @property
    def doubled(self) -> set[int]:
        """Messages that were processed twice, and copies of what was rolled back."""
        return {number for number, times in self.processed.items() if times > 1} | set(self.copies - self.committed)

    @property
    def is_over(self) -> bool:
        """Whether enough calls were cancelled."""
        return sum(self.cancelled.values()) >= self.count

    async def may_be_cancelled(self, name: str, call: Coroutine[Any, Any, T]) -> tuple[bool, T | None]:
        """Make the call, and cancel it at a random point or not at all. Return whether it ended, and its result."""
        task = asyncio.create_task(call)
        if not self.is_over and self.random.random() < 0.5:
            if self.random.random() < 0.5:
                await asyncio.sleep(self.random.random() * _LONGEST)
            else:
                for _ in range(self.random.randrange(_MOST_STEPS)):
                    await asyncio.sleep(0)
            task.cancel()
        try:
            return True, await task
        except asyncio.CancelledError:
            self.cancelled[name] += 1
            return False, None

    def __str__(self) -> str:
        calls = ", ".join(f"{count} of {name}" for name, count in sorted(self.cancelled.items()))
        return (
            f"{sum(self.cancelled.values())} cancelled ({calls}); {len(self.sent)} sent, {len(self.maybe)} perhaps, "
            f"{sum(self.processed.values())} processed, {sum(self.committed.values())} of them in transactions; "
            f"lost {len(self.lost)}, doubled {len(self.doubled)}, left open {self.left}"
        )


async def send(tally: Tally, connection: aio.Connection, queue: jmslike.Queue, numbers: range) -> None:
    """Send numbered messages until enough calls were cancelled."""
    session = await connection.create_session()
    producer = session.create_producer(queue)
    for number in numbers:
        if tally.is_over:
            break
        message = session.create_text_message(str(number))
        ended, _ = await tally.may_be_cancelled("send", producer.send(message))
        (tally.sent if ended else tally.maybe).add(number)
    await session.close()
    tally.senders -= 1


async def receive(tally: Tally, consumer: aio.MessageConsumer) -> Message | None:
    """Receive a message, or None if there is none or the receive was cancelled."""
    _, message = await tally.may_be_cancelled("receive", consumer.receive(_PATIENCE))
    return message


def number_of(message: Message) -> int:
    """Return the number that a message has."""
    return int(message.get_body(str) or "")


async def process(tally: Tally, connection: aio.Connection, queue: jmslike.Queue, mode: int) -> None:
    """Receive in a session of that mode, and acknowledge where the application has to."""
    session = await connection.create_session(mode)
    consumer = await session.create_consumer(queue)
    while tally.senders:
        message = await receive(tally, consumer)
        if message is None:
            continue
        if mode in (Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE):
            try:
                ended, _ = await tally.may_be_cancelled("acknowledge", message.acknowledge())
                if not ended:
                    await message.acknowledge()  # it may not have begun
            except TransactionRolledBackError:  # by `jvm:`; the message comes again
                continue
        tally.processed[number_of(message)] += 1
    await session.close()


async def transact(tally: Tally, connection: aio.Connection, queue: jmslike.Queue, copies: jmslike.Queue) -> None:
    """Receive and copy in transactions; some are rolled back."""
    session = await connection.create_session(Session.SESSION_TRANSACTED)
    consumer, producer = await session.create_consumer(queue), session.create_producer(copies)
    while tally.senders:
        numbers = []
        for _ in range(3):
            message = await receive(tally, consumer)
            if message is not None:
                numbers.append(number_of(message))
                await producer.send(session.create_text_message(str(numbers[-1])))
        if tally.random.random() < 0.2:
            ended, _ = await tally.may_be_cancelled("rollback", session.rollback())
            if not ended:
                await session.rollback()
            continue
        try:
            ended, _ = await tally.may_be_cancelled("commit", session.commit())
            if not ended:
                await session.commit()  # raises what the first has raised; commits if that had not begun
        except TransactionRolledBackError:
            continue
        tally.processed.update(numbers)
        tally.committed.update(numbers)
    await session.close()


async def make(tally: Tally, connection: aio.Connection) -> None:
    """Make what has to be closed, and count what stays open though its making was cancelled."""
    session = await connection.create_session()
    unused = jmslike.Queue(f"unused-{uuid4().hex}")
    while tally.senders:
        _, consumer = await tally.may_be_cancelled("create_consumer", session.create_consumer(unused))
        if consumer is not None:
            await consumer.close()
        _, temporary = await tally.may_be_cancelled("create_temporary_queue", session.create_temporary_queue())
        if temporary is not None:
            await temporary.delete()
        _, other = await tally.may_be_cancelled("create_session", connection.create_session())
        if other is not None:
            await other.close()
    await session.recover()  # waits for what goes on
    tally.left += len(session._statistics().consumers)
    await session.close()


async def drain(connection: aio.Connection, queue: jmslike.Queue) -> list[int]:
    """Receive what is left."""
    session = await connection.create_session()
    consumer = await session.create_consumer(queue)
    numbers = []
    while (message := await consumer.receive(_SILENCE)) is not None:
        numbers.append(number_of(message))
    await session.close()
    return numbers


async def run(url: str, count: int, seed: int) -> Tally:
    """Cancel so many calls, and return what became of the messages."""
    tally = Tally(count, Random(seed))
    mark = uuid4().hex
    queue, copies = jmslike.Queue(f"cancelled-{mark}"), jmslike.Queue(f"copies-{mark}")
    factory = aio.ConnectionFactory(url, max_redeliveries=-1)
    async with await factory.create_connection() as connection:
        await connection.start()
        tally.senders = 2
        async with asyncio.TaskGroup() as tasks:
            for first in range(tally.senders):
                tasks.create_task(send(tally, connection, queue, range(first, sys.maxsize, 2)))
            for mode in (Session.AUTO_ACKNOWLEDGE, Session.CLIENT_ACKNOWLEDGE, Session.INDIVIDUAL_ACKNOWLEDGE):
                tasks.create_task(process(tally, connection, queue, mode))
            tasks.create_task(transact(tally, connection, queue, copies))
            tasks.create_task(make(tally, connection))
        await connection.start()  # waits for what goes on
        now = connection.statistics()
        tally.left += len(now.sessions) + len(now.temporary_destinations)
        tally.processed.update(await drain(connection, queue))
        tally.copies.update(await drain(connection, copies))
    return tally


def main() -> None:
    """Print what became of the messages; end with 1 if any was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", help=f"a URL, or a broker to start: {', '.join(KINDS)}")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with ExitStack() as brokers:
        url = arguments.target
        if url in KINDS:
            name, protocol = KINDS[url]
            url = url_of(brokers.enter_context(broker(name)), protocol)
        tally = asyncio.run(run(url, arguments.count, arguments.seed))
    print(tally)
    sys.exit(bool(tally.lost or tally.doubled or tally.left))


if __name__ == "__main__":
    main()
