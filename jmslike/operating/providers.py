"""The connections of an operation."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from typing import Final, Self

from jmslike.capabilities import Feature
from jmslike.constants import DeliveryMode, SessionMode
from jmslike.context import JMSContext
from jmslike.destinations import Destination, Queue
from jmslike.errors import InvalidDestinationError, JMSError
from jmslike.factory import ConnectionFactory
from jmslike.message import Message
from jmslike.operating.extent import BATCH
from jmslike.registry import resolve
from jmslike.url import all_options, without_options

_OWN: Final = ("client_id", "max_redeliveries", "window")
"""Options of a program's URL that an operation has no use for: a client id is in use, and a limit of redeliveries would
have it move messages to a dead-letter queue."""


def connect(url: str, most: int | None = None) -> JMSContext:
    """Connect, with a transaction. No more than `most` messages are taken from other consumers at once."""
    window = BATCH if most is None else max(1, min(most, BATCH))
    factory = ConnectionFactory(without_options(url, _OWN), max_redeliveries=-1, window=window)
    return factory.create_context(session_mode=SessionMode.SESSION_TRANSACTED)


def connect_to_source(url: str, most: int | None = None) -> JMSContext:
    """As `connect`, to where messages wait. Raises JMSError for a place that the connection would make; ValueError for
    a negative `most`.
    """
    if most is not None and most < 0:
        raise ValueError(f"the most that is done is a number of messages, 0 or more, not {most}")
    refuse_missing(url)
    return connect(url, most)


def refuse_missing(url: str) -> None:
    """Raise JMSError for a place that a connection would make: a folder whose name is mistyped is no empty provider."""
    missing = resolve(url, {}).locate().missing
    if missing:
        raise JMSError(f"{missing}; nothing was done")


def refuse_circle(url: str, queue: Queue, to_url: str | None, destination: Destination) -> None:
    """Raise InvalidDestinationError if the messages would stay where they are."""
    if queue != destination:
        return
    if to_url is None or resolve(url, {}).locate().meets(resolve(to_url, {}).locate()):
        raise InvalidDestinationError(f"{queue} is both ends, so nothing was done; name another queue")


def are_one(url: str, to_url: str) -> bool:
    """Whether one connection is as good as two: to the same hosts or folders, with the same options."""
    one, other = without_options(url, _OWN), without_options(to_url, _OWN)
    places = (resolve(one, {}).locate().names, resolve(other, {}).locate().names)
    return places[0] == places[1] and all_options(one) == all_options(other)


class Ends:
    """The provider that messages leave, and the one that they go to: one connection, or two.

    `commit` sends and settles as one where both are one connection. Where they are two, what is sent is confirmed
    before anything is acknowledged, so a failure in between leaves messages at both ends.
    """

    def __init__(self, url: str, to_url: str | None = None, most: int | None = None) -> None:
        self.are_one: Final = to_url is None or are_one(url, to_url)
        with ExitStack() as opened:
            self.source: Final = opened.enter_context(connect_to_source(url, most))
            other = None if to_url is None or self.are_one else opened.enter_context(connect(to_url))
            self.target: Final = self.source if other is None else other
            self._opened: Final = opened.pop_all()
        can = self.target.capabilities.supports
        self._keeps_only_persistent: Final = (
            not self.are_one and can(Feature.PERSISTENCE) and not can(Feature.PROCESSES)
        )

    def forward(self, message: Message, destination: Destination, without: Collection[str] = ()) -> None:
        """Send a message on with the next commit. Raises as `Session.forward`."""
        if self._keeps_only_persistent:  # else it would end with this process
            message.delivery_mode = DeliveryMode.PERSISTENT
        self.target.forward(message, destination, without=without)

    def commit(self) -> None:
        """Commit. Raises as `Session.commit`, with a note where messages may be at both ends."""
        if not self.are_one:
            self.target.commit()
        try:
            self.source.commit()
        except JMSError as error:
            if not self.are_one:
                error.add_note("; the messages of the last transaction may be at both ends")
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._opened.close()
