"""JMS errors for what Java throws (C11): by its class, and where that is general, by the class of a cause.

The text has the messages and codes of the exception and of its causes and linked exceptions, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jpype

from jmslike.errors import (
    ConnectionLostError,
    IllegalStateError,
    InvalidClientIDError,
    InvalidDestinationError,
    InvalidSelectorError,
    JMSError,
    JMSSecurityError,
    MessageEOFError,
    MessageFormatError,
    MessageNotReadableError,
    MessageNotWriteableError,
    ResourceAllocationError,
    TransactionInDoubtError,
    TransactionInProgressError,
    TransactionRolledBackError,
    UnsupportedFeatureError,
)

_OF_JMS: Final[Mapping[str, type[JMSError]]] = {
    "IllegalState": IllegalStateError,
    "InvalidClientID": InvalidClientIDError,
    "InvalidDestination": InvalidDestinationError,
    "InvalidSelector": InvalidSelectorError,
    "JMSSecurity": JMSSecurityError,
    "MessageEOF": MessageEOFError,
    "MessageFormat": MessageFormatError,
    "MessageNotReadable": MessageNotReadableError,
    "MessageNotWriteable": MessageNotWriteableError,
    "ResourceAllocation": ResourceAllocationError,
    "TransactionInProgress": TransactionInProgressError,
    "TransactionRolledBack": TransactionRolledBackError,
}
_JMS_CLASS: Final = re.compile(r"(?:jakarta|javax)\.jms\.(\w+?)(?:Runtime)?Exception")

_ARTEMIS: Final = "org.apache.activemq.artemis.api.core.ActiveMQ"
_QPID: Final = "org.apache.qpid.jms."
_CLASSIC: Final = "org.apache.activemq."

_OTHERS: Final[Mapping[str, type[JMSError]]] = {
    # a connection, or what a connection is made of, that is gone or does not answer
    f"{_ARTEMIS}ConnectionTimedOutException": ConnectionLostError,
    f"{_ARTEMIS}DisconnectedException": ConnectionLostError,
    f"{_ARTEMIS}NotConnectedException": ConnectionLostError,
    f"{_ARTEMIS}RemoteDisconnectException": ConnectionLostError,
    f"{_ARTEMIS}UnBlockedException": ConnectionLostError,
    f"{_QPID}JmsConnectionRemotelyClosedException": ConnectionLostError,
    f"{_QPID}JmsOperationTimedOutException": ConnectionLostError,
    f"{_QPID}JmsSendTimedOutException": ConnectionLostError,
    f"{_QPID}exceptions.JmsConnectionClosedException": ConnectionLostError,
    f"{_QPID}exceptions.JmsConnectionFailedException": ConnectionLostError,
    f"{_QPID}provider.exceptions.ProviderClosedException": ConnectionLostError,
    f"{_QPID}provider.exceptions.ProviderFailedException": ConnectionLostError,
    f"{_QPID}provider.exceptions.ProviderIOException": ConnectionLostError,
    f"{_CLASSIC}ConnectionClosedException": ConnectionLostError,
    f"{_CLASSIC}ConnectionFailedException": ConnectionLostError,
    "com.rabbitmq.client.ShutdownSignalException": ConnectionLostError,
    "com.rabbitmq.client.ChannelContinuationTimeoutException": ConnectionLostError,
    "java.io.IOException": ConnectionLostError,
    "java.nio.channels.UnresolvedAddressException": ConnectionLostError,
    "java.util.concurrent.TimeoutException": ConnectionLostError,
    # the helper
    "jmslike.jakarta.Worker$NothingSent": TransactionRolledBackError,
    "jmslike.javax.Worker$NothingSent": TransactionRolledBackError,
    # refusals
    "java.io.UTFDataFormatException": MessageFormatError,  # a text of more than 65,535 bytes, in Java's own form
    f"{_ARTEMIS}AddressFullException": ResourceAllocationError,
    f"{_ARTEMIS}QueueMaxConsumerLimitReached": ResourceAllocationError,
    f"{_ARTEMIS}NonExistentQueueException": InvalidDestinationError,
    f"{_ARTEMIS}AddressDoesNotExistException": InvalidDestinationError,
    f"{_ARTEMIS}SecurityException": JMSSecurityError,
    f"{_ARTEMIS}TransactionOutcomeUnknownException": TransactionInDoubtError,
    f"{_ARTEMIS}TransactionRolledBackException": TransactionRolledBackError,
    f"{_QPID}JmsResourceNotFoundException": InvalidDestinationError,
    f"{_QPID}JmsTransactionInDoubtException": TransactionInDoubtError,
    f"{_QPID}provider.exceptions.ProviderTransactionRolledBackException": TransactionRolledBackError,
    f"{_CLASSIC}DestinationDoesNotExistException": InvalidDestinationError,
    "com.rabbitmq.client.PossibleAuthenticationFailureException": JMSSecurityError,
    "com.rabbitmq.jms.util.RMQJMSSelectorException": InvalidSelectorError,
    "java.security.GeneralSecurityException": JMSSecurityError,
    "javax.naming.NamingSecurityException": JMSSecurityError,
    "javax.naming.CommunicationException": ConnectionLostError,
    "javax.naming.ServiceUnavailableException": ConnectionLostError,
    "javax.net.ssl.SSLHandshakeException": JMSSecurityError,
    "javax.net.ssl.SSLPeerUnverifiedException": JMSSecurityError,
    "java.lang.SecurityException": JMSSecurityError,
    "java.lang.UnsupportedOperationException": UnsupportedFeatureError,
}

_REPLY: Final = re.compile(r"#method<(channel|connection)\.close>\(reply-code=(\d+)")
"""How the client of RabbitMQ quotes what the broker refused."""
_OF_REPLY: Final[Mapping[str, type[JMSError]]] = {
    "403": JMSSecurityError,
    "404": InvalidDestinationError,
    "506": ResourceAllocationError,
    "530": JMSSecurityError,
}

_REASON: Final = re.compile(r"\bMQRC[ _(]*(?:\w+\W+)??(\d{4})\b|\breason (?:code )?'?(\d{4})'?", re.IGNORECASE)
"""How the client of IBM MQ quotes a reason code."""
_OF_REASON: Final[Mapping[str, type[JMSError]]] = {
    **dict.fromkeys(("2009", "2059", "2161", "2162", "2202", "2203", "2537", "2538"), ConnectionLostError),
    **dict.fromkeys(("2035", "2063", "2393", "2397", "2399"), JMSSecurityError),
    **dict.fromkeys(("2082", "2085", "2087", "2052"), InvalidDestinationError),
    **dict.fromkeys(("2024", "2030", "2053", "2056", "2192"), ResourceAllocationError),
    "2003": TransactionRolledBackError,
}

_END: Final = "EOFException"
_ENDED: Final = "the provider closed the connection"
"""What it stands for where there is nothing else."""

_DEPTH: Final = 8
"""How many causes are looked at."""
GENERAL: Final = (JMSError, IllegalStateError)
"""What a cause may say more about: some clients throw IllegalStateException once a connection is lost."""


def error_of(error: BaseException) -> JMSError:
    """Return the JMS error for what Java, JPype or this transport raised; a JMSError is returned as it is."""
    if isinstance(error, JMSError):
        return error
    if isinstance(error, ValueError):  # of an option
        return JMSError(str(error), linked_exception=error)
    if not isinstance(error, jpype.JException):
        return JMSError(f"{type(error).__name__}: {error}", linked_exception=error)
    chain = list(_chain(error))
    text = _text(chain)
    if any(str(each.getClass().getName()) == "java.lang.OutOfMemoryError" for each in chain):
        return ResourceAllocationError(f"{text}; {_HEAP}", None, error)
    return _type(chain, text)(text, _code(chain), error)


_HEAP: Final = (
    "the message is too large for the JVM's heap, or the program holds too many: give it more before it starts, with "
    "JMSLIKE_JVM_OPTIONS=-Xmx1g"
)


def is_loss(error: BaseException) -> bool:
    """Whether the error says that the connection is gone, or does not answer."""
    return isinstance(error_of(error), ConnectionLostError)


def _type(chain: list[Any], text: str) -> type[JMSError]:
    replied = _REPLY.search(text)
    if replied is not None:
        if replied[1] == "channel":
            return _OF_REPLY.get(replied[2], JMSError)
        return _OF_REPLY.get(replied[2], ConnectionLostError)
    found = _type_of(chain[0])
    causes = [cause for cause in map(_type_of, chain[1:]) if cause not in GENERAL]
    if found is TransactionInDoubtError and TransactionRolledBackError in causes:  # Qpid JMS takes that for a doubt
        return TransactionRolledBackError
    if found not in GENERAL:
        return found
    reason = _reason(text)
    if reason in _OF_REASON:
        return _OF_REASON[reason]
    if JMSSecurityError in causes:  # a refused user is often told by closing the connection
        return JMSSecurityError
    return causes[0] if causes else found


def _type_of(throwable: Any) -> type[JMSError]:
    """Return the type for the class of this exception alone, or for the nearest class that it extends."""
    kind = throwable.getClass()
    while kind is not None:
        name = str(kind.getName())
        known = _JMS_CLASS.fullmatch(name)
        found = _OTHERS.get(name) if known is None else _OF_JMS.get(known[1])
        if found is not None:
            return found
        kind = kind.getSuperclass()
    return JMSError


def _reason(text: str) -> str:
    found = _REASON.search(text)
    return "" if found is None else found[1] or found[2]


def _chain(throwable: Any) -> Iterator[Any]:
    """Yield the exception and what it was caused by; linked exceptions before causes, as they have the codes."""
    waiting: list[Any] = [throwable]
    seen: list[Any] = []
    while waiting and len(seen) < _DEPTH:
        current = waiting.pop(0)
        if any(current.equals(each) for each in seen):
            continue
        seen.append(current)
        yield current
        linked = current.getLinkedException() if hasattr(current, "getLinkedException") else None
        waiting += [each for each in (linked, current.getCause()) if each is not None]


def _text(chain: list[Any]) -> str:
    """Return what the exceptions say, each thing once: many quote their cause, some with the name of its class."""
    parts: list[str] = []
    said: list[str] = []
    quoted = [_line(throwable.toString()) for throwable in chain]
    for throwable in chain:
        text = _line(throwable.getMessage())
        if text and (text in quoted or any(text in each for each in said)):
            continue
        part = text
        if not text or throwable.getClass().getPackage() != chain[0].getClass().getPackage():
            part = f"{throwable.getClass().getSimpleName()}: {text}".removesuffix(": ")
        code = _code([throwable])
        if code is not None and code not in part:
            part = f"{part} ({code})"
        said.append(text or part)
        parts.append(part)
    return _ENDED if parts == [_END] else "; ".join(parts)


def _line(text: Any) -> str:
    return "" if text is None else " ".join(str(text).split()).rstrip(".")


def _code(chain: list[Any]) -> str | None:
    for throwable in chain:
        code = throwable.getErrorCode() if hasattr(throwable, "getErrorCode") else None
        if code is not None:
            return str(code)
    return None
