"""The transport of `amqp://`: AMQP 0-9-1 through pika, to RabbitMQ."""

from __future__ import annotations

import logging

from jmslike_transports.amqp.factory import factory, tls_factory
from jmslike_transports.amqp.number_types import keep_types
from jmslike_transports.amqp.pika_patches import tolerate

__all__ = ["factory", "tls_factory"]

tolerate()
keep_types()
logging.getLogger("pika").addHandler(logging.NullHandler())  # its errors reach the user as ours
logging.getLogger("pika").propagate = False
