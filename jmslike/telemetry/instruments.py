"""OpenTelemetry's instruments of a connection: what is measured and traced of a send, a commit and a delivery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from time import perf_counter_ns
from typing import Any, cast

from opentelemetry import metrics, trace
from opentelemetry.metrics import MeterProvider
from opentelemetry.trace import Span, SpanKind, TracerProvider

from jmslike.capabilities import Capabilities
from jmslike.destinations import Destination
from jmslike.envelope import Envelope
from jmslike.instruments import Call, Commit, Instruments, Maker, Post
from jmslike.metadata import library_version
from jmslike.spi import Completion, Sender, Settlement
from jmslike.telemetry import conventions
from jmslike.telemetry.carrier import context_in, with_span
from jmslike.telemetry.conventions import Operation, failed
from jmslike.telemetry.intake import InstrumentedIntake
from jmslike.telemetry.processing import process
from jmslike.telemetry.recorder import Meters, Recorder


class OpenTelemetry:
    """The option `telemetry` of a connection factory. Without providers it uses the global ones. Several factories may
    share it.
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        version, schema = library_version(), conventions.SCHEMA
        self._tracer = trace.get_tracer("jmslike", version, tracer_provider, schema)
        self._meters = Meters(metrics.get_meter("jmslike", version, meter_provider, schema))

    def instruments(self, capabilities: Capabilities, origin: Callable[[], str]) -> Instruments:
        """See `jmslike.instruments.Telemetry`."""
        system = conventions.system_of(capabilities.product)
        return ConnectionInstruments(Recorder(self._tracer, self._meters, system, origin))


class ConnectionInstruments(Instruments):
    """The instruments of one connection."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def receiving(self, make_intake: Maker) -> Maker:
        """See Instruments."""
        return cast("Maker", partial(InstrumentedIntake, self._recorder))

    def processing(self, call: Call, destination: Destination, subscription: str | None) -> Call:
        """See Instruments."""
        operation = Operation.of(self._recorder.system, "process", "process", destination, subscription)
        return partial(process, self._recorder, operation, call)

    # ---- sends ------------------------------------------------------------------------------------------------------

    def posting(self, post: Post, destination: Destination, *, deferred: bool) -> Post:
        """See Instruments. What is kept for the commit is created now, and sent then."""
        name = "create" if deferred else "send"
        operation = Operation.of(self._recorder.system, name, name, destination)
        return partial(self._create if deferred else self._send, post, operation)

    def _create(
        self, post: Post, operation: Operation, envelope: Envelope, completion: Completion | None = None
    ) -> None:
        span = self._creation(operation, envelope)
        self._describe(span, envelope)
        try:
            post(envelope, completion)
        finally:
            span.end()

    def _send(self, post: Post, operation: Operation, envelope: Envelope, completion: Completion | None = None) -> None:
        span, began = self._creation(operation, envelope), perf_counter_ns()

        def end(error: BaseException | None) -> None:
            self._describe(span, envelope)  # now: the provider may have made an id of its own
            metric = operation.metric if error is None else {**operation.metric, **failed(span, error)}
            elapsed = perf_counter_ns() - began
            span.end()
            self._recorder.meters.operation.record(elapsed / 1e9, metric)
            self._recorder.meters.sent.add(1, metric)

        def completed(error: Any) -> None:
            end(error)
            assert completion is not None, "only then it was passed on"
            completion(error)

        try:
            post(envelope, None if completion is None else completed)
        except BaseException as error:
            end(error)
            raise
        if completion is None:
            end(None)

    def _creation(self, operation: Operation, envelope: Envelope) -> Span:
        """Start the span that makes a message, and let the message carry its context.

        The context that the message carried before is that of a message which is sent on.
        """
        span = self._recorder.start(operation, SpanKind.PRODUCER, [context_in(envelope.properties)])
        envelope.properties = with_span(envelope.properties, span)
        return span

    def _describe(self, span: Span, envelope: Envelope) -> None:
        self._recorder.describe(span, envelope.id, envelope.headers.correlation_id)

    # ---- commits ----------------------------------------------------------------------------------------------------

    def committing(self, commit: Commit) -> Commit:
        """See Instruments."""
        return partial(self._commit, commit)

    def _commit(
        self, commit: Commit, sends: Sequence[tuple[Sender, Envelope]], settlements: Sequence[Settlement]
    ) -> None:
        recorder = self._recorder
        counts = Counter(envelope.destination for _, envelope in sends)
        operation = Operation.of(
            recorder.system, "commit", "send" if sends else "settle", next(iter(counts)) if len(counts) == 1 else None
        )
        carried = (context_in(envelope.properties) for _, envelope in sends)
        span, began = recorder.start(operation, SpanKind.CLIENT, carried), perf_counter_ns()
        recorder.describe_batch(span, len(sends) or sum(len(receipts) for _, receipts, _ in settlements))
        failure: dict[str, str] = {}
        try:
            commit(sends, settlements)
        except BaseException as error:
            failure = failed(span, error)
            raise
        finally:
            elapsed = perf_counter_ns() - began
            span.end()
            recorder.meters.operation.record(elapsed / 1e9, {**operation.metric, **failure})
            for destination, count in counts.items():
                sent = Operation.of(recorder.system, "commit", "send", destination)
                recorder.meters.sent.add(count, {**sent.metric, **failure})
