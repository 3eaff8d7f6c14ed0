"""Telemetry is off, unless a factory has it: then it may be absent, not set up, or speak another dialect."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import Getter, Setter, TextMapPropagator
from opentelemetry.trace import NoOpTracerProvider

import jmslike
from jmslike import ConnectionFactory, JMSError
from jmslike.telemetry import OpenTelemetry
from jmslike.telemetry.carrier import context_in, with_span
from tests.unit.telemetry.recording import Recording


@pytest.mark.parametrize("value", [object(), OpenTelemetry, "on"])
def test_what_is_no_telemetry_is_refused(value: Any) -> None:
    with pytest.raises(JMSError, match=r"option telemetry is .* but it takes an object such as jmslike.telemetry"):
        ConnectionFactory("native://", telemetry=value)


def test_it_does_not_stand_in_a_url() -> None:
    with pytest.raises(JMSError, match="give it as a keyword"):
        ConnectionFactory("native://?telemetry=on")


def test_without_the_extra_it_says_what_to_install() -> None:
    script = "import sys; sys.modules['opentelemetry'] = None; import jmslike.telemetry"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ModuleNotFoundError: jmslike.telemetry needs the extra otel: pip install 'jmslike[otel]'" in result.stderr


def test_a_program_that_does_not_set_it_up_sends_what_it_sent(url: str) -> None:
    telemetry = OpenTelemetry(tracer_provider=NoOpTracerProvider())
    with jmslike.connect(url, telemetry=telemetry) as jms:
        queue = jms.create_queue("orders")
        message = jms.create_text_message("x")
        message.set_string_property("traceparent", "of the application")
        jms.create_producer().send(queue, message)
        received = jms.create_consumer(queue).receive(1)
    assert received is not None
    assert received.get_string_property("traceparent") == "of the application"


class Hyphens(TextMapPropagator):
    """A propagator whose field no property can be called."""

    def extract(self, carrier: Any, context: Context | None = None, getter: Getter[Any] = None) -> Context:  # type: ignore[assignment]
        return Context({"seen": getter.get(carrier, "X-Trace"), "names": getter.keys(carrier)})

    def inject(self, carrier: Any, context: Context | None = None, setter: Setter[Any] = None) -> None:  # type: ignore[assignment]
        setter.set(carrier, "X-Trace", "abc")

    @property
    def fields(self) -> set[str]:
        return {"X-Trace"}


def test_names_with_hyphens_are_spelled_as_in_java(recording: Recording) -> None:
    before = propagate.get_global_textmap()
    propagate.set_global_textmap(Hyphens())
    try:
        span = recording.tracer_provider.get_tracer("test").start_span("any")
        properties = with_span({"X__dash__Trace": "old", "total": 1}, span)
        assert properties == {"total": 1, "X__dash__Trace": "abc"}
        found = context_in(properties)
        assert (found["seen"], found["names"]) == (["abc"], ["total", "X-Trace"])
    finally:
        propagate.set_global_textmap(before)
