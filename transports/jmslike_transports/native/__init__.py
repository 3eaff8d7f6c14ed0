"""The transport of `native://`: the engine that is built in, in the process of its user."""

from __future__ import annotations

from jmslike_transports.native.factory import factory

__all__ = ["factory"]
