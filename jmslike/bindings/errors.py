"""The exception of lookups."""

from __future__ import annotations

from jmslike.errors import JMSError


class NamingError(JMSError):
    """A name that stands for nothing, or an entry or file that cannot be used."""
