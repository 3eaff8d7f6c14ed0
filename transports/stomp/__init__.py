"""The transport of `stomp://`: STOMP 1.2 through stomp.py, to ActiveMQ Artemis, ActiveMQ Classic and RabbitMQ."""

from __future__ import annotations

from transports.stomp.factory import factory, tls_factory

__all__ = ["factory", "tls_factory"]
