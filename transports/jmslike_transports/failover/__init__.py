"""`failover:(URL,URL)`: a connection that outlives the loss of its host, around transports of any kind."""

from __future__ import annotations

from jmslike_transports.failover.factory import factory

__all__ = ["factory"]
