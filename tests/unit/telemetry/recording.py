"""Telemetry that keeps what it records, by OpenTelemetry's own SDK."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext

from jmslike.telemetry import OpenTelemetry


class Recording:
    """The option `telemetry`, and what came of it."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._reader = InMemoryMetricReader()
        self.tracer_provider = TracerProvider()
        self.tracer_provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.telemetry = OpenTelemetry(
            tracer_provider=self.tracer_provider, meter_provider=MeterProvider([self._reader])
        )

    def spans(self, *names: str) -> list[ReadableSpan]:
        """Return the spans that have ended, or those of these names."""
        return [span for span in self._exporter.get_finished_spans() if not names or span.name in names]

    def span(self, name: str) -> ReadableSpan:
        """Return the only span of that name."""
        [found] = self.spans(name)
        return found

    def counts(self, metric: str) -> dict[tuple[str, ...], float]:
        """Return the counts of a metric: messages of a counter, measurements of a histogram.

        They are by operation, destination and error, as far as there is one.
        """
        found = {}
        for point in self._points(metric):
            attributes: Mapping[str, Any] = point.attributes
            names = ("messaging.operation.name", "messaging.destination.name", "error.type")
            key = tuple(str(attributes[name]) for name in names if name in attributes)
            found[key] = point.count if isinstance(point, HistogramDataPoint) else point.value
        return found

    def attributes(self, metric: str) -> dict[str, Any]:
        """Return the attributes of the only series of a metric."""
        [point] = self._points(metric)
        return dict(point.attributes)

    def _points(self, metric: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        resources = [] if data is None else data.resource_metrics
        found = [each for resource in resources for scope in resource.scope_metrics for each in scope.metrics]
        return [point for each in found if each.name == metric for point in each.data.data_points]


def trace_context(span: ReadableSpan) -> str:
    """Return the property `traceparent` of a message that this span made."""
    context = _context(span)
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def links(span: ReadableSpan) -> list[int]:
    """Return the ids of the spans that it is linked with."""
    return [link.context.span_id for link in span.links]


def own_id(span: ReadableSpan) -> int:
    """Return the id of a span."""
    return _context(span).span_id


def parent(span: ReadableSpan) -> int | None:
    """Return the id of a span's parent."""
    return None if span.parent is None else int(span.parent.span_id)


def _context(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None
    return context
