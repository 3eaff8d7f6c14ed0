"""JMSProducer: the producer of a JMSContext, with settings that override those of the message (section 7.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from jmslike.core.listener_calls import CompletionListener, check_completion_listener
from jmslike.core.outbox import Outbox, Outlet
from jmslike.core.session_state import SessionState
from jmslike.destinations import Destination
from jmslike.durations import Duration
from jmslike.envelope import Envelope
from jmslike.message import BytesMessage, Message, new_message
from jmslike.message.properties import PropertyGetters
from jmslike.message_factory import MessageConverter, MessageFactory, optional_converter
from jmslike.send_settings import SendSettings
from jmslike.values import PropertyValue


class JMSProducer(SendSettings, PropertyGetters):
    """Sends to any destination. Each setting is an attribute, and also a `set_...` method that returns the producer:
    `context.create_producer().set_priority(7).set_property("n", 1).send(queue, "text")`.

    Settings hold until they are changed. Headers and properties that are set here replace those of the message. Needs
    no closing. Setters raise JMSError for a value out of range, and what the setters of a message raise.
    """

    __slots__ = ("_converter", "_listener", "_messages", "_session", "_template")

    def __init__(self, messages: MessageFactory, session: SessionState, converter: MessageConverter | None) -> None:
        self._session = session
        self._set_up(messages, converter)

    def _set_up(self, messages: MessageFactory, converter: MessageConverter | None) -> None:
        self._messages = messages
        self._converter = converter
        self._template = new_message(Message)
        self._set_defaults()
        self._listener: CompletionListener | None = None

    def send(self, destination: Destination, body: Any) -> Self:
        """Send a message, or make one: of a str a text message, of a mapping a map message, of bytes a bytes message,
        of None a text message without text, of anything else an object message (section 7.2). With a converter, that
        makes the message of whatever is none (an extension).

        Raises InvalidDestinationError for a destination that is None or deleted; MessageFormatError for a body that
        cannot be encoded; MessageNotWriteableError if properties are set here and those of the message are read-only;
        ResourceAllocationError when the destination is full; ConnectionLostError; IllegalStateError when closed.
        """
        session = self._session
        if not session.is_open:  # looked at here, as this runs for each message
            self._check_open()
        outbox = session.outbox
        outlet, message, envelope = self._sealed(outbox, destination, body)
        if self._listener is None:
            outlet.post(envelope)
        else:
            outbox.send_async(outlet, envelope, message, self._listener)
        return self

    def _sealed(self, outbox: Outbox, destination: Destination, body: Any) -> tuple[Outlet, Any, Envelope]:
        outlet, message = outbox.outlet(destination), self._wrap(body)
        envelope = outbox.sealed(
            outlet,
            message,
            self._delivery_mode,
            self._priority,
            self._time_to_live,
            self._delivery_delay,
            self._override,
        )
        return outlet, message, envelope

    def _override(self, message: Message) -> None:
        template = self._template
        for name, value in template._properties.items():
            message.set_object_property(name, value)
        given = {name: value for name, value in template._headers._asdict().items() if value is not None}
        if given:
            message._headers = message._headers._replace(**given)

    def _wrap(self, body: Any) -> Any:
        messages = self._messages
        if self._converter is not None:
            return body if body is None or isinstance(body, Message) else self._converter.to_message(body, messages)
        if body is None or isinstance(body, str):
            return messages.create_text_message(body)
        if isinstance(body, Message):
            return body
        if isinstance(body, Mapping):
            items = messages.create_map_message()
            items.update(body)
            return items
        if isinstance(body, (bytes, bytearray, memoryview)):
            octets: BytesMessage = messages.create_bytes_message()
            octets.write_bytes(bytes(body))
            return octets
        return messages.create_object_message(body)

    def _check_open(self) -> None:
        if not self._session.is_open:
            raise self._session.closed("context")

    # ---- how messages are sent --------------------------------------------------------------------------------------

    def set_delivery_mode(self, value: int) -> Self:
        """Set `delivery_mode`."""
        self.delivery_mode = value
        return self

    def set_priority(self, value: int) -> Self:
        """Set `priority`."""
        self.priority = value
        return self

    def set_time_to_live(self, value: Duration) -> Self:
        """Set `time_to_live`, in seconds or a timedelta."""
        self.time_to_live = value
        return self

    def set_delivery_delay(self, value: Duration) -> Self:
        """Set `delivery_delay`, in seconds or a timedelta."""
        self.delivery_delay = value
        return self

    def set_disable_message_id(self, value: bool) -> Self:
        """Set `disable_message_id`."""
        self.disable_message_id = value
        return self

    def set_disable_message_timestamp(self, value: bool) -> Self:
        """Set `disable_message_timestamp`."""
        self.disable_message_timestamp = value
        return self

    @property
    def async_listener(self) -> CompletionListener | None:
        """The completion listener of asynchronous sends (section 7.3), or None to send synchronously.

        Raises ValueError when set to an object without on_completion and on_exception.
        """
        self._check_open()
        return self._listener

    @async_listener.setter
    def async_listener(self, listener: CompletionListener | None) -> None:
        self._check_open()
        if listener is not None:
            self._check_listener(listener)
        self._listener = listener

    def _check_listener(self, listener: CompletionListener) -> None:
        check_completion_listener(listener)

    def set_async(self, completion_listener: CompletionListener | None) -> Self:
        """Set `async_listener`."""
        self.async_listener = completion_listener
        return self

    @property
    def converter(self) -> MessageConverter | None:
        """The converter of bodies that are no messages (an extension), or None.

        Raises ValueError when set to an object without to_message and from_message.
        """
        self._check_open()
        return self._converter

    @converter.setter
    def converter(self, value: MessageConverter | None) -> None:
        self._check_open()
        self._converter = optional_converter(value)

    def set_converter(self, value: MessageConverter | None) -> Self:
        """Set `converter`."""
        self.converter = value
        return self

    # ---- headers ----------------------------------------------------------------------------------------------------

    @property
    def correlation_id(self) -> str | None:
        """JMSCorrelationID of what is sent, or None to leave the message's."""
        self._check_open()
        return self._template.correlation_id

    @correlation_id.setter
    def correlation_id(self, value: str | None) -> None:
        self._check_open()
        self._template.correlation_id = value

    def set_correlation_id(self, value: str | None) -> Self:
        """Set `correlation_id`."""
        self.correlation_id = value
        return self

    @property
    def correlation_id_as_bytes(self) -> bytes | None:
        """JMSCorrelationID of what is sent as bytes, or None to leave the message's."""
        self._check_open()
        return self._template.correlation_id_as_bytes

    @correlation_id_as_bytes.setter
    def correlation_id_as_bytes(self, value: bytes | None) -> None:
        self._check_open()
        self._template.correlation_id_as_bytes = value

    def set_correlation_id_as_bytes(self, value: bytes | None) -> Self:
        """Set `correlation_id_as_bytes`."""
        self.correlation_id_as_bytes = value
        return self

    @property
    def reply_to(self) -> Destination | None:
        """JMSReplyTo of what is sent, or None to leave the message's."""
        self._check_open()
        return self._template.reply_to

    @reply_to.setter
    def reply_to(self, value: Destination | None) -> None:
        self._check_open()
        self._template.reply_to = value

    def set_reply_to(self, value: Destination | None) -> Self:
        """Set `reply_to`."""
        self.reply_to = value
        return self

    @property
    def type(self) -> str | None:
        """JMSType of what is sent, or None to leave the message's."""
        self._check_open()
        return self._template.type

    @type.setter
    def type(self, value: str | None) -> None:
        self._check_open()
        self._template.type = value

    def set_type(self, value: str | None) -> Self:
        """Set `type`."""
        self.type = value
        return self

    # ---- properties -------------------------------------------------------------------------------------------------

    def set_property(self, name: str, value: PropertyValue) -> Self:
        """Set a property of what is sent, of the JMS type that its Python type says.

        Raises ValueError for a bad name, MessageFormatError for a value of another type.
        """
        self._check_open()
        self._template.set_object_property(name, value)
        return self

    def clear_properties(self) -> Self:
        """Remove the properties that were set here."""
        self._check_open()
        self._template.clear_properties()
        return self

    def _property_map(self) -> Mapping[str, PropertyValue]:
        self._check_open()
        return self._template._properties
