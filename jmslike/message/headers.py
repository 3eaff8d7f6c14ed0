"""The headers of a message (section 3.4): `send` sets most of them, the client three, delivery one."""

from __future__ import annotations

from jmslike.destinations import Destination, exact_destination
from jmslike.envelope import Constraints, Envelope, Headers, Terms, copy_of, seconds_of
from jmslike.errors import JMSError, MessageFormatError
from jmslike.exact import exact_integer, type_name
from jmslike.message import typed

DEFAULT_DELIVERY_MODE = 2
DEFAULT_PRIORITY = 4


class Draft(Envelope):
    """The envelope of a message after the client assigned one of the headers in it.

    Envelopes are shared; a draft belongs to its message alone and never travels. `redelivered` is None unless assigned.
    """

    __slots__ = ("redelivered",)
    redelivered: bool | None


def _draft(envelope: Envelope | None) -> Draft:
    draft = copy_of(_UNSENT if envelope is None else envelope, Draft)
    draft.redelivered = envelope.redelivered if isinstance(envelope, Draft) else None
    return draft


_UNSENT = Envelope.make(
    id="",
    destination=None,  # type: ignore[arg-type]
    kind="message",
    delivery_mode=DEFAULT_DELIVERY_MODE,
    priority=DEFAULT_PRIORITY,
)
"""The first draft of a message that was never sent is a copy of this."""


