"""Telemetry by OpenTelemetry: metrics, spans, and a trace context that travels with each message.

    import jmslike
    from jmslike.telemetry import OpenTelemetry

    context = jmslike.connect("native://", telemetry=OpenTelemetry())

It needs the extra `otel`. Names, kinds and attributes are those of OpenTelemetry's conventions for messaging.
"""

from __future__ import annotations

try:
    from jmslike.telemetry.instruments import OpenTelemetry
except ModuleNotFoundError as error:
    if error.name != "opentelemetry":
        raise
    raise ModuleNotFoundError(
        "jmslike.telemetry needs the extra otel: pip install 'jmslike[otel]'", name=error.name
    ) from error

__all__ = ["OpenTelemetry"]
