"""Connection factories and destinations by names that a file gives them, as Java's JNDI does for JMS programs."""

from jmslike.bindings.errors import NamingError
from jmslike.naming.initial_context import InitialContext

__all__ = ["InitialContext", "NamingError"]
