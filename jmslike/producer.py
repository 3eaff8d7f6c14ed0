"""MessageProducer (section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from jmslike.constants import DeliveryMode
from jmslike.core.listener_calls import CompletionListener
from jmslike.core.outbox import Outlet, posting, seal
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination
from jmslike.durations import Duration
from jmslike.envelope import NO_PROPERTIES, constraints_of
from jmslike.errors import InvalidDestinationError
from jmslike.message import Message
from jmslike.message.foreign import AnyMessage
from jmslike.message_factory import MessageConverter, MessageFactory
from jmslike.send_settings import SendSettings, check_delivery_mode, check_duration, check_priority
from jmslike.statistics import ProducerStatistics

if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault  # in `typing` from Python 3.13 on

    Sendable = TypeVarWithDefault("Sendable", contravariant=True, default=AnyMessage)
else:
    Sendable = TypeVar("Sendable", contravariant=True)


class MessageProducer(SendSettings, Generic[Sendable]):
    """Sends messages to one destination, or, made without one (`unidentified`), to any (section 7.1).

    Its settings are the defaults of its sends. A producer belongs to the thread of its session. To a type checker, a
    `MessageProducer` sends messages, and a `MessageProducer[object]`, which has a converter, anything.
    """

    __slots__ = (
        "_converter", "_message_types", "_messages", "_now", "_number", "_on_closed", "_open", "_outbox", "_outlet",
        "_post", "_session", "_terms",
    )  # fmt: skip

    def __init__(
        self,
        session: SessionState,
        destination: Destination | None,
        on_closed: Callable[[MessageProducer[Any]], None],
        messages: MessageFactory,
        converter: MessageConverter | None,
    ) -> None:
        self._messages = messages
        self._converter = converter
        self._on_closed = on_closed
        self._session = session
        self._message_types = frozenset(session.message_types.values())
        self._outbox = outbox = session.outbox
        self._outlet: Outlet | None = None if destination is None else outbox.open(destination)
        self._open = True
        self._set_defaults()
        self._now = outbox.now
        self._number = outbox.number
        self._refresh()

    def _refresh(self) -> None:
        # the fast lane of `send`; None when anything about this producer asks for a closer look
        plain = self._open and self._outlet is not None and not self._time_to_live and not self._delivery_delay
        self._terms = self._outlet.terms[self._delivery_mode] if plain and self._outlet is not None else None
        self._post = self._outlet.post if self._outlet is not None else None

    @overload
    def send(
        self,
        message: Sendable,
        delivery_mode: int | None = None,
        priority: int | None = None,
        time_to_live: Duration | None = None,
        *,
        destination: Destination | None = None,
        completion_listener: CompletionListener | None = None,
    ) -> None: ...

    @overload
    def send(
        self,
        destination: Destination,
        message: Sendable,
        /,
        delivery_mode: int | None = None,
        priority: int | None = None,
        time_to_live: Duration | None = None,
        *,
        completion_listener: CompletionListener | None = None,
    ) -> None: ...

    def send(
        self,
        message: Any,
        *positional: Any,
        delivery_mode: int | None = None,
        priority: int | None = None,
        time_to_live: Duration | None = None,
        destination: Destination | None = None,
        completion_listener: CompletionListener | None = None,
    ) -> None:
        """Send a message (section 7.2); returns when the provider has taken responsibility for it.

        The arguments may be given by position as in Java: `send(message, delivery_mode, priority, time_to_live)`, and
        for an unidentified producer `send(queue, message, delivery_mode, priority, time_to_live)`. What is None is the
        producer's default; `time_to_live` is in seconds or a timedelta. With a completion listener the call may return
        earlier, and the listener is called when the send ends (section 7.3). With a converter, objects may
        be sent as well as messages (an extension).

        Raises ValueError if the destination is missing, or given although the producer has one; InvalidDestinationError
        for a destination that is None or deleted; MessageFormatError for what is no message; JMSError for a setting out
        of range; ResourceAllocationError when the destination is full; ConnectionLostError; IllegalStateError when
        closed.
        """
        terms = self._terms
        if (
            terms is None
            or positional
            or delivery_mode is not None
            or priority is not None
            or time_to_live is not None
            or destination is not None
            or completion_listener is not None
            or message.__class__ not in self._message_types
        ):
            given = {"delivery_mode": delivery_mode, "priority": priority, "time_to_live": time_to_live}
            self._send(message, positional, given, destination, completion_listener)
            return
        envelope = seal(message, terms, self._number(), self._now(), self._priority)
        if envelope.properties is not NO_PROPERTIES:
            envelope.constraints = constraints_of(0, 0, envelope.properties)
        self._post(envelope)  # type: ignore[misc]

    def _send(
        self,
        message: Any,
        positional: tuple[Any, ...],
        given: dict[str, Any],
        destination: Any,
        listener: CompletionListener | None,
    ) -> None:
        self._check_open()
        order = self._order(message, positional, given, destination)
        envelope = self._outbox.sealed(*order)
        outlet, message = order[:2]
        if listener is None:
            posting(outlet, message)(envelope)
        else:
            self._outbox.send_async(outlet, envelope, message, listener)

    def _order(
        self, message: Any, positional: tuple[Any, ...], given: dict[str, Any], destination: Any
    ) -> tuple[Outlet, Any, DeliveryMode, int, float, float]:
        """Return what the outbox needs, from the arguments of `send` in any of their forms."""
        # a setting in second place means that the message comes first
        first = isinstance(message, Destination) or (positional != () and not isinstance(positional[0], int | None))
        if first:
            if not positional or destination is not None:
                raise TypeError("send(destination, message): the message is missing, or the destination is given twice")
            (destination, message), positional = (message, positional[0]), positional[1:]
        if len(positional) > len(given):
            raise TypeError(f"send() takes {len(given)} settings, delivery_mode, priority and time_to_live by position")
        for name, value in zip(given, positional, strict=False):
            if given[name] is not None:
                raise TypeError(f"send() got two values for {name}")
            given[name] = value
        if self._converter is not None and message is not None and not isinstance(message, Message):
            message = self._converter.to_message(message, self._messages)
        outlet = self._outlet_for(destination, given=first or destination is not None)
        mode, priority, time_to_live = given.values()
        return (
            outlet,
            message,
            self._delivery_mode if mode is None else check_delivery_mode(mode),
            self._priority if priority is None else check_priority(priority),
            self._time_to_live if time_to_live is None else check_duration(time_to_live, "time_to_live"),
            self._delivery_delay,
        )

    def _outlet_for(self, destination: Any, *, given: bool) -> Outlet:
        if self._outlet is not None:
            if given:
                raise ValueError(
                    f"this producer sends to {self._outlet.destination}: "
                    "to send elsewhere, create one without a destination"
                )
            return self._outlet
        if not given:
            raise ValueError("this producer has no destination: say where to send, as in send(queue, message)")
        if destination is None:
            raise InvalidDestinationError("nothing was sent: the destination is None")
        return self._outbox.outlet(destination)

    def _check_open(self) -> None:
        if not self._open:
            raise self._session.closed("producer")

    @property
    def destination(self) -> Destination | None:
        """Where this producer sends to, or None if it is unidentified."""
        self._check_open()
        return self._outlet.destination if self._outlet is not None else None

    def _statistics(self) -> ProducerStatistics:
        return ProducerStatistics(None if self._outlet is None else str(self._outlet.destination))

    @property
    def converter(self) -> MessageConverter | None:
        """The converter of what is sent and is no message, or None (an extension)."""
        self._check_open()
        return self._converter

    def close(self) -> None:
        """Close, after its asynchronous sends are completed. A second call does nothing.

        Raises IllegalStateError if called by a completion listener of its session (section 7.3.4).
        """
        if not self._open:
            return
        self._outbox.completions.refuse_inside("MessageProducer.close")
        self._close()
        self._outbox.completions.wait("MessageProducer.close")

    def _abandon(self) -> None:
        self._open = False
        self._refresh()

    def _close(self) -> None:
        self._abandon()
        if self._outlet is not None:
            self._outlet.sender.close()
        self._on_closed(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
