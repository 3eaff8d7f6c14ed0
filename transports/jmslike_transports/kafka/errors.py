"""JMS errors for what kafka-python raises and brokers report."""

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
        "the port authenticates no users: leave out user and password, or connect to one that does",
    ),
    (
        (errors.InvalidReceiveError,),
        "this is not Kafka's protocol: the port may require TLS (kafkas://), or belong to another server",
    ),
    ((errors.RequestTimedOutError, errors.KafkaTimeoutError), "no answer from the broker"),
    (
        (errors.InconsistentGroupProtocolError,),
        "other members of the group lack CooperativeStickyAssignor: set it there, or name another group with ?group=",
    ),
    (
        (errors.MessageSizeTooLargeError,),
        "raise max.message.bytes of the topic, or message.max.bytes of the broker, or send a smaller message",
    ),
)
CODEC_PACKAGES: Final = {"snappy": "python-snappy", "lz4": "lz4", "zstd": "zstandard"}
"""The package for each compression that Python lacks."""
_ERROR_MESSAGE: Final = re.compile(r"error_message=(['\"])(.+?)\1")
"""The broker's explanation, within the text of its whole answer."""
_END: Final = "socket disconnected"
"""kafka-python's text for a broker that closes the connection."""


def translated(reason: BaseException) -> JMSError:
    """Return the JMS error for what kafka-python raised."""
    if isinstance(reason, JMSError):
        return reason
    if isinstance(reason, errors.UnsupportedCodecError):
        error: JMSError = _without_codec(str(reason))
    elif isinstance(reason, errors.KafkaConnectionError):
        error = explained(reason.__cause__ or Exception(_without_class(reason)))
        if _END in str(error):
            error = ConnectionLostError(
                "the broker closed the connection; it may require authentication (user and password in the URL)"
            )
    else:
        kind = next((kind for kinds, kind in _TYPES if isinstance(reason, kinds)), JMSError)
        error = kind(_text(reason))
    error.__cause__ = reason
    return error


def _without_class(reason: BaseException) -> str:
    """Return the text of the library's error without the name of its class."""
    return str(reason).removeprefix(f"{type(reason).__name__}: ")


def _without_codec(text: str) -> JMSError:
    codec, package = next(((name, it) for name, it in CODEC_PACKAGES.items() if name in text), ("", ""))
    advice = f"install the package {package} (pip install {package})" if package else "install the codec"
    return JMSError(
        f"a record is compressed with {codec or 'an unknown codec'}, which Python cannot read: {advice}, and subscribe "
        "again; the record is not acknowledged, and the connection goes on without this consumer"
    )


def _text(reason: BaseException) -> str:
    text = str(reason).removesuffix(": None") or type(reason).__name__
    found = _ERROR_MESSAGE.search(text)
    if found is not None:
        text = f"{type(reason).__name__}: {found[2]}"
    advice = next((advice for kinds, advice in _ADVICE if isinstance(reason, kinds)), None)
    description = advice or getattr(reason, "description", None)
    return f"Kafka: {text} ({description.rstrip('.')})" if description and description not in text else f"Kafka: {text}"


@contextmanager
def border() -> Iterator[None]:
    """Turn every error of the library in the block into a JMSError (C11)."""
    try:
        yield
    except JMSError:
        raise
    except (errors.KafkaError, RuntimeError, ValueError, TypeError, OSError) as reason:
        raise translated(reason) from reason
