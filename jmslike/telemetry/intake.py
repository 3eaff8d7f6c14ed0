"""The intake of a consumer, with OpenTelemetry's look at what it hands over."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter_ns, time_ns

from opentelemetry.trace import SpanKind

from jmslike.core.intake import Intake
from jmslike.core.listener_calls import ListenerCall
from jmslike.core.session_state import SessionState
from jmslike.envelope import Envelope
from jmslike.errors import JMSError
from jmslike.instruments import Call
from jmslike.message import Message
from jmslike.message.base import Owner
from jmslike.spi import Delivery, Subscription, SubscriptionSpec
from jmslike.telemetry.carrier import context_in
from jmslike.telemetry.conventions import Operation, failed
from jmslike.telemetry.recorder import Recorder


class InstrumentedIntake(Intake):
    """Measures and traces each receive that returns a message or fails, and each call of the listener.

    A receive whose time is up leaves no trace. What a receive returned is processed by the application, in a span that
    it may start itself.
    """

    __slots__ = ("_began", "_processing", "_receiving", "_recorder")

    def __init__(
        self,
        recorder: Recorder,
        session: SessionState,
        subscription: Subscription,
        spec: SubscriptionSpec,
        predicate: Callable[[Envelope], bool] | None,
    ) -> None:
        self._recorder = recorder
        self._began = 0
        self._receiving, self._processing = (
            Operation.of(recorder.system, name, name, spec.destination, spec.name) for name in ("receive", "process")
        )
        super().__init__(session, subscription, spec, predicate)

    def refresh(self) -> None:
        """Do nothing: what takes the fast lane would not be seen."""

    # ---- receives ---------------------------------------------------------------------------------------------------

    def next(self) -> Delivery | None:
        """See Intake."""
        self._began = perf_counter_ns()
        return super().next()

    def next_within(self, deadline: float | None, *, settle: bool) -> Delivery | None:
        """See Intake."""
        self._began = perf_counter_ns()
        try:
            return super().next_within(deadline, settle=settle)
        except JMSError as error:
            self._received(None, error)
            raise

    def hand_over(self, delivery: Delivery) -> Message:
        """See Intake."""
        message = super().hand_over(delivery)
        self._received(delivery[0], None)
        return message

    def delivered(self, delivery: Delivery, owner: Owner, number: int) -> Message:
        """See Intake."""
        message = super().delivered(delivery, owner, number)
        self._received(delivery[0], None)
        return message

    def _received(self, envelope: Envelope | None, error: JMSError | None) -> None:
        elapsed = perf_counter_ns() - self._began
        operation, recorder = self._receiving, self._recorder
        carried = [] if envelope is None else [context_in(envelope.properties)]
        span = recorder.start(operation, SpanKind.CLIENT, carried, start_time=time_ns() - elapsed)
        metric = operation.metric
        if error is not None:
            metric = {**metric, **failed(span, error)}
        if envelope is not None:
            recorder.describe(span, envelope.id, envelope.headers.correlation_id)
            recorder.meters.consumed.add(1, metric)
        span.end()
        recorder.meters.operation.record(elapsed / 1e9, metric)

    # ---- the listener -----------------------------------------------------------------------------------------------

    def serve(self, listener: ListenerCall | None) -> None:
        """See Intake."""
        if listener is not None:
            spec, instruments = self.spec, self._session.connection.instruments
            call = instruments.processing(listener.call, spec.destination, spec.name)
            listener = ListenerCall(listener.given, partial(self._delivered, call))
        super().serve(listener)

    def _delivered(self, call: Call, message: Message) -> object:
        self._recorder.meters.consumed.add(1, self._processing.metric)
        return call(message)
