"""The transport of `kafka://`: Apache Kafka through kafka-python."""

from __future__ import annotations

import logging
import warnings

with warnings.catch_warnings():  # the library calls what Python 3.11 and 3.12 deprecate, which harms nobody
    warnings.simplefilter("ignore", DeprecationWarning)
    from jmslike_transports.kafka.factory import factory, tls_factory

__all__ = ["factory", "tls_factory"]

logging.getLogger("kafka").addHandler(logging.NullHandler())  # it is heard of by errors and by our own log
logging.getLogger("kafka").propagate = False
