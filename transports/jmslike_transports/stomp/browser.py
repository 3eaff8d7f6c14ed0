"""Looking at a queue, where the broker pushes what is there and then says that this was all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jmslike.errors import JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.stomp.frames import ack_frame

if TYPE_CHECKING:
    from jmslike_transports.stomp.transport import StompTransport

_LONGEST_PAUSE = 30.0
"""Seconds without a message and without the end, after which a browser gives up."""


def browse(transport: StompTransport, queue: Destination, selector: Selector | None) -> Iterator[Envelope]:
    """Give the messages that the broker shows. An acknowledgement only asks for more: nothing is taken."""
    wire, dialect, subscription = transport.wire, transport.dialect, transport.next_subscription_id()
    headers = {"id": subscription, "ack": "client-individual", **dialect.browse_headers(queue, selector)}
    inbox: Inbox[Any] = Inbox()
    wire.route(subscription, inbox.put)
    transport.browsing.add(inbox)
    try:
        wire.call("SUBSCRIBE", headers)
        try:
            while (frame := _next(inbox)) is not None:
                yield dialect.read(frame, queue)
                wire.write(ack_frame(frame.headers.get("ack", "")), at_once=False)
        finally:
            if not wire.is_lost:
                wire.call("UNSUBSCRIBE", {"id": subscription})
    finally:
        transport.browsing.discard(inbox)
        wire.unroute(subscription)


def _next(inbox: Inbox[Any]) -> Any:
    """Give the next frame; None at the end."""
    frame = inbox.get(_LONGEST_PAUSE)
    if frame is None:
        raise JMSError(f"the broker has not told for {_LONGEST_PAUSE:g} seconds what the queue holds")
    return None if frame.headers.get("browser") == "end" else frame
