"""A message as a selector sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from jmslike.selector import optional


class Headers(NamedTuple):
    correlation_id: str | bytes | None
    type: str | None


class Message:
    """Has what `jmslike.selector.Selectable` asks for, made of one mapping of headers (JMS...) and properties."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.id = values.get("JMSMessageID", "ID:default")
        self.priority = values.get("JMSPriority", 4)
        self.timestamp = values.get("JMSTimestamp", 0)
        self.delivery_mode = values.get("JMSDeliveryMode", 2)
        self.headers = Headers(values.get("JMSCorrelationID"), values.get("JMSType"))
        self.properties = {
            name: value for name, value in values.items() if not name.startswith("JMS") or name.startswith("JMSX")
        }


def selects(text: str, /, **values: Any) -> bool:
    """Whether the selector, if there is one, selects a message with these headers and properties."""
    selector = optional(text)
    return selector is None or selector.matches(Message(values))
