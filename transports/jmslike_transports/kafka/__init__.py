"""The transport of `kafka://`: Apache Kafka through kafka-python."""

from __future__ import annotations

import logging
import warnings

with warnings.catch_warnings():  # the library uses what Python 3.11 and 3.12 deprecate, without harm
    warnings.simplefilter("ignore", DeprecationWarning)
    from jmslike_transports.kafka.factory import factory, tls_factory

__all__ = ["factory", "tls_factory"]

logging.getLogger("kafka").addHandler(logging.NullHandler())  # its errors reach the user as ours
logging.getLogger("kafka").propagate = False
