"""A sender: the way to one queue or topic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

from native_engine.bounds import Scope
from native_engine.queue import Queue
from native_engine.records import Record
from native_engine.services import Store
from native_engine.topic import Topic
from native_engine.transaction import Transaction

__all__ = ["Completion", "Send", "Sender"]

Completion: TypeAlias = Callable[[Exception | None], None]
"""Called once for a send that has one, with its error or None."""


class Send(Protocol):
    """How a record is sent."""

    def __call__(self, record: Record, completion: Completion | None = None) -> None:
        """Send the record; `completion(None)` is called when it is in.

        Raises the full error when there was no room in time, the no-destination error when the destination was deleted,
        the closed error when the engine is closed, the sender-closed error when this sender is; the completion
        is not called then.
        """


class Sender(Scope):
    """Sends to one queue or topic. Any number of threads may use it. Made by `Engine.sender`.

    `send` is an attribute that holds the function for this destination, so that no test is made for each record. It is
    the one place to decorate: with bounds it waits for room, with a store for the disk, and after `close` it refuses.
    """

    __slots__ = ("_errors", "send", "targets")

    send: Send
    targets: Callable[[Record], Sequence[Queue]]
    """Returns the queues that a record goes to."""

    def __init__(self, destination: Queue | Topic) -> None:
        super().__init__()
        self._errors = destination.services.errors
        if isinstance(destination, Queue):
            self.targets = lambda record: (destination,)
            self.send = _to_queue(destination)
        else:
            self.targets = destination.targets
            self.send = _to_topic(destination)
        store = destination.services.store
        if not destination.services.limits.is_unlimited:
            self.send = _in_bounds(self, destination)
        elif store is not None:
            self.send = _to_store(self, store)

    def close(self) -> None:
        """Send no more. Sends that wait for room raise the sender-closed error."""
        self.send = self._refuse
        super().close()

    def _refuse(self, record: Record, completion: Completion | None = None) -> None:
        raise self._errors.sender_closed("message not sent: the sender is closed")


def _to_queue(queue: Queue) -> Send:
    appenders = queue.appenders

    def send(record: Record, completion: Completion | None = None) -> None:
        if record.constraints is None:
            appenders[record.priority](record)
            if queue.attention:
                queue.attend()
        else:
            queue.send_constrained(record)
        if completion is not None:
            completion(None)

    return send


def _to_topic(topic: Topic) -> Send:
    def send(record: Record, completion: Completion | None = None) -> None:
        if record.constraints is None:
            everybody, selective = topic.audience or topic.assemble()
            priority = record.priority
            for appenders, queue in everybody:
                appenders[priority](record)
                if queue.attention:
                    queue.attend()
            for subscription in selective:
                if subscription.wants(record):
                    queue = subscription.queue
                    queue.appenders[priority](record)
                    if queue.attention:
                        queue.attend()
        else:
            for queue in topic.targets(record):
                queue.send_constrained(record)
        if completion is not None:
            completion(None)

    return send


def _to_store(sender: Sender, store: Store) -> Send:
    targets = sender.targets

    def send(record: Record, completion: Completion | None = None) -> None:
        store.send(record, targets(record), completion)

    return send


def _in_bounds(sender: Sender, destination: Queue | Topic) -> Send:
    services = destination.services
    queue = destination if isinstance(destination, Queue) else None

    def send(record: Record, completion: Completion | None = None) -> None:
        if queue is None or sender.closed or services.store is not None or not queue.send_if_room(record):
            Transaction(services, [(sender, record)], [], sender).send()
        if completion is not None:
            completion(None)

    return send
