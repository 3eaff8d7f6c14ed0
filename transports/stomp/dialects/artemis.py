"""ActiveMQ Artemis."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from jmslike.capabilities import EMULATED, NATIVE, Feature, Support, unsupported
from jmslike.destinations import Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.selector import Selector
from jmslike.spi import Destination, Envelope, SubscriptionSpec
from transports.stomp.dialects.base import Dialect, Subscribing
from transports.stomp.mapping import GROUP, SEQ, common_headers, milliseconds, read_envelope

_PREFIXES: Final[dict[str, type[Destination]]] = {
    "queue": Queue,
    "topic": Topic,
    "temp-queue": TemporaryQueue,
    "temp-topic": TemporaryTopic,
}
_NAMES: Final = {kind: prefix for prefix, kind in _PREFIXES.items()}

_IDENTIFIERS: Final = {
    "JMSPriority": "AMQPriority",
    "JMSTimestamp": "AMQTimestamp",
    "JMSDeliveryMode": "AMQDurable",
    "JMSMessageID": "NATIVE_MESSAGE_ID",
}
_MODES: Final = {"'PERSISTENT'": "'DURABLE'", "'NON_PERSISTENT'": "'NON_DURABLE'"}
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|[^\W\d][\w$]*")

_BYTES_OF_A_MESSAGE: Final = 2048
"""Artemis counts its window in bytes; this is what a message is taken for."""


class Artemis(Dialect):
    """Queues are addresses with routing type ANYCAST, topics with MULTICAST."""

    product = "ActiveMQ Artemis"
    features: ClassVar[dict[Feature, Support]] = {
        **dict.fromkeys(Feature, NATIVE),
        Feature.TOPIC_SELECTOR: EMULATED,
        Feature.NO_LOCAL: EMULATED,
        Feature.TEMPORARY: EMULATED,
        Feature.BROWSE: unsupported("over STOMP it cannot look without taking; use the broker's console"),
    }

    def address(self, destination: Destination) -> dict[str, str]:
        return {"destination": destination.name, "destination-type": "ANYCAST" if destination.is_queue else "MULTICAST"}

    def subscribing(self, spec: SubscriptionSpec, client_id: str | None) -> Subscribing:
        destination = spec.destination
        headers = {
            "destination": destination.name,
            "subscription-type": "ANYCAST" if destination.is_queue else "MULTICAST",
            "ack": "client-individual",
            "consumer-window-size": str(spec.window * _BYTES_OF_A_MESSAGE),
        }
        if destination.is_queue:
            if spec.selector is not None:
                headers["selector"] = self.selector(spec.selector)
            return Subscribing(headers, {}, private=False, divisible=True)
        if not spec.durable and not spec.shared:
            return Subscribing(headers, {}, private=True, divisible=False)
        if spec.durable and client_id is not None:
            headers["durable-subscription-name"] = spec.name or ""
        else:
            mark = ".".join(part for part in ("" if spec.durable else "nonDurable", client_id, spec.name) if part)
            headers["destination"] = f"{destination.name}::{mark}"
        if not spec.shared:
            headers["consumer-window-size"] = "-1"  # there can be no second consumer to hold more than the window
        return Subscribing(headers, {}, private=False, divisible=spec.shared)

    def unsubscribing(self, name: str, client_id: str | None) -> list[tuple[str, dict[str, str]]]:
        return [("UNSUBSCRIBE", {"id": "none", "durable-subscription-name": name})]

    def headers(self, envelope: Envelope) -> dict[str, str]:
        headers = common_headers(envelope)
        # where clients of AMQP and OpenWire look for JMSMessageID
        headers["NATIVE_MESSAGE_ID"] = headers["__HDR_MESSAGE_ID"] = envelope.id
        expiration = envelope.expiration
        if expiration:
            headers["expires"] = str(expiration)
        if envelope.due:
            headers["AMQ_SCHEDULED_TIME"] = str(envelope.due)
        reply_to = envelope.headers.reply_to
        if reply_to is not None:
            headers["reply-to"] = f"{_NAMES[type(reply_to)]}://{reply_to.name}"
        sequence = envelope.properties.get(SEQ)
        if isinstance(sequence, int):
            headers["_AMQ_GROUP_SEQUENCE"] = str(sequence)
        return headers

    def read(self, frame: Any, destination: Destination) -> Envelope:
        raw: dict[str, str] = frame.headers
        group = raw.get("_AMQ_GROUP_ID") or raw.get(GROUP)
        sequence = raw.get("_AMQ_GROUP_SEQUENCE")
        message_id = raw.get("NATIVE_MESSAGE_ID") or raw.get("__HDR_MESSAGE_ID") or f"ID:{raw.get('message-id', '')}"
        reply_to = raw.get("reply-to")
        # bytes have their length before the message's id, texts at the end
        second = next(iter(list(raw)[1:2]), None)
        return read_envelope(
            frame,
            destination,
            is_text=second != "content-length",
            hidden=_HIDDEN,
            hidden_prefixes=_HIDDEN_PREFIXES,
            message_id=message_id,
            reply_to=None if reply_to is None else _destination(reply_to),
            group=group,
            group_seq=None if group is None else sequence,
            expiration=milliseconds(raw.get("expires")),
        )

    def selector(self, selector: Selector) -> str:
        modes = _MODES if "JMSDeliveryMode" in selector.text else {}
        text = _TOKEN.sub(
            lambda token: modes.get(token[0], token[0]) if token[0][0] == "'" else _IDENTIFIERS.get(token[0], token[0]),
            selector.text,
        )
        # what STOMP clients send is text; this compares it as what it says
        return f"convert_string_expressions:{text}"


_HIDDEN: Final = frozenset({"NATIVE_MESSAGE_ID", "AMQ_SCHEDULED_TIME", "AMQ_SCHEDULED_DELAY"})
_HIDDEN_PREFIXES: Final = ("__AMQ", "_AMQ_", "__HDR_", "JMS_AMQP_")


def _destination(text: str) -> Destination | None:
    prefix, separator, name = text.partition("://")
    if not separator:
        prefix, name = "queue", text
    kind = _PREFIXES.get(prefix)
    return kind(name) if kind is not None and name else None
