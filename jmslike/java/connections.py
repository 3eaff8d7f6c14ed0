"""Connection factories, connections and contexts under Java names, with the types of JMS 1.0, and the requestors."""

from __future__ import annotations

from typing import Any, TypeVar, overload

import jmslike
from jmslike.constants import SessionMode
from jmslike.java.endpoints import JMSConsumer, JMSProducer
from jmslike.java.messages import MESSAGE_TYPES
from jmslike.java.names import java_names
from jmslike.java.sessions import QueueSession, Session, TopicSession

C = TypeVar("C", bound="Connection")


@java_names
class ConnectionMetaData(jmslike.ConnectionMetaData):
    """As `jmslike.ConnectionMetaData`."""

    def getJMSVersion(self) -> str:
        """Return the version of JMS."""
        return self.jms_version

    def getJMSMajorVersion(self) -> int:
        """Return the first number of that version."""
        return self.jms_major_version

    def getJMSMinorVersion(self) -> int:
        """Return its second number."""
        return self.jms_minor_version

    JMSVersion = property(getJMSVersion)
    JMSMajorVersion = property(getJMSMajorVersion)
    JMSMinorVersion = property(getJMSMinorVersion)


@java_names
class Connection(jmslike.Connection):
    """As `jmslike.Connection`."""

    __slots__ = ()

    session_type = Session
    meta_data_type = ConnectionMetaData


@java_names
class QueueConnection(Connection):
    """A connection whose sessions are for queues (JMS 1.0)."""

    __slots__ = ()

    session_type = QueueSession

    def createQueueSession(self, transacted: bool, acknowledgeMode: int, /) -> QueueSession:
        """As `createSession`."""
        return self.create_session(transacted, acknowledgeMode)  # type: ignore[return-value]


@java_names
class TopicConnection(Connection):
    """A connection whose sessions are for topics (JMS 1.0)."""

    __slots__ = ()

    session_type = TopicSession

    def createTopicSession(self, transacted: bool, acknowledgeMode: int, /) -> TopicSession:
        """As `createSession`."""
        return self.create_session(transacted, acknowledgeMode)  # type: ignore[return-value]


@java_names
class JMSContext(jmslike.JMSContext):
    """As `jmslike.JMSContext`."""

    __slots__ = ()

    message_types = MESSAGE_TYPES
    producer_type = JMSProducer
    consumer_type = JMSConsumer


class _PythonSession(jmslike.Session):
    """A session of `jmslike`, whose messages have Java names, too."""

    __slots__ = ()

    message_types = MESSAGE_TYPES


class _PythonConnection(jmslike.Connection):
    """A connection of `jmslike`, whose messages have Java names, too."""

    __slots__ = ()

    session_type = _PythonSession


class _PythonContext(jmslike.JMSContext):
    """A context of `jmslike`, whose messages have Java names, too."""

    __slots__ = ()

    message_types = MESSAGE_TYPES


@java_names
class ConnectionFactory(jmslike.ConnectionFactory):
    """As `jmslike.ConnectionFactory`. Under Java names it makes objects with Java names, under Python names those of
    `jmslike`: what is written for a Python factory, such as a ListenerContainer, takes this one, too. The messages have
    Java names in both, so `onMessage` of a Java program may be the listener.
    """

    connection_type = _PythonConnection
    context_type = _PythonContext

    def _connect(self, kind: type[C], user_name: str | None, password: str | None) -> C:
        return kind(self._provider.transport(user_name, password), self._provider.settings)

    def createConnection(self, userName: str | None = None, password: str | None = None, /) -> Connection:
        """As `jmslike.ConnectionFactory.create_connection`."""
        return self._connect(Connection, userName, password)

    @overload
    def createContext(self, sessionMode: int = ..., /) -> JMSContext: ...

    @overload
    def createContext(self, userName: str | None, password: str | None, sessionMode: int = ..., /) -> JMSContext: ...

    def createContext(self, *arguments: Any) -> JMSContext:
        """Make a context. Raises TypeError for other arguments; else as `jmslike.ConnectionFactory.create_context`."""
        if len(arguments) > 3:
            raise TypeError(f"createContext() takes at most 3 arguments, not {len(arguments)}")
        *user, mode = arguments if len(arguments) in (1, 3) else (*arguments, SessionMode.AUTO_ACKNOWLEDGE)
        user_name, password = user or (None, None)
        checked = self._mode_of_context(user_name, mode)
        return JMSContext(self.createConnection(user_name, password), checked)


@java_names
class QueueConnectionFactory(ConnectionFactory):
    """A connection factory for queues (JMS 1.0)."""

    def createQueueConnection(self, userName: str | None = None, password: str | None = None, /) -> QueueConnection:
        """As `createConnection`."""
        return self._connect(QueueConnection, userName, password)


@java_names
class TopicConnectionFactory(ConnectionFactory):
    """A connection factory for topics (JMS 1.0)."""

    def createTopicConnection(self, userName: str | None = None, password: str | None = None, /) -> TopicConnection:
        """As `createConnection`."""
        return self._connect(TopicConnection, userName, password)


@java_names
class QueueRequestor(jmslike.QueueRequestor):
    """As `jmslike.QueueRequestor`."""


@java_names
class TopicRequestor(jmslike.TopicRequestor):
    """As `jmslike.TopicRequestor`."""
