"""JMS for Python: Jakarta Messaging 3.1 under Python names, over pluggable transports.

    import jmslike

    with jmslike.connect("native://") as context:
        queue = context.create_queue("orders")
        context.create_producer().send(queue, "hello")
        print(context.create_consumer(queue).receive_body(str))

This module is the whole public surface. What a transport implements is in `jmslike.spi`.
"""

from __future__ import annotations

import logging as _logging

from jmslike.browser import QueueBrowser
from jmslike.capabilities import Capabilities, Feature, Level, Support
from jmslike.connection import Connection, open_connections
from jmslike.constants import DeliveryMode, SessionMode
from jmslike.consumer import MessageConsumer
from jmslike.context import JMSContext
from jmslike.context_consumer import JMSConsumer
from jmslike.context_producer import JMSProducer
from jmslike.core.listener_calls import CompletionListener
from jmslike.destinations import Destination, Queue, TemporaryQueue, TemporaryTopic, Topic
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
from jmslike.factory import ConnectionFactory, connect, forget
from jmslike.message import BytesMessage, MapMessage, Message, ObjectMessage, StreamMessage, TextMessage
from jmslike.message.serializers import JSONSerializer, ObjectSerializer, PickleSerializer
from jmslike.metadata import ConnectionMetaData, library_version
from jmslike.producer import MessageProducer
from jmslike.requestor import QueueRequestor, TopicRequestor
from jmslike.session import Session
from jmslike.statistics import (
    ConnectionStatistics,
    ConsumerStatistics,
    EngineQueue,
    EngineStatistics,
    JournalStatistics,
    ProducerStatistics,
    QueueStatistics,
    SessionStatistics,
)
from jmslike.values import Byte, Char, Float, Long, Short

__version__ = library_version()

_logging.getLogger("jmslike").addHandler(
    _logging.NullHandler()
)  # nothing is printed unless the application asks for it

__all__ = [
    "Byte",
    "BytesMessage",
    "Capabilities",
    "Char",
    "CompletionListener",
    "Connection",
    "ConnectionFactory",
    "ConnectionLostError",
    "ConnectionMetaData",
    "ConnectionStatistics",
    "ConsumerStatistics",
    "DeliveryMode",
    "Destination",
    "EngineQueue",
    "EngineStatistics",
    "Feature",
    "Float",
    "IllegalStateError",
    "InvalidClientIDError",
    "InvalidDestinationError",
    "InvalidSelectorError",
    "JMSConsumer",
    "JMSContext",
    "JMSError",
    "JMSProducer",
    "JMSSecurityError",
    "JSONSerializer",
    "JournalStatistics",
    "Level",
    "Long",
    "MapMessage",
    "Message",
    "MessageConsumer",
    "MessageEOFError",
    "MessageFormatError",
    "MessageNotReadableError",
    "MessageNotWriteableError",
    "MessageProducer",
    "ObjectMessage",
    "ObjectSerializer",
    "PickleSerializer",
    "ProducerStatistics",
    "Queue",
    "QueueBrowser",
    "QueueRequestor",
    "QueueStatistics",
    "ResourceAllocationError",
    "Session",
    "SessionMode",
    "SessionStatistics",
    "Short",
    "StreamMessage",
    "Support",
    "TemporaryQueue",
    "TemporaryTopic",
    "TextMessage",
    "Topic",
    "TopicRequestor",
    "TransactionInDoubtError",
    "TransactionInProgressError",
    "TransactionRolledBackError",
    "UnsupportedFeatureError",
    "connect",
    "forget",
    "open_connections",
]
