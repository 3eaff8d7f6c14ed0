"""Returning dead letters to where they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Final

from jmslike.constants import ATTEMPTS, ORIGINAL_DESTINATION, REASON
from jmslike.destinations import Destination, Queue, destination_of
from jmslike.errors import InvalidDestinationError
from jmslike.message import Message
from jmslike.operating.browsing import browse
from jmslike.operating.counting import queue_of
from jmslike.operating.providers import Ends, refuse_circle
from jmslike.operating.removal import Removal, Tally

_OF_A_DEAD_LETTER: Final = (ORIGINAL_DESTINATION, REASON, ATTEMPTS, "dlqDeliveryFailureCause", "originalExpiration")
"""The properties that a message gets as a dead letter: ours, and those of ActiveMQ Classic."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The dead letters that went back, and those that did not."""

    to: Mapping[Destination, int]
    """How many went to each destination."""
    left: Sequence[tuple[str, str]]
    """The id of each that is still a dead letter, and why."""

    @property
    def count(self) -> int:
        """How many went back."""
        return sum(self.to.values())


def retry(
    url: str,
    queue: Queue | str,
    destination: Destination | str | None = None,
    *,
    selector: str | None = None,
    most: int | None = None,
    dry_run: bool = False,
    interruption: Event | None = None,
) -> Returned:
    """Return the dead letters of a queue to where they came from, or all of them to `destination`.

    Each is a message as before, without the properties of a dead letter, and its attempts count from the beginning. Its
    expiration is not known any more. One that cannot be returned stays, behind the others. Raises JMSError.
    """
    source = queue_of(queue)
    target = None if destination is None else destination_of(destination)
    if target is not None:
        refuse_circle(url, source, None, target)
    with Ends(url, most=most) as ends:
        letters = _DeadLetters(ends, source, target)
        if dry_run:
            letters.look(selector, most)
        else:
            tally = Tally("returned")
            Removal(ends, source, selector, letters.send_back, tally, most=most, interruption=interruption).run()
        return Returned(dict(letters.to), letters.left)


class _DeadLetters:
    """The dead letters of a queue on their way back."""

    def __init__(self, ends: Ends, queue: Queue, target: Destination | None) -> None:
        self.to: Counter[Destination] = Counter()
        self.left: list[tuple[str, str]] = []
        self._ends = ends
        self._queue = queue
        self._target = target

    def send_back(self, message: Message) -> bool:
        """Send the message where it came from. False if that is not possible."""
        try:
            target = self._target or self._origin(message)
            self._ends.forward(message, target, _OF_A_DEAD_LETTER)
        except InvalidDestinationError as error:
            self.left.append((message.message_id or "without an id", str(error)))
            return False
        self.to[target] += 1
        return True

    def look(self, selector: str | None, most: int | None) -> None:
        """Find out where the messages would go. Raises UnsupportedFeatureError if they cannot be browsed."""
        with browse(self._ends.source, self._queue, selector) as browser:
            for message in browser:
                if self.to.total() == most:
                    return
                try:
                    self.to[self._target or self._origin(message)] += 1
                except InvalidDestinationError as error:
                    self.left.append((message.message_id or "without an id", str(error)))

    def _origin(self, message: Message) -> Destination:
        """Return where the message came from. Raises InvalidDestinationError if it cannot go back there by itself."""
        came_from = message.get_string_property(ORIGINAL_DESTINATION)
        if not came_from:
            raise InvalidDestinationError("it does not say where it came from")
        if came_from.startswith("temporary-"):
            raise InvalidDestinationError(f"it came from {came_from}, which is there for one connection only")
        origin = destination_of(came_from)
        if origin == self._queue:
            raise InvalidDestinationError(f"it came from {origin} itself")
        if not origin.is_queue:
            raise InvalidDestinationError(
                f"it came from a subscription of {origin}, which would give it to all others, too"
            )
        return origin
