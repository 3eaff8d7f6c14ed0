"""JMS errors for what pika and the broker report (C11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pika import exceptions

from jmslike.errors import (
    ConnectionLostError,
    InvalidDestinationError,
    JMSError,
    JMSSecurityError,
    ResourceAllocationError,
)
from jmslike_transports.shared.tls import explained

ACCESS_REFUSED: Final = 403
NOT_FOUND: Final = 404
RESOURCE_LOCKED: Final = 405
PRECONDITION_FAILED: Final = 406
_RESOURCE_ERROR: Final = 506
_NOT_ALLOWED: Final = 530
_RESERVED: Final = "reserved prefix"
_LOST: Final = exceptions.StreamLostError.__name__
"""What pika quotes when it guesses a refusal, and the broker gave no reason: RabbitMQ gives one, unless it stops."""
_END: Final = "Transport indicated EOF"
_QUOTED: Final = "Stream connection lost: "
"""Pika's texts for a broker that closes the connection, and before an error of the socket."""
OTHERWISE_DEFINED: Final = (ACCESS_REFUSED, RESOURCE_LOCKED, PRECONDITION_FAILED)
"""The refusals of a declaration, for which what exists may do."""

_TYPES: Final[Mapping[int, type[JMSError]]] = {
    ACCESS_REFUSED: JMSSecurityError,
    NOT_FOUND: InvalidDestinationError,
    _RESOURCE_ERROR: ResourceAllocationError,
}


def code_of(error: BaseException | None) -> int:
    """Return the AMQP reply code of an error or of its cause; 0 for none."""
    while error is not None:
        if isinstance(error, (exceptions.ChannelClosed, exceptions.ConnectionClosed)):
            return int(error.reply_code)
        error = error.__cause__
    return 0


def channel_error(reason: BaseException) -> JMSError:
    """Return the error of a request on a channel that the broker closed, or that could not be used."""
    if isinstance(reason, JMSError):
        return reason
    if isinstance(reason, exceptions.ChannelClosed):
        if _RESERVED in str(reason.reply_text):
            error: JMSError = InvalidDestinationError(f"the broker keeps this name for itself: {reason.reply_text}")
        else:
            error = _TYPES.get(reason.reply_code, JMSError)(f"the broker refuses: {reason.reply_text}")
    elif isinstance(reason, exceptions.NoFreeChannels):
        error = ResourceAllocationError("the broker allows a connection no more channels; a session takes up to two")
    elif isinstance(reason, exceptions.AMQPConnectionError):
        return connection_error(reason)
    else:
        error = JMSError(f"{type(reason).__name__}: {reason}")
    error.__cause__ = reason
    return error


def connection_error(reason: BaseException) -> ConnectionLostError:
    """Return the error of a connection that has ended."""
    if isinstance(reason, ConnectionLostError):
        return reason
    if isinstance(reason, exceptions.ConnectionBlockedTimeout):
        text = "the broker took no messages for too long: it is short of memory or of disk space"
    elif isinstance(reason, exceptions.AMQPHeartbeatTimeout):
        text = "no heartbeat from the broker"
    elif isinstance(reason, exceptions.ConnectionClosed):
        text = f"the broker closed the connection: {reason.reply_text}"
    elif isinstance(reason, exceptions.StreamLostError):
        text = "the broker closed the connection" if _END in str(reason) else str(reason).removeprefix(_QUOTED)
    else:
        text = f"{type(reason).__name__}: {reason}"
    error = ConnectionLostError(text)
    error.__cause__ = reason
    return error


def refusal(reason: BaseException, address: str) -> JMSError:
    """Return the error of a failed attempt to connect; `address` names the host."""
    causes = [reason, *(each for each in reason.args if isinstance(each, BaseException))]
    for cause in causes:
        code = code_of(cause)
        is_probable = isinstance(cause, (exceptions.ProbableAuthenticationError, exceptions.ProbableAccessDeniedError))
        error: JMSError
        if is_probable and _LOST in str(cause):
            error = ConnectionLostError(
                f"{address} ended the connection before it was open: it stops, or it refuses the user, the password or "
                f"the virtual host without a reason: {cause}"
            )
            break
        if is_probable or code in (ACCESS_REFUSED, _NOT_ALLOWED):
            error = JMSSecurityError(f"{address} refuses the user, the password or the virtual host: {cause}")
            break
    else:
        error = explained(_innermost(reason))
        if isinstance(error, JMSSecurityError):  # which is raised at once, without the names of other hosts
            error = JMSSecurityError(f"{address}: {error}")
    error.__cause__ = reason
    return error


def _innermost(reason: BaseException) -> BaseException:
    """Return the exception that made pika give up."""
    within = [*reason.args, *getattr(reason, "exceptions", ()), getattr(reason, "exception", None)]
    inner = [each for each in within if isinstance(each, BaseException)]
    return _innermost(inner[-1]) if inner else reason
