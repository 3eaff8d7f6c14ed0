"""What kafka-python and the brokers report, as errors of JMS."""

from __future__ import annotations

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
from transports.tls import explained

_TYPES: Final[tuple[tuple[tuple[type[BaseException], ...], type[JMSError]], ...]] = (
    ((errors.AuthorizationError, errors.SaslAuthenticationFailedError), JMSSecurityError),
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
    ((errors.NodeNotReadyError,), ConnectionLostError),
)


def translated(reason: BaseException) -> JMSError:
    """Give the JMS error for what kafka-python raised."""
    if isinstance(reason, JMSError):
        return reason
    if isinstance(reason, errors.KafkaConnectionError):
        error = explained(reason.__cause__ or reason)
    else:
        kind = next((kind for kinds, kind in _TYPES if isinstance(reason, kinds)), JMSError)
        error = kind(_text(reason))
    error.__cause__ = reason
    return error


def _text(reason: BaseException) -> str:
    description = getattr(reason, "description", None)
    text = str(reason) or type(reason).__name__
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
