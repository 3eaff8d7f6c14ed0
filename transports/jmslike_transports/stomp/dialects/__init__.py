"""What the brokers that speak STOMP understand by it: one object for each."""

from __future__ import annotations

from collections.abc import Mapping

from jmslike.errors import JMSError
from jmslike_transports.stomp.dialects.activemq import ActiveMQ
from jmslike_transports.stomp.dialects.artemis import Artemis
from jmslike_transports.stomp.dialects.base import Dialect
from jmslike_transports.stomp.dialects.rabbitmq import RabbitMQ

DIALECTS: Mapping[str, type[Dialect]] = {"artemis": Artemis, "activemq": ActiveMQ, "rabbitmq": RabbitMQ}
_SERVERS: Mapping[str, str] = {"activemq-artemis": "artemis", "activemq": "activemq", "rabbitmq": "rabbitmq"}


def find_dialect(name: str | None, server: str) -> Dialect:
    """Give the dialect of that name, or else of the server that the CONNECTED frame names. Raises JMSError."""
    product = server.partition("/")[0].strip().lower()
    named = _SERVERS.get(product, product)
    known = name or named
    if known in DIALECTS and named in DIALECTS and known != named:
        raise JMSError(f"the server is {server!r}, which has not the dialect {known!r} but {named!r}")
    if known not in DIALECTS:
        raise JMSError(
            f"no dialect {known!r} for the server {server!r}; say which it is: ?dialect={'|'.join(DIALECTS)}"
        )
    return DIALECTS[known](server)
