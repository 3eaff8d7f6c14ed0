"""Destinations as rabbitmq-jms-client writes them into a message: serialised objects of its class RMQDestination."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike_transports.shared.java_objects import JavaObject, ObjectParser, StreamError
from jmslike_transports.shared.java_values import class_of, short_text, string

QUEUES: Final = "jms.durable.queues"
TOPICS: Final = "jms.durable.topic"
TEMPORARY_TOPICS: Final = "jms.temp.topic"
TEMPORARY_QUEUE: Final = "jms-temp-queue-"
TEMPORARY_TOPIC: Final = "jms-temp-topic-"
"""How the Java client begins the names of temporary destinations."""
DEFAULT: Final = ""
"""The default exchange, which routes to every queue by its name; a temporary queue is bound to no other."""

_EXCHANGES: Final = {
    (True, False): QUEUES,
    (True, True): DEFAULT,
    (False, False): TOPICS,
    (False, True): TEMPORARY_TOPICS,
}

_NAME: Final = "com.rabbitmq.jms.admin.RMQDestination"
_TEXT: Final = string("Ljava/lang/String;")
_SAME: Final = b"\x71\x00\x7e\x00\x01"  # that text again
_CLASS: Final = class_of(
    _NAME,
    0x0848D98D95D12629,
    b"Z" + short_text("amqp"),
    b"Z" + short_text("isQueue"),
    b"Z" + short_text("isTemporary"),
    b"L" + short_text("amqpExchangeName") + _TEXT,
    b"L" + short_text("amqpQueueName") + _SAME,
    b"L" + short_text("amqpRoutingKey") + _SAME,
    b"L" + short_text("destinationName") + _SAME,
    b"L" + short_text("queueDeclareArguments") + string("Ljava/util/Map;"),
)
_CLASS_AGAIN: Final = b"\x71\x00\x7e\x00\x00"


def serialised(destination: Destination, *, first: bool) -> bytes:
    """Return the destination as an object: the first of its stream, or the one after such a first one."""
    return _serialised(destination.name, destination.is_queue, destination.is_temporary, first)


@lru_cache(maxsize=512)
def _serialised(name: str, is_queue: bool, is_temporary: bool, first: bool) -> bytes:
    exchange = _EXCHANGES[is_queue, is_temporary]
    described = _CLASS if first else _CLASS_AGAIN
    name_again = b"\x71\x00\x7e\x00\x05" if first else b"\x71\x00\x7e\x00\x08"
    flags = bytes((False, is_queue, is_temporary))
    return b"".join((b"\x73", described, flags, string(exchange), string(name), name_again, name_again, b"\x70"))


def interpreted(value: Any) -> Any:
    """Return the destination that a Java object describes, any other value as it is. Raises StreamError."""
    if not isinstance(value, JavaObject) or value.class_name != _NAME:
        return value
    fields = value.fields
    name = fields.get("destinationName")
    if fields.get("amqp") and fields.get("amqpExchangeName") == DEFAULT:
        name = fields.get("amqpRoutingKey")
    if not isinstance(name, str) or not name:
        raise StreamError("a destination without a name")
    if fields.get("isQueue"):
        return TemporaryQueue(name) if fields.get("isTemporary") else Queue(name)
    return TemporaryTopic(name) if fields.get("isTemporary") else Topic(name)


_KEPT: Final = 16
_LONGEST_KEPT: Final = 2048
_recent: tuple[tuple[bytes, bytes, Any], ...] = ()
"""The objects read last: what preceded each in its stream, its bytes, and its value.

The messages of one consumer name the same few destinations.
"""


class ObjectReader:
    """Reads the objects of one message, in order."""

    __slots__ = ("_before", "_parser", "_places", "_stream")

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._before: bytes | None = b""
        self._places: tuple[int, ...] = ()
        self._parser: ObjectParser | None = None

    def read(self, at: int) -> tuple[Any, int]:
        """Read the object at that position, and return it and where it ends. Raises what `ObjectParser.parse` does."""
        global _recent
        before = self._before
        if self._parser is None:
            for past, octets, value in _recent:
                if past == before and self._stream.startswith(octets, at):
                    self._before = past + octets
                    self._places += (at,)
                    return value, at + len(octets)
            self._parser = ObjectParser(self._stream)
            for place in self._places:
                self._parser.parse(place)  # later ones may refer to them
        raw, end = self._parser.parse(at)
        value = interpreted(raw)
        if before is not None and isinstance(value, Destination) and len(before) + end - at <= _LONGEST_KEPT:
            octets = self._stream[at:end]
            _recent = ((before, octets, value), *_recent[: _KEPT - 1])
            self._before = before + octets
        else:
            self._before = None
        return value, end
