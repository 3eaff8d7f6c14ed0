"""What the tests of the engine send."""

from __future__ import annotations

from typing import Any

from native_engine import Engine, QueueAddress, Receiver, Statistics

QUEUE = "q"


class Limits:
    """The constraints of a record; times in milliseconds of the engine's clock, 0 for none."""

    def __init__(self, expiration: int = 0, due: int = 0, group: str | None = None, closes_group: bool = False) -> None:
        self.expiration = expiration
        self.due = due
        self.group = group
        self.closes_group = closes_group


class Record:
    """A record with a body, and a colour for selectors to look at. A durable engine keeps it if it is `persistent`."""

    def __init__(
        self,
        body: Any,
        priority: int = 4,
        *,
        colour: str = "",
        origin: str | None = None,
        expiration: int = 0,
        due: int = 0,
        group: str | None = None,
        closes_group: bool = False,
        persistent: bool = True,
    ) -> None:
        self.body = body
        self.persistent = persistent
        self.priority = priority
        self.colour = colour
        self.origin = origin
        limited = expiration or due or group
        self.constraints = Limits(expiration, due, group, closes_group) if limited else None

    @property
    def group(self) -> str | None:
        return self.constraints.group if self.constraints else None

    def __repr__(self) -> str:
        return f"Record({self.body!r})"


def taken(receiver: Receiver, timeout: float | None = 0, settle: bool = False) -> tuple[Any, Any, int]:
    """Take a record that has to be there."""
    delivery = receiver.take(timeout, settle)
    assert delivery is not None, "nothing came"
    return delivery


def drain(receiver: Receiver) -> list[Any]:
    """Take and accept all there is; return the bodies."""
    bodies = []
    while (delivery := receiver.take(0, True)) is not None:
        if delivery[1] is not None:
            receiver.settle([delivery[1]], None)
        bodies.append(delivery[0].body)
    return bodies


def send(engine: Engine, *records: Record | str, queue: str = QUEUE) -> None:
    """Send records, or plain ones with these bodies."""
    sender = engine.sender("queue", queue)
    for record in records:
        sender.send(Record(record) if isinstance(record, str) else record)


def counts(engine: Engine, queue: str = QUEUE) -> Statistics:
    return engine.statistics()[QueueAddress("queue", queue)]
