"""The properties of a message as what carries a trace context: `traceparent`, `tracestate`, `baggage`.

A name that has a hyphen, as of other propagators, is spelled as by OpenTelemetry's instrumentation of JMS in Java: a
property cannot have one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter, Setter
from opentelemetry.trace import Span

from jmslike.values import PropertyValue
from jmslike.values.spelled import marked_like

_HYPHEN: Final = "__dash__"


def _property(key: str) -> str:
    return key.replace("-", _HYPHEN)


class _PropertyGetter(Getter[Mapping[str, PropertyValue]]):
    def get(self, carrier: Mapping[str, PropertyValue], key: str) -> list[str] | None:
        value = carrier.get(_property(key))
        return [value] if isinstance(value, str) else None

    def keys(self, carrier: Mapping[str, PropertyValue]) -> list[str]:
        return [name.replace(_HYPHEN, "-") for name in carrier]


class _PropertySetter(Setter[dict[str, Any]]):
    def set(self, carrier: dict[str, Any], key: str, value: str) -> None:
        carrier[_property(key)] = value


_GETTER: Final = _PropertyGetter()
_SETTER: Final = _PropertySetter()


def context_in(properties: Mapping[str, PropertyValue], around: Context | None = None) -> Context:
    """Return the context that a message carries, added to `around`."""
    return propagate.extract(properties, around, _GETTER)


def with_span(properties: Mapping[str, PropertyValue], span: Span) -> Mapping[str, PropertyValue]:
    """Return the properties with the context of the span, also where they had another one.

    A span without a trace, as there is while OpenTelemetry is not set up, leaves them as they are.
    """
    if not span.get_span_context().is_valid:
        return properties
    fields = {_property(field) for field in propagate.get_global_textmap().fields}
    carrier = {name: value for name, value in properties.items() if name not in fields}
    propagate.inject(carrier, trace.set_span_in_context(span), _SETTER)
    return marked_like(properties, carrier)
