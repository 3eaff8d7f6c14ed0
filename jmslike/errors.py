"""The exceptions, as a tree (Jakarta Messaging 3.1, section 10.3).

    JMSError
     ├─ IllegalStateError            the call makes no sense now: closed object, wrong session mode, wrong thread
     ├─ InvalidClientIDError         a client id that is empty or in use
     ├─ InvalidDestinationError      a destination that is None, deleted or of the wrong kind
     ├─ InvalidSelectorError         a selector that is not in the language
     ├─ JMSSecurityError             the broker refused the user
     ├─ MessageEOFError              a read past the end of a stream or bytes body
     ├─ MessageFormatError           a value or conversion that the message cannot hold
     ├─ MessageNotReadableError      a read from a body that is being written
     ├─ MessageNotWriteableError     a write to a message that was received
     ├─ ResourceAllocationError      a full queue, too many connections
     ├─ TransactionInProgressError   an operation that is not allowed inside a transaction
     ├─ TransactionRolledBackError   a commit that became a rollback
     ├─ UnsupportedFeatureError      this transport cannot do that (ours)
     ├─ ConnectionLostError          the link to the broker is gone (ours)
     └─ TransactionInDoubtError      the fate of a commit is unknown (ours)

Where Java throws NumberFormatException, NullPointerException, IllegalArgumentException or
UnsupportedOperationException, Python raises a plain ValueError; for IndexOutOfBoundsException, IndexError.
"""

from __future__ import annotations


class JMSError(Exception):
    """The root of all errors of this library (section 10.2).

    `error_code` is the provider's code, or None. `linked_exception` is the error that caused this one, also
    available as `__cause__`.
    """

    def __init__(
        self, reason: str = "", error_code: str | None = None, linked_exception: BaseException | None = None
    ) -> None:
        super().__init__(reason)
        self.error_code = error_code
        if linked_exception is not None:
            self.__cause__ = linked_exception

    @property
    def linked_exception(self) -> BaseException | None:
        """The error that caused this one, or None."""
        return self.__cause__

    @linked_exception.setter
    def linked_exception(self, error: BaseException | None) -> None:
        self.__cause__ = error


class IllegalStateError(JMSError):
    """A call at the wrong time or in the wrong state, such as any call on a closed object."""


class InvalidClientIDError(JMSError):
    """A client id that is empty, or that another open connection uses."""


class InvalidDestinationError(JMSError):
    """A destination that is None, was deleted, or does not suit the call."""


class InvalidSelectorError(JMSError):
    """A message selector that is not valid (section 3.8.1)."""


class JMSSecurityError(JMSError):
    """A user name, password or right that the provider refused."""


class MessageEOFError(JMSError):
    """A read past the end of a StreamMessage or BytesMessage."""


class MessageFormatError(JMSError):
    """A value of a type that the message cannot hold or convert."""


class MessageNotReadableError(JMSError):
    """A read from a body that is write-only."""


class MessageNotWriteableError(JMSError):
    """A write to a message that is read-only."""


class ResourceAllocationError(JMSError):
    """A limit of the provider that was reached, such as a full queue."""


class TransactionInProgressError(JMSError):
    """An operation that is not allowed while a transaction is in progress."""


class TransactionRolledBackError(JMSError):
    """A commit that ended in a rollback: nothing was sent, and what was received is redelivered."""


class UnsupportedFeatureError(JMSError):
    """A feature that the transport does not have; the text says what to use instead."""


class ConnectionLostError(JMSError):
    """A call on a connection whose link to the provider is gone. A send without an answer may have arrived."""


class TransactionInDoubtError(JMSError):
    """A commit that the provider may have done or not: duplicates are possible, loss is not."""
