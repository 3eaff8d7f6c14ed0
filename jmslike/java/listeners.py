"""The listeners of JMS as base classes. A listener may derive from one, have its methods, or be a callable."""

from __future__ import annotations

from abc import abstractmethod
from typing import Protocol, runtime_checkable

from jmslike.errors import JMSError
from jmslike.java.messages import Message


@runtime_checkable
class MessageListener(Protocol):
    """Gets the messages of a consumer (section 8.7)."""

    @abstractmethod
    def onMessage(self, message: Message) -> object:
        """Handle a message."""


@runtime_checkable
class ExceptionListener(Protocol):
    """Gets the errors of a connection that no caller waits for (section 6.1.7)."""

    @abstractmethod
    def onException(self, exception: JMSError) -> object:
        """Handle an error."""


@runtime_checkable
class CompletionListener(Protocol):
    """Is called when an asynchronous send ends (section 7.3)."""

    @abstractmethod
    def onCompletion(self, message: Message) -> object:
        """Handle that the provider took responsibility for the message."""

    @abstractmethod
    def onException(self, message: Message, exception: JMSError) -> object:
        """Handle that the message could not be sent."""
