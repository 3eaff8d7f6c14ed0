"""Moving messages to another queue or topic, and removing them."""

from __future__ import annotations

from threading import Event

from jmslike.destinations import Destination, Queue, destination_of
from jmslike.message import Message
from jmslike.operating.counting import at_most, queue_of
from jmslike.operating.providers import Ends, connect_to_source, refuse_circle
from jmslike.operating.removal import Removal, Tally


def move(
    url: str,
    queue: Queue | str,
    destination: Destination | str,
    *,
    to_url: str | None = None,
    selector: str | None = None,
    most: int | None = None,
    dry_run: bool = False,
    interruption: Event | None = None,
) -> int:
    """Move what waits in a queue to another queue or to a topic, also of another provider; return the number.

    Between two providers a message that is moved when the operation ends early may be at both ends. `dry_run` only
    counts. Raises JMSError; what was not moved is where it was.
    """
    source, target = queue_of(queue), destination_of(destination)
    refuse_circle(url, source, to_url, target)
    if dry_run:
        return _depth(url, source, selector, most)
    with Ends(url, to_url, most) as ends:

        def send_on(message: Message) -> bool:
            ends.forward(message, target)
            return True

        tally = Tally("moved")
        Removal(ends, source, selector, send_on, tally, most=most, interruption=interruption).run()
        return tally.done


def purge(
    url: str,
    queue: Queue | str,
    *,
    selector: str | None = None,
    dry_run: bool = False,
    interruption: Event | None = None,
) -> int:
    """Remove what waits in a queue; return the number. `dry_run` only counts. Raises JMSError."""
    source = queue_of(queue)
    if dry_run:
        return _depth(url, source, selector)
    with Ends(url) as ends:
        tally = Tally("removed")
        Removal(ends, source, selector, lambda _: True, tally, interruption=interruption).run()
        return tally.done


def _depth(url: str, queue: Queue, selector: str | None, most: int | None = None) -> int:
    """Return how many messages would leave the queue, without a connection to where they would go."""
    with connect_to_source(url, most) as context:
        return at_most(context, queue, selector, most)
