"""Converters: objects instead of messages, in a format that both sides know (an extension).

    orders = JsonConverter(Order)
    session.create_producer(queue, converter=orders).send(Order("7", 3))
    order = session.create_consumer(queue, converter=orders).receive_object(timeout=1)

A body that a converter cannot read raises MessageFormatError.
"""

from jmslike.converters.bytes import BytesConverter
from jmslike.converters.content import CONTENT_TYPE
from jmslike.converters.csv import CsvConverter
from jmslike.converters.json import JsonConverter
from jmslike.converters.protobuf import ProtobufConverter
from jmslike.converters.thrift import ThriftConverter
from jmslike.converters.xml import XmlConverter
from jmslike.message_factory import MessageConverter, MessageFactory

__all__ = [
    "CONTENT_TYPE",
    "BytesConverter",
    "CsvConverter",
    "JsonConverter",
    "MessageConverter",
    "MessageFactory",
    "ProtobufConverter",
    "ThriftConverter",
    "XmlConverter",
]
