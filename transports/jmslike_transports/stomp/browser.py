"""Browsing a queue, on brokers that push what is in it and then mark the end."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from jmslike.errors import JMSError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope
from jmslike_transports.shared.inbox import Inbox
from jmslike_transports.stomp.connection import StompConnection
from jmslike_transports.stomp.frames import ack_frame
from jmslike_transports.stomp.strangers import Doubts

_TIMEOUT: Final = 30.0
"""Seconds to wait for the next message or the end."""


def browse(
    connection: StompConnection, queue: Destination, selector: Selector | None
) -> Generator[Envelope, None, None]:
    """Yield the messages that the broker shows. An acknowledgement only asks for the next: nothing is removed."""
    wire, dialect, subscription = connection.wire, connection.dialect, connection.next_subscription_id()
    headers = {"id": subscription, "ack": "client-individual", **dialect.browse_headers(queue, selector)}
    inbox: Inbox[Any] = Inbox()
    doubts = Doubts(dialect, queue)
    wire.route(subscription, inbox.put)
    connection.browsers.add(inbox)
    try:
        wire.call("SUBSCRIBE", headers)
        try:
            while (frame := _next(inbox)) is not None:
                envelope = dialect.read(frame, queue)
                doubts.look(envelope, frame.headers)
                yield envelope
                wire.write(ack_frame(frame.headers.get("ack", "")), at_once=False)
        finally:
            if not wire.is_lost:
                wire.call("UNSUBSCRIBE", {"id": subscription})
    finally:
        connection.browsers.discard(inbox)
        wire.unroute(subscription)


def _next(inbox: Inbox[Any]) -> Any:
    """Return the next frame; None at the end."""
    frame = inbox.get(_TIMEOUT)
    if frame is None:
        raise JMSError(f"browsing timed out: the broker sent neither a message nor the end for {_TIMEOUT:g} s")
    return None if frame.headers.get("browser") == "end" else frame
