"""The numbers of the specification, under their Java names, and the properties of a dead letter."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

ORIGINAL_DESTINATION: Final = "JMS_jmslike_original_destination"
"""Where a dead letter came from: `queue://NAME` or `topic://NAME`, with `temporary-` before it if it is temporary."""
REASON: Final = "JMS_jmslike_reason"
ATTEMPTS: Final = "JMS_jmslike_attempts"


class DeliveryMode(IntEnum):
    """Whether a message survives a restart of the provider (section 3.4.2)."""

    NON_PERSISTENT = 1
    """It may be lost with the provider."""
    PERSISTENT = 2
    """It survives; the default."""


class SessionMode(IntEnum):
    """The ways in which a session acknowledges (section 6.2.10). `Session` has the members as its constants."""

    SESSION_TRANSACTED = 0
    """`commit` acknowledges what the transaction received."""
    AUTO_ACKNOWLEDGE = 1
    """The session acknowledges each message, when `receive` returns it or its listener has returned."""
    CLIENT_ACKNOWLEDGE = 2
    """`Message.acknowledge` acknowledges all that the session has delivered so far."""
    DUPS_OK_ACKNOWLEDGE = 3
    """The session acknowledges in batches; after a failure messages may be redelivered."""
    INDIVIDUAL_ACKNOWLEDGE = 4
    """`Message.acknowledge` acknowledges that message alone (an extension). Some providers cannot do that."""
