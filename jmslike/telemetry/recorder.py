"""What measures and traces the operations of one connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.metrics import Histogram, Meter
from opentelemetry.trace import Link, Span, SpanKind, Tracer

from jmslike.telemetry import conventions
from jmslike.telemetry.conventions import Operation


class Meters:
    """The four measurements of the conventions; durations in seconds."""

    def __init__(self, meter: Meter) -> None:
        self.sent: Final = meter.create_counter(conventions.SENT, "{message}", "Messages that were sent")
        self.consumed: Final = meter.create_counter(conventions.CONSUMED, "{message}", "Messages that were delivered")
        self.operation: Final = _durations(meter, conventions.OPERATION_DURATION, "Duration of a send or receive")
        self.process: Final = _durations(meter, conventions.PROCESS_DURATION, "Duration of a message listener")


def _durations(meter: Meter, name: str, description: str) -> Histogram:
    return meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=conventions.BOUNDARIES)


class Recorder:
    """Starts the spans of one connection, and has its meters. `origin` returns what tells the connection apart."""

    def __init__(self, tracer: Tracer, meters: Meters, system: str, origin: Callable[[], str]) -> None:
        self.meters: Final = meters
        self.system: Final = system
        self._tracer = tracer
        self._origin = origin

    def start(
        self,
        operation: Operation,
        kind: SpanKind,
        carried: Iterable[Context],
        parent: Context | None = None,
        start_time: int | None = None,
    ) -> Span:
        """Start a span, linked with the spans that made its messages, whose contexts those carried.

        The parent is the current span, unless `parent` has another. `start_time` is in nanoseconds since the epoch.
        """
        creations = (trace.get_current_span(context).get_span_context() for context in carried)
        links = [Link(creation) for creation in creations if creation.is_valid]
        return self._tracer.start_span(operation.span_name, parent, kind, operation.span, links, start_time)

    def describe(self, span: Span, message_id: str | None, correlation_id: object) -> None:
        """Note on the span which message it is about."""
        if span.is_recording():
            noted: dict[str, Any] = {conventions.CLIENT_ID: self._origin(), conventions.MESSAGE_ID: message_id or ""}
            if isinstance(correlation_id, str):
                noted[conventions.CONVERSATION_ID] = correlation_id
            span.set_attributes(noted)

    def describe_batch(self, span: Span, count: int) -> None:
        """Note on the span how many messages it is about."""
        if span.is_recording():
            span.set_attributes({conventions.CLIENT_ID: self._origin(), conventions.BATCH: count})
