"""Copying what waits in a queue."""

from __future__ import annotations

from threading import Event

from jmslike.capabilities import Feature
from jmslike.destinations import Destination, Queue, destination_of
from jmslike.operating.browsing import browse
from jmslike.operating.counting import at_most, queue_of
from jmslike.operating.extent import BATCH, extent_of
from jmslike.operating.providers import Ends, connect_to_source, refuse_circle
from jmslike.operating.removal import Tally


def copy(
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
    """Copy what waits in a queue to another queue or to a topic, also of another provider; return the number.

    The copies have the ids of their originals. Raises JMSError; UnsupportedFeatureError if the queue cannot be browsed.
    """
    source, target = queue_of(queue), destination_of(destination)
    refuse_circle(url, source, to_url, target)
    if dry_run:
        with connect_to_source(url, most) as context:
            context.capabilities.require(Feature.BROWSE)
            return at_most(context, source, selector, most)
    with Ends(url, to_url, most) as ends:
        ends.source.capabilities.require(Feature.BROWSE)
        extent, tally, pending = extent_of(ends.source, source), Tally("copied"), 0
        if extent.is_over:
            return 0
        with tally.told(), browse(ends.source, source, selector) as browser:
            for message in browser:
                if extent.is_over or tally.done + pending == most:
                    break
                if interruption is not None and interruption.is_set():
                    raise KeyboardInterrupt
                extent.look_at(message)
                ends.forward(message, target)
                pending += 1
                if pending == BATCH:
                    ends.commit()
                    extent.end_batch()
                    tally.done, pending = tally.done + pending, 0
            ends.commit()
            tally.done += pending
        return tally.done
