"""The transport of `stomp://`: STOMP 1.2 through stomp.py, to ActiveMQ Artemis, ActiveMQ Classic and RabbitMQ."""

from __future__ import annotations

import logging

from jmslike_transports.stomp.factory import factory, tls_factory

__all__ = ["factory", "tls_factory"]

# its failures reach the caller as errors, and its log would show the password and every frame
logging.getLogger("stomp.py").addHandler(logging.NullHandler())
logging.getLogger("stomp.py").propagate = False
