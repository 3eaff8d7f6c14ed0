"""What JMS has and `jmslike` has not, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_XA: Final = "transactions across resources have no counterpart: use a local one, and make the work repeatable"
_XA_TYPES: Final = (
    "XAConnection",
    "XAConnectionFactory",
    "XAJMSContext",
    "XAQueueConnection",
    "XAQueueConnectionFactory",
    "XAQueueSession",
    "XASession",
    "XATopicConnection",
    "XATopicConnectionFactory",
    "XATopicSession",
)
_SERVER: Final = "is for application servers: here a ListenerContainer has a session for each thread"
_INJECTION: Final = "is an annotation for injection in application servers"
_CONSUMER_OF_A_SERVER: Final = f"a ConnectionConsumer {_SERVER}"

ABSENT: Final[Mapping[str, str]] = {
    "ConnectionConsumer": _SERVER,
    "JMSConnectionFactory": _INJECTION,
    "JMSConnectionFactoryDefinition": _INJECTION,
    "JMSConnectionFactoryDefinitions": _INJECTION,
    "JMSDestinationDefinition": _INJECTION,
    "JMSDestinationDefinitions": _INJECTION,
    "JMSPasswordCredential": _INJECTION,
    "JMSSessionMode": _INJECTION,
    "ServerSession": _SERVER,
    "ServerSessionPool": _SERVER,
    **dict.fromkeys(_XA_TYPES, _XA),
    "createConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createDurableConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createSharedConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "createSharedDurableConnectionConsumer": _CONSUMER_OF_A_SERVER,
    "Session.getMessageListener": f"the listener of a session {_SERVER}",
    "Session.run": f"a session as a Runnable {_SERVER}",
    "Session.setMessageListener": f"the listener of a session {_SERVER}",
    "toString": "is str()",
}
"""By the name of the type, of the method, or of both."""


def absence(owner: str, member: str) -> str | None:
    """Return why a type of JMS, or its member, is not there; None if it is there, or is none of JMS."""
    return next((ABSENT[key] for key in (owner, member, f"{owner}.{member}") if key in ABSENT), None)
