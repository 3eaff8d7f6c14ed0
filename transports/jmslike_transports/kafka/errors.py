"""What kafka-python and the brokers report, as errors of JMS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kafka import errors

from jmslike.errors import (
    ConnectionLostError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
)
from jmslike_transports.shared.tls import explained

_TYPES: Final[tuple[tuple[tuple[type[BaseException], ...], type[JMSError]], ...]] = (
    (
        (
            errors.AuthorizationError,
            errors.SaslAuthenticationFailedError,
            errors.IllegalSaslStateError,
            errors.UnsupportedSaslMechanismError,
        ),
        JMSSecurityError,
    ),
    ((errors.UnknownTopicOrPartitionError, errors.InvalidTopicError), InvalidDestinationError),
    (
        (
            errors.MessageSizeTooLargeError,
            errors.RecordListTooLargeError,
            errors.NotEnoughReplicasError,
            errors.NotEnoughReplicasAfterAppendError,
            errors.PolicyViolationError,
        ),
        ResourceAllocationError,
    ),
    (
        (errors.NodeNotReadyError, errors.InvalidReceiveError, errors.RequestTimedOutError, errors.KafkaTimeoutError),
        ConnectionLostError,
    ),
)

_ADVICE: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    (
        (errors.IllegalSaslStateError,),
        "the port takes no user: leave out user and password, or connect to one that does",
    ),
    (
        (errors.InvalidReceiveError,),
        "this is no word of Kafka's: does the port want TLS (kafkas://), or belong to another server?",
    ),
    ((errors.RequestTimedOutError, errors.KafkaTimeoutError), "no answer from the broker"),
    (
        (errors.InconsistentGroupProtocolError,),
        "members of the group do not use CooperativeStickyAssignor: let them, or ?group= name another group",
    ),
    (
        (errors.MessageSizeTooLargeError,),
        "max.message.bytes of the topic, or else message.max.bytes of the broker, says how large a message may be",
    ),
)
_TOLD: Final = re.compile(r"error_message=(['\"])(.+?)\1")
"""What the broker says, in the whole of its answer."""
_END: Final = "socket disconnected"
"""What kafka-python says of a broker that ends the connection."""


def translated(reason: BaseException) -> JMSError:
    """Give the JMS error for what kafka-python raised."""
    if isinstance(reason, JMSError):
        return reason
    if isinstance(reason, errors.KafkaConnectionError):
        error = explained(reason.__cause__ or reason)
        if _END in str(error):
            error = ConnectionLostError("the broker has ended the connection; if it is a new one: does it want a user?")
    else:
        kind = next((kind for kinds, kind in _TYPES if isinstance(reason, kinds)), JMSError)
        error = kind(_text(reason))
    error.__cause__ = reason
    return error


def _text(reason: BaseException) -> str:
    text = str(reason).removesuffix(": None") or type(reason).__name__
    told = _TOLD.search(text)
    if told is not None:
        text = f"{type(reason).__name__}: {told[2]}"
    advice = next((advice for kinds, advice in _ADVICE if isinstance(reason, kinds)), None)
    description = advice or getattr(reason, "description", None)
    return f"Kafka: {text} ({description.rstrip('.')})" if description and description not in text else f"Kafka: {text}"


@contextmanager
def border() -> Iterator[None]:
    """Let nothing but JMSError out (C11)."""
    try:
        yield
    except JMSError:
        raise
    except (errors.KafkaError, RuntimeError, ValueError, TypeError, OSError) as reason:
        raise translated(reason) from reason
