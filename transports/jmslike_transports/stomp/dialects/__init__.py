"""The dialects of STOMP: one class for each broker."""

from __future__ import annotations

from collections.abc import Mapping

from jmslike.errors import JMSError
from jmslike_transports.stomp.dialects.activemq import ActiveMQ
from jmslike_transports.stomp.dialects.artemis import Artemis
from jmslike_transports.stomp.dialects.base import Dialect
from jmslike_transports.stomp.dialects.rabbitmq import RabbitMQ

DIALECTS: Mapping[str, type[Dialect]] = {"artemis": Artemis, "activemq": ActiveMQ, "rabbitmq": RabbitMQ}
_SERVERS: Mapping[str, str] = {"activemq-artemis": "artemis", "activemq": "activemq", "rabbitmq": "rabbitmq"}


def find_dialect(name: str | None, server: str, *, transforms: bool) -> Dialect:
    """Make the dialect of that name, or else of the server that the CONNECTED frame names.

    Raises JMSError if there is none, if the server names itself as another, or if transformations are asked for and
    there are none.
    """
    product = server.partition("/")[0].strip().lower()
    named = _SERVERS.get(product, product)
    known = name or named
    if known in DIALECTS and named in DIALECTS and known != named:
        raise JMSError(f"the server is {server!r}, whose dialect is {named!r} and not {known!r}")
    if known not in DIALECTS:
        raise JMSError(f"no dialect {known!r} for the server {server!r}: add ?dialect={'|'.join(DIALECTS)} to the URL")
    dialect = DIALECTS[known](server)
    if transforms and not dialect.can_transform:
        raise JMSError(f"{dialect.product} has no transformations: leave transformations=true out of the URL")
    dialect.transforms = transforms
    return dialect
