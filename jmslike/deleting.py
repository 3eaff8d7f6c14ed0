"""What a transport offers that can delete destinations; a part of `jmslike.spi`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from jmslike.destinations import Destination


@runtime_checkable
class Deleting(Protocol):
    """A transport that can delete queues and topics, which outlive its connection."""

    def delete(self, destination: Destination) -> None:
        """Delete a destination that is not temporary, with its messages. Does nothing if it does not exist.

        Raises JMSError while it has a consumer of this connection, and where the provider refuses, as for consumers of
        others; UnsupportedFeatureError where only the broker's own tools delete it; ConnectionLostError.
        """
