"""The limit of redeliveries, the delay before each, and the dead-letter queue (section 8.7)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from traceback import format_exception_only
from typing import Final, Self

from jmslike.constants import ATTEMPTS, ORIGINAL_DESTINATION, REASON
from jmslike.destinations import Destination, Queue
from jmslike.envelope import Envelope, Terms, copy_of
from jmslike.settings import Settings
from jmslike.values.spelled import marked_like

_LONGEST_DELAY: Final = 1e9
"""Seconds: more than thirty years, and less than a clock can count."""
_AT_ONCE: Final = 20
"""Redeliveries without a pause where no delay is set."""
_SHORTEST_PAUSE: Final = 0.001
LONGEST_PAUSE: Final = 30.0
"""Seconds."""
_LONGEST_REASON: Final = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class RedeliveryPolicy:
    """The same on every transport. `max_redeliveries` counts the attempts after the first, -1: no limit; `delay` in
    seconds is multiplied by `backoff` with each further attempt; `dead_letter` names a queue, where `{name}` is the
    destination's, and empty drops the message."""

    max_redeliveries: int
    delay: float
    backoff: float
    dead_letter: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the policy that the general options describe."""
        return cls(
            settings.max_redeliveries, settings.redelivery_delay, settings.redelivery_backoff, settings.dead_letter
        )

    def exhausted(self, attempts: int, destination: Destination) -> bool:
        """Whether a message with that many attempts may not be handed over again."""
        return attempts > self.max_redeliveries >= 0 and not self.is_dead_letter_queue(destination)

    def delay_before(self, attempts: int) -> float:
        """Return the seconds to wait before the hand-over that follows `attempts` others.

        Without a delay, a message that goes on failing comes at once 20 times, and then after a pause that doubles:
        else a consumer without a limit would do nothing else.
        """
        if not self.delay:
            return growing_pause(attempts - _AT_ONCE, _SHORTEST_PAUSE)
        try:
            return min(self.delay * self.backoff ** (attempts - 1), _LONGEST_DELAY)
        except OverflowError:
            return _LONGEST_DELAY

    def dead_letters_of(self, destination: Destination) -> Queue | None:
        """Return the queue that a consumer of `destination` may have to move dead letters to, if any."""
        if self.max_redeliveries < 0 or self.is_dead_letter_queue(destination):
            return None
        return self.dead_letter_queue(destination)

    def dead_letter_queue(self, destination: Destination) -> Queue | None:
        """Return the queue for dead letters of `destination`; None: they are dropped."""
        return Queue(self.dead_letter.replace("{name}", destination.name)) if self.dead_letter else None

    def is_dead_letter_queue(self, destination: Destination) -> bool:
        """Whether `destination` is such a queue itself: its messages are never dead-lettered again."""
        if not self.dead_letter or not destination.is_queue:
            return False
        prefix, placeholder, suffix = self.dead_letter.partition("{name}")
        if not placeholder:
            return destination.name == prefix
        return (
            bool(prefix or suffix)
            and destination.name.startswith(prefix)
            and destination.name.endswith(suffix)
            and len(destination.name) > len(prefix) + len(suffix)
        )


def growing_pause(times: int, first: float) -> float:
    """Return the seconds to wait after so many failures: `first`, then twice as long each time, at most 30."""
    if times <= 0:
        return 0.0
    return min(first * 2.0 ** min(times - 1, 64), LONGEST_PAUSE)


def reason_of(error: BaseException) -> str:
    """Return what an exception says, in one line that every broker takes as a property."""
    text = " ".join("".join(format_exception_only(error)).split())
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= _LONGEST_REASON else f"{text[: _LONGEST_REASON - 3]}..."


def reason_being_handled() -> str:
    """Return what the exception says that the caller handles, as in an `except` block; empty if there is none."""
    error = sys.exception()
    return "" if error is None else reason_of(error)


def dead_letter_of(envelope: Envelope, queue: Queue, attempts: int, reason: str) -> Envelope:
    """Return the copy for the dead-letter queue: with the original id, and without expiry, delay or group."""
    copy, origin = copy_of(envelope, Envelope), envelope.destination
    copy.terms = Terms(queue, envelope.delivery_mode, envelope.origin, "")
    copy.constraints = None
    properties = {
        **envelope.properties,
        ORIGINAL_DESTINATION: f"temporary-{origin}" if origin.is_temporary else str(origin),
        REASON: reason,
        ATTEMPTS: attempts,
    }
    copy.properties = marked_like(envelope.properties, properties)
    return copy
