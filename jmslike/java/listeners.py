"""The listeners of JMS as base classes. A listener may derive from one, have its methods, or be a callable."""

from __future__ import annotations

from typing import Protocol

from jmslike.errors import JMSError
from jmslike.java.messages import Message


class MessageListener(Protocol):
    """Gets the messages of a consumer (section 8.7)."""

    def onMessage(self, message: Message) -> object:
        """Handle a message."""


class ExceptionListener(Protocol):
    """Gets the errors of a connection that no caller waits for (section 6.1.7)."""

    def onException(self, exception: JMSError) -> object:
        """Handle an error."""


class CompletionListener(Protocol):
    """Is called when an asynchronous send ends (section 7.3)."""

    def onCompletion(self, message: Message) -> object:
        """Handle that the provider took responsibility for the message."""

    def onException(self, message: Message, exception: JMSError) -> object:
        """Handle that the message could not be sent."""
