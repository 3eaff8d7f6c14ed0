"""JMS under Java's names: those of jakarta.jms 3.1 and javax.jms 2.0, on the objects of `jmslike`.

    from jmslike.java import ConnectionFactory, Session

    connection = ConnectionFactory("native://").createConnection()
    session = connection.createSession(False, Session.AUTO_ACKNOWLEDGE)
    session.createProducer(session.createQueue("orders")).send(session.createTextMessage("hello"))

Java's meanings hold: durations are milliseconds, listeners have `onMessage` or are callables. Attributes have Jython's
form, such as `message.JMSReplyTo`. `install()` makes Java's packages importable, such as `javax.jms`.
"""

from __future__ import annotations

from jmslike.constants import DeliveryMode
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
from jmslike.errors import JMSError
from jmslike.java.connections import (
    Connection,
    ConnectionFactory,
    ConnectionMetaData,
    JMSContext,
    QueueConnection,
    QueueConnectionFactory,
    QueueRequestor,
    TopicConnection,
    TopicConnectionFactory,
    TopicRequestor,
)
from jmslike.java.conversions import Enumeration
from jmslike.java.endpoints import (
    JMSConsumer,
    JMSProducer,
    MessageConsumer,
    MessageProducer,
    QueueBrowser,
    QueueReceiver,
    QueueSender,
    TopicPublisher,
    TopicSubscriber,
)
from jmslike.java.errors import EXCEPTIONS
from jmslike.java.installation import install
from jmslike.java.listeners import CompletionListener, ExceptionListener, MessageListener
from jmslike.java.messages import BytesMessage, MapMessage, Message, ObjectMessage, StreamMessage, TextMessage
from jmslike.java.naming import Context, InitialContext, NameNotFoundException, NamingException
from jmslike.java.sessions import QueueSession, Session, TopicSession

globals().update(EXCEPTIONS)

__all__ = [
    "BytesMessage",
    "CompletionListener",
    "Connection",
    "ConnectionFactory",
    "ConnectionMetaData",
    "Context",
    "DeliveryMode",
    "Destination",
    "Enumeration",
    "ExceptionListener",
    "InitialContext",
    "JMSConsumer",
    "JMSContext",
    "JMSError",
    "JMSProducer",
    "MapMessage",
    "Message",
    "MessageConsumer",
    "MessageListener",
    "MessageProducer",
    "NameNotFoundException",
    "NamingException",
    "ObjectMessage",
    "Queue",
    "QueueBrowser",
    "QueueConnection",
    "QueueConnectionFactory",
    "QueueReceiver",
    "QueueRequestor",
    "QueueSender",
    "QueueSession",
    "Session",
    "StreamMessage",
    "TemporaryQueue",
    "TemporaryTopic",
    "TextMessage",
    "Topic",
    "TopicConnection",
    "TopicConnectionFactory",
    "TopicPublisher",
    "TopicRequestor",
    "TopicSession",
    "TopicSubscriber",
    "install",
    *EXCEPTIONS,
]
