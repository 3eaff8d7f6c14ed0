"""QueueRequestor and TopicRequestor on an event loop (section 4.1.7)."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from jmslike.aio.consumer import MessageConsumer
from jmslike.aio.managers import Closing
from jmslike.aio.session import Session
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.durations import Duration, waiting_time
from jmslike.errors import ConnectionLostError, IllegalStateError, InvalidDestinationError
from jmslike.message import Message
from jmslike.requestor import Unanswered, check_requests


class _Requestor(Closing):
    _kind: ClassVar[type[Destination]]

    def __init__(self, session: Session, destination: Destination) -> None:
        check_requests(session, destination, self._kind)
        self._session = session
        self._producer = session.create_producer(destination)
        self._unanswered = Unanswered()
        self._reply_to: TemporaryQueue | TemporaryTopic | None = None
        self._consumer: MessageConsumer | None = None

    async def request(self, message: Message, timeout: Duration | None = None) -> Message | None:
        """As the method of the synchronous class; one at a time. A request that is cancelled counts as given up."""
        limit = waiting_time(timeout)
        loop = asyncio.get_running_loop()
        deadline = None if limit is None else loop.time() + limit
        consumer = await self._replies()
        while await consumer.receive_no_wait() is not None:
            pass  # late replies to earlier requests
        message.reply_to = self._reply_to
        try:
            await self._producer.send(message)
            while True:
                reply = await consumer.receive(None if deadline is None else max(0.0, deadline - loop.time()))
                if reply is None:
                    self._unanswered.add(message)
                    return None
                if self._unanswered.is_reply(reply, message):
                    return reply
        except asyncio.CancelledError:
            self._unanswered.add(message)
            raise

    async def _replies(self) -> MessageConsumer:
        if self._reply_to is None:
            session = self._session
            make = session.create_temporary_queue if self._kind is Queue else session.create_temporary_topic
            self._reply_to = await make()
        if self._consumer is None:
            self._consumer = await self._session.create_consumer(self._reply_to)
        return self._consumer

    async def close(self) -> None:
        """Delete the temporary destination, and close the session of the constructor. A second call does nothing."""
        try:
            await self._producer.close()
            if self._consumer is not None:
                await self._consumer.close()
            if self._reply_to is not None:
                reply_to, self._reply_to = self._reply_to, None
                await reply_to.delete()
        except (IllegalStateError, InvalidDestinationError, ConnectionLostError):
            pass  # the connection is closed or lost already, and the destination with it
        finally:
            await self._session.close()


class QueueRequestor(_Requestor):
    """As `jmslike.QueueRequestor`; its temporary queue is made by the first request."""

    _kind = Queue


class TopicRequestor(_Requestor):
    """As `jmslike.TopicRequestor`; its temporary topic is made by the first request."""

    _kind = Topic
