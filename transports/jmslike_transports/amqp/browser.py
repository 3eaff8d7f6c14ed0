"""Browsing a queue: all that waits is got on a channel of its own, whose end releases it."""

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
"""Properties in which a refusal says that a classic queue differs. On other types of queue they are fixed."""
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
    """Yield what waits, oldest first. Consumers do not get it meanwhile, and see it marked redelivered afterwards."""
    connection.inventory.require_present(queue)
    connection.topology.ensure(queue)
    if not queue.is_temporary:
        require_classic(connection.topology, queue.name)
    channel = BrowseChannel(connection.wire)
    try:
        while (found := channel.get(queue.name)) is not None:
            envelope = read_envelope(*found, queue)
            if selector is None or selector.selects(envelope):
                yield envelope
    finally:
        channel.close()


def require_classic(topology: Topology, queue: str) -> None:
    """Raise UnsupportedFeatureError for a queue that counts what browsing releases.

    A classic queue only marks it. A quorum queue counts it, and drops a message that was released too often.
    """
    refusal = discover_arguments(topology, queue, {"x-queue-type": "classic"})
    if refusal is not None and not any(_differs(refusal, name) for name in _CLASSIC_ONLY):
        raise UnsupportedFeatureError(
            f"{queue!r} is not a classic queue, and would count each browsing as a delivery: "
            "browse it on the broker's management page"
        ) from refusal


def discover_arguments(topology: Topology, queue: str, arguments: dict[str, Any]) -> JMSError | None:
    """Add to `arguments` what else the queue was declared with. Return the refusal of those that are not its own.

    AMQP cannot ask for the type of a queue. The broker accepts a declaration with all the right arguments only, and its
    refusal names one that differs, so this declares the queue until nothing new is named. The broker may change the
    texts of its refusals; tests/faults/test_amqp_browsing.py would fail then.
    """
    while True:
        try:
            topology.queue(queue, durable=True, arguments=arguments)
            return None
        except JMSError as refusal:
            if code_of(refusal) != PRECONDITION_FAILED:
                raise
            found = _DIFFERENCE.search(str(refusal))
            if found is None or found["name"] in arguments:
                return refusal
            arguments[found["name"]] = _READERS[found["type"]](found["value"])


def _differs(refusal: JMSError, name: str) -> bool:
    return f"arg '{name}'" in str(refusal)


class BrowseChannel(Channel):
    """A channel that gets one message after the other, and acknowledges none."""

    _on_empty: Reply

    def _open_raw(self, reply: Reply) -> None:
        super()._open_raw(reply)
        self.raw.add_callback(lambda _: self._on_empty(None), [Basic.GetEmpty], one_shot=False)

    def get(self, queue: str) -> tuple[Any, Any, bytes] | None:
        """Return the next message, or None if there is none."""

        def start(reply: Reply) -> None:
            self._on_empty = reply
            self.raw.basic_get(queue, lambda _, method, properties, body: reply((method, properties, body)))

        found: tuple[Any, Any, bytes] | None = self.call("get a message", start)
        return found
