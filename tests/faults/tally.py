"""What became of numbered messages while something failed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jmslike import Message

LONGEST_SILENCE: Final = 60.0
"""Seconds without anything new after which what is missing counts as lost."""
_NUMBER: Final = "number"


def put_number(message: Message, number: int) -> None:
    """Let the message carry its number."""
    message.set_int_property(_NUMBER, number)


def number_of(message: Message) -> int:
    """Return the number of a message."""
    return message.get_int_property(_NUMBER)


@dataclass
class Costs:
    """What the faults cost. A message that was sent again is another message with the same number."""

    lost: int = 0
    sent_again: int = 0
    duplicates: int = 0
    delivered_again: int = 0
    marked: int = 0

    @property
    def unmarked(self) -> int:
        """Messages that were delivered again as if for the first time."""
        return self.delivered_again - self.marked

    def __str__(self) -> str:
        return (
            f"{self.lost} lost; {self.duplicates} duplicates: {self.delivered_again} delivered again, {self.marked} of "
            f"them marked as redelivered, the others of {self.sent_again} sent again"
        )


class Tally:
    """Counts the numbers from 0 to `wanted`, until it is closed. Any thread may call it."""

    def __init__(self, wanted: int) -> None:
        self.costs = Costs()
        self.wanted = wanted
        self.over = threading.Event()
        """Set when all who work are to end."""
        self._came: set[int] = set()
        self._ids: set[str | None] = set()
        self._done: set[int] = set()
        self._progress = threading.Condition()

    def sent_again(self) -> None:
        """Note that a message is sent again, because it is not known whether it was sent."""
        with self._progress:
            self.costs.sent_again += 1

    def came(self, message: Message) -> int:
        """Note that the message was handed over; return its number."""
        number = number_of(message)
        with self._progress:
            self.costs.duplicates += number in self._came
            if message.message_id in self._ids:
                self.costs.delivered_again += 1
                self.costs.marked += message.redelivered
            self._came.add(number)
            self._ids.add(message.message_id)
        return number

    def done(self, numbers: Iterable[int]) -> None:
        """Note that these were acknowledged, or that their commit did not fail for certain."""
        with self._progress:
            before = len(self._done)
            self._done.update(numbers)
            if len(self._done) > before:
                self._progress.notify_all()

    def wait_for(self, count: int) -> bool:
        """Wait until that many different numbers are done; stop waiting when nothing new comes for long."""
        with self._progress:
            while len(self._done) < count:
                if not self._progress.wait(LONGEST_SILENCE):
                    return False
            return True

    def wait_for_more(self, count: int) -> bool:
        """Wait until so many more are done."""
        return self.wait_for(min(len(self._done) + count, self.wanted))

    def close(self) -> None:
        """Let all who work end, and count what is missing."""
        self.over.set()
        self.costs.lost = self.wanted - len(self._done)
