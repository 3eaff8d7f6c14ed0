"""What Java's JMS has and `jmslike.java` has not, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.java.api import Member

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
"""What is not there, by the name of the type, of the method, or of both."""


def reason(member: Member) -> str | None:
    """Return why the member is not there, or None."""
    return next(
        (ABSENT[key] for key in (member.type, member.name, f"{member.type}.{member.name}") if key in ABSENT), None
    )
