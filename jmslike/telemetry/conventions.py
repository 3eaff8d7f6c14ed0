"""OpenTelemetry's conventions for messaging: the names of what is measured, and what is said of an operation.

They are those of version 1.43, in which messaging is still in development.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from opentelemetry.trace import Span, Status, StatusCode

from jmslike.destinations import Destination

SCHEMA: Final = "https://opentelemetry.io/schemas/1.43.0"

SYSTEM: Final = "messaging.system"
OPERATION_NAME: Final = "messaging.operation.name"
OPERATION_TYPE: Final = "messaging.operation.type"
DESTINATION: Final = "messaging.destination.name"
TEMPORARY: Final = "messaging.destination.temporary"
SUBSCRIPTION: Final = "messaging.destination.subscription.name"
CLIENT_ID: Final = "messaging.client.id"
MESSAGE_ID: Final = "messaging.message.id"
CONVERSATION_ID: Final = "messaging.message.conversation_id"
BATCH: Final = "messaging.batch.message_count"
ERROR: Final = "error.type"

OPERATION_DURATION: Final = "messaging.client.operation.duration"
PROCESS_DURATION: Final = "messaging.process.duration"
SENT: Final = "messaging.client.sent.messages"
CONSUMED: Final = "messaging.client.consumed.messages"

BOUNDARIES: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
"""The upper limits (seconds) of the buckets of a duration."""

_SYSTEMS: Final = {"activemq": "activemq", "kafka": "kafka", "rabbitmq": "rabbitmq"}


def system_of(product: str) -> str:
    """Return the well-known name of a provider; `jms` for one that has none."""
    found = (name for word, name in _SYSTEMS.items() if word in product.lower())
    return next(found, "jms")


class Operation(NamedTuple):
    """What is said of each operation of one name on one destination."""

    span_name: str
    span: Mapping[str, Any]
    """The attributes of a span."""
    metric: Mapping[str, Any]
    """The attributes of a measurement. The name of a temporary destination, of which there may be any number, is none
    of them.
    """

    @classmethod
    def of(
        cls, system: str, name: str, kind: str, destination: Destination | None, subscription: str | None = None
    ) -> Operation:
        """Return the operation; `kind` is the type that the conventions know it by. A batch may have no destination."""
        metric = {SYSTEM: system, OPERATION_NAME: name, OPERATION_TYPE: kind}
        if subscription is not None:
            metric[SUBSCRIPTION] = subscription
        if destination is None:
            return cls(name, metric, metric)
        if destination.is_temporary:
            return cls(name, {**metric, DESTINATION: destination.name, TEMPORARY: True}, metric)
        metric[DESTINATION] = destination.name
        return cls(f"{name} {destination.name}", metric, metric)


def failed(span: Span, error: BaseException) -> dict[str, str]:
    """Note on the span that its operation failed. Return the attributes that say so of a measurement."""
    kind = type(error)
    found = {ERROR: f"{kind.__module__}.{kind.__qualname__}"}
    span.record_exception(error)
    span.set_attributes(found)
    span.set_status(Status(StatusCode.ERROR, str(error)))
    return found
