"""JNDI as far as JMS programs use it: `javax.naming` over `jmslike.naming`."""

from __future__ import annotations

from typing import Any, BinaryIO, Final

import jmslike.naming
from jmslike.bindings.properties import parse_properties
from jmslike.java.connections import QueueConnectionFactory, TopicConnectionFactory


class NamedConnectionFactory(QueueConnectionFactory, TopicConnectionFactory):
    """A connection factory that was looked up: Java programs cast it to any of the three types."""


class Context:
    """The names of entries of the environment, as far as they mean anything here."""

    INITIAL_CONTEXT_FACTORY: Final = "java.naming.factory.initial"
    PROVIDER_URL: Final = "java.naming.provider.url"
    SECURITY_PRINCIPAL: Final = "java.naming.security.principal"
    SECURITY_CREDENTIALS: Final = "java.naming.security.credentials"


class Hashtable(dict[str, Any]):
    """Java's Hashtable, in which programs gather the environment of an InitialContext: a dict."""

    def put(self, key: str, value: Any) -> Any:
        """Set the value, and return the one before or None."""
        before = self.get(key)
        self[key] = value
        return before


class Properties(Hashtable):
    """Java's Properties."""

    def getProperty(self, key: str, default: str | None = None) -> Any:
        """Return the value, or the default."""
        return self.get(key, default)

    def setProperty(self, key: str, value: str) -> Any:
        """Set the value, and return the one before or None."""
        return self.put(key, value)

    def load(self, stream: BinaryIO) -> None:
        """Add what a properties file has, opened by `open(path, "rb")`. Raises ValueError for a wrong escape."""
        self.update(parse_properties(stream.read()))


class InitialContext(Context, jmslike.naming.InitialContext):
    """As `jmslike.naming.InitialContext`. The factories that it finds have Java's names."""

    factory_type = NamedConnectionFactory


NamingException = NameNotFoundException = jmslike.naming.NamingError