class HeaderAccess:
    """The headers as attributes. All can be assigned at any time, also on a received message (section 3.10).

    A value of the wrong type raises MessageFormatError, a destination of the wrong type InvalidDestinationError, a
    number out of the range of the header JMSError, one that does not fit 64 bits ValueError.
    """

    __slots__ = (
        "_attempts",  # hand-overs before this one; -1 unless received
        "_envelope",  # what send stamped or what was received; a draft once one of its headers was assigned
        "_headers",  # those that the client sets
    )
    _attempts: int
    _envelope: Envelope | None
    _headers: Headers

    def _changed(self) -> Draft:
        """Replace the envelope by a draft, and return it, to assign a header in."""
        draft = self._envelope = _draft(self._envelope)
        return draft

    @property
    def message_id(self) -> str | None:
        """JMSMessageID, which begins with "ID:"; None before the message is sent. Overwritten by send.

        Where the provider makes the ids, what a transacted session has sent shows its id after the commit only, and so
        the times that the provider sets. What was sent with a completion listener shows them when that is called.
        """
        envelope = self._envelope
        return (envelope.id or None) if envelope is not None else None

    @message_id.setter
    def message_id(self, value: str | None) -> None:
        checked = typed.named("header", "JMSMessageID", typed.string, value)
        self._changed().id_or_number = checked or ""

    @property
    def destination(self) -> Destination | None:
        """JMSDestination, None before the message is sent. Overwritten by send."""
        envelope = self._envelope
        return envelope.terms.destination if envelope is not None else None

    @destination.setter
    def destination(self, value: Destination | None) -> None:
        checked = _destination(value, "as JMSDestination")
        draft = self._changed()
        terms = draft.terms
        draft.terms = Terms(checked, terms.delivery_mode, terms.origin, terms.id_prefix)  # type: ignore[arg-type]

    @property
    def delivery_mode(self) -> int:
        """JMSDeliveryMode: 1 (not persistent) or 2 (persistent). Overwritten by send."""
        envelope = self._envelope
        return envelope.terms.delivery_mode if envelope is not None else DEFAULT_DELIVERY_MODE

    @delivery_mode.setter
    def delivery_mode(self, value: int) -> None:
        mode = _between(1, value, 2, "JMSDeliveryMode")
        draft = self._changed()
        terms = draft.terms
        draft.terms = Terms(terms.destination, mode, terms.origin, terms.id_prefix)

    @property
    def priority(self) -> int:
        """JMSPriority: 0 (lowest) to 9. Overwritten by send."""
        envelope = self._envelope
        return envelope.priority if envelope is not None else DEFAULT_PRIORITY

    @priority.setter
    def priority(self, value: int) -> None:
        checked = _between(0, value, 9, "JMSPriority")
        self._changed().priority = checked

    @property
    def timestamp(self) -> int:
        """JMSTimestamp: when the message was handed to send, in milliseconds since the epoch. Overwritten by send."""
        envelope = self._envelope
        return envelope.timestamp if envelope is not None else 0

    @timestamp.setter
    def timestamp(self, value: int) -> None:
        milliseconds = int(typed.named("header", "JMSTimestamp", typed.long, value))
        self._changed().sent_at = seconds_of(milliseconds)

    @property
    def expiration(self) -> int:
        """JMSExpiration, in milliseconds since the epoch; 0 for never. Overwritten by send."""
        envelope = self._envelope
        return envelope.expiration if envelope is not None else 0

    @expiration.setter
    def expiration(self, value: int) -> None:
        milliseconds = int(typed.named("header", "JMSExpiration", typed.long, value))
        draft = self._changed()
        draft.constraints = Constraints(milliseconds, draft.due)

    @property
    def delivery_time(self) -> int:
        """JMSDeliveryTime: the earliest delivery, in milliseconds since the epoch. Overwritten by send."""
        envelope = self._envelope
        return envelope.delivery_time if envelope is not None else 0

    @delivery_time.setter
    def delivery_time(self, value: int) -> None:
        milliseconds = int(typed.named("header", "JMSDeliveryTime", typed.long, value))
        draft = self._changed()
        draft.constraints = Constraints(draft.expiration, milliseconds)

    @property
    def redelivered(self) -> bool:
        """JMSRedelivered: whether the message was handed over before. Overwritten by send."""
        envelope = self._envelope
        if isinstance(envelope, Draft) and envelope.redelivered is not None:
            return envelope.redelivered
        return self._attempts > 0

    @redelivered.setter
    def redelivered(self, value: bool) -> None:
        checked = typed.named("header", "JMSRedelivered", typed.boolean, value)
        self._changed().redelivered = checked

    @property
    def correlation_id(self) -> str | None:
        """JMSCorrelationID: what links this message with another; None by default."""
        value = self._headers.correlation_id
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value

    @correlation_id.setter
    def correlation_id(self, value: str | None) -> None:
        checked = typed.named("header", "JMSCorrelationID", typed.string, value)
        self._headers = self._headers._replace(correlation_id=checked)

    @property
    def correlation_id_as_bytes(self) -> bytes | None:
        """JMSCorrelationID as bytes; a text in UTF-8."""
        value = self._headers.correlation_id
        return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value

    @correlation_id_as_bytes.setter
    def correlation_id_as_bytes(self, value: bytes | None) -> None:
        checked = typed.named("header", "JMSCorrelationID", typed.octets, value)
        self._headers = self._headers._replace(correlation_id=checked)

    @property
    def reply_to(self) -> Destination | None:
        """JMSReplyTo: where an answer is expected; None by default."""
        return self._headers.reply_to

    @reply_to.setter
    def reply_to(self, value: Destination | None) -> None:
        destination = _destination(value, "as JMSReplyTo")
        if destination is not None and destination.is_temporary:
            destination = type(destination)(destination.name)  # only its maker may delete it, not the receiver
        self._headers = self._headers._replace(reply_to=destination)

    @property
    def type(self) -> str | None:
        """JMSType: the application's name for this kind of message; None by default."""
        return self._headers.type

    @type.setter
    def type(self, value: str | None) -> None:
        self._headers = self._headers._replace(type=typed.named("header", "JMSType", typed.string, value))


def _destination(value: Destination | None, what: str) -> Destination | None:
    return None if value is None else exact_destination(value, f"{what}, or None")


def _between(lowest: int, value: int, highest: int, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise MessageFormatError(f"{name} is an int, not {type_name(value)}")
    number = exact_integer(value)
    if not lowest <= number <= highest:
        raise JMSError(f"{name} is {lowest} to {highest}, not {number}")
    return number
