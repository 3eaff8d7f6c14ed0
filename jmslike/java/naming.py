"""JNDI as far as JMS programs use it: `javax.naming` over `jmslike.naming`."""

from __future__ import annotations

from typing import Final

import jmslike.naming
from jmslike.java.connections import QueueConnectionFactory, TopicConnectionFactory


class NamedConnectionFactory(QueueConnectionFactory, TopicConnectionFactory):
    """A connection factory that was looked up: Java programs cast it to any of the three types."""


class Context:
    """The names of entries of the environment, as far as they mean anything here."""

    INITIAL_CONTEXT_FACTORY: Final = "java.naming.factory.initial"
    PROVIDER_URL: Final = "java.naming.provider.url"


class InitialContext(Context, jmslike.naming.InitialContext):
    """As `jmslike.naming.InitialContext`. The factories that it finds have Java's names."""

    factory_type = NamedConnectionFactory


NamingException = NameNotFoundException = jmslike.naming.NamingError
