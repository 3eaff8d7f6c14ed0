"""Looking at a queue: all that waits is got on a channel of its own, whose end gives it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final

from pika.spec import Basic

from jmslike.errors import JMSError, UnsupportedFeatureError
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope
from jmslike_transports.amqp.channel import Channel, Reply
from jmslike_transports.amqp.connection import AmqpConnection
from jmslike_transports.amqp.delivery_reader import read_envelope
from jmslike_transports.amqp.errors import PRECONDITION_FAILED, code_of
from jmslike_transports.amqp.topology import Topology

_CLASSIC_ONLY: Final = ("durable", "auto_delete", "exclusive")
"""What other kinds of queues are always, or never."""
_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "longstr": str,
    "signedint": int,
    "long": int,
    "bool": lambda text: text == "true",
}
_DIFFERENCE: Final = re.compile(
    rf"arg '(?P<name>[^']+)' .* is the value '(?P<value>.*)' of type '(?P<type>{'|'.join(_READERS)})'", re.DOTALL
)


def browse(
    connection: AmqpConnection, queue: Destination, selector: Selector | None
) -> Generator[Envelope, None, None]:
    """Give what waits, oldest first. Others do not get it meanwhile, and see it marked redelivered afterwards."""
    connection.inventory.require_present(queue)
    connection.topology.ensure(queue)
    if not queue.is_temporary:
        require_classic(connection.topology, queue.name)
    channel = BrowseChannel(connection.wire)
    try:
        while (found := channel.get(queue.name)) is not None:
            envelope = read_envelope(*found, queue)
            if selector is None or selector.matches(envelope):
                yield envelope
    finally:
        channel.close()


def require_classic(topology: Topology, queue: str) -> None:
    """Raise UnsupportedFeatureError unless to give a message back does no more than to mark it.

    A quorum queue counts it, and drops what was given back too often. The broker tells the type of a queue only to who
    declares it with all its other arguments, which it names one by one.
    """
    arguments: dict[str, Any] = {"x-queue-type": "classic"}
    while True:
        try:
            topology.queue(queue, durable=True, arguments=arguments)
            return
        except JMSError as refusal:
            if code_of(refusal) != PRECONDITION_FAILED:
                raise
            if any(f"arg '{name}'" in str(refusal) for name in _CLASSIC_ONLY):
                return
            found = _DIFFERENCE.search(str(refusal))
            if found is None or found["name"] in arguments:
                raise UnsupportedFeatureError(
                    f"{queue!r} is no classic queue, and another kind counts each look at a message as a delivery: "
                    "look at it with the broker's management page"
                ) from refusal
            arguments[found["name"]] = _READERS[found["type"]](found["value"])


class BrowseChannel(Channel):
    """A channel that gets message after message."""

    _on_empty: Reply

    def _open_raw(self, reply: Reply) -> None:
        super()._open_raw(reply)
        self.raw.add_callback(lambda _: self._on_empty(None), [Basic.GetEmpty], one_shot=False)

    def get(self, queue: str) -> tuple[Any, Any, bytes] | None:
        """Give the next message, or None if there is none."""

        def start(reply: Reply) -> None:
            self._on_empty = reply
            self.raw.basic_get(queue, lambda _, method, properties, body: reply((method, properties, body)))

        found: tuple[Any, Any, bytes] | None = self.ask("look at a message", start)
        return found
