"""What an application does with a message that it received: a span of its own, within the trace of the message."""

from __future__ import annotations

import inspect
import weakref
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from time import perf_counter_ns

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind

from jmslike.instruments import Call
from jmslike.message import Message
from jmslike.telemetry.carrier import context_in
from jmslike.telemetry.conventions import Operation, failed
from jmslike.telemetry.recorder import Recorder


def process(recorder: Recorder, operation: Operation, call: Call, message: Message) -> object:
    """Call it with the message. If it returns a coroutine, the span lasts until that was awaited."""
    carried = context_in(message.properties)
    span = recorder.start(operation, SpanKind.CONSUMER, [carried], parent=carried)
    recorder.describe(span, message.message_id, message.correlation_id)
    processing = _Processing(recorder, operation, span, trace.set_span_in_context(span, carried))
    with processing.going_on():
        result = call(message)
    if inspect.iscoroutine(result):
        rest = processing.rest(result)
        weakref.finalize(rest, result.close)  # also if the caller refuses it, so that Python warns of neither
        return rest
    processing.end()
    return result


class _Processing:
    def __init__(self, recorder: Recorder, operation: Operation, span: Span, context: Context) -> None:
        self._recorder = recorder
        self._operation = operation
        self._span = span
        self._context = context
        self._began = perf_counter_ns()

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Work within the span. It ends if an exception is raised."""
        token = contexts.attach(self._context)
        try:
            yield
        except BaseException as error:
            self.end(error)
            raise
        finally:
            contexts.detach(token)

    async def rest(self, result: Awaitable[object]) -> object:
        """Await what the call returned."""
        with self.going_on():
            value = await result
        self.end()
        return value

    def end(self, error: BaseException | None = None) -> None:
        """End the span."""
        metric = self._operation.metric
        if error is not None:
            metric = {**metric, **failed(self._span, error)}
        self._span.end()
        self._recorder.meters.process.record((perf_counter_ns() - self._began) / 1e9, metric)
